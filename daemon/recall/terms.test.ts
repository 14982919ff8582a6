import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyGram, anyWord, toQuestion } from './question.ts';
import { identifiersOf, indexedTerms, partsOf, termsOf } from './terms.ts';

describe('what a text is searched by', () => {
  it('is its telling words, folded, without accents, each once', () => {
    assert.deepEqual(termsOf('How does the Größe of the straße affect SIZE and größe?'), [
      ...['grosse', 'strasse', 'affect', 'size'],
    ]);
    assert.deepEqual(termsOf('und die der das'), []);
    assert.deepEqual(termsOf('ｆｕｌｌ width'), ['full', 'width']);
  });

  it('is pairs of characters where no spaces are written, without bare endings', () => {
    assert.deepEqual(termsOf('価格の計算'), ['価格', '格の', 'の計', '計算']);
    assert.deepEqual(termsOf('設定する'), ['設定', '定す']);
    assert.deepEqual(termsOf('ありがとう'), ['あり', 'りが', 'がと', 'とう']);
  });

  it('is identifiers, whole and in parts', () => {
    const text =
      'Call parseConfigFile2 with --dry-run in src/app.ts, HTTPServer or svc_import; e.g. plain words.';
    assert.deepEqual(identifiersOf(text), [
      ...['parseConfigFile2', '--dry-run', 'src/app.ts', 'HTTPServer', 'svc_import', 'e.g'],
    ]);
    assert.deepEqual(partsOf('parseConfigFile2'), ['parse', 'config', 'file']);
    assert.deepEqual(partsOf('HTTPServer'), ['http', 'server']);
    assert.deepEqual(partsOf('plain'), []);
    assert.equal(indexedTerms('die Datenbankverbindung').grams, 'datenbankverbindung');
  });

  it('is cut at a length that costs nothing much', () => {
    assert.equal(termsOf(`${'x'.repeat(10 * 1024 * 1024)} end`).includes('end'), false);
    assert.equal(toQuestion(`${'a '.repeat(2000)}end`).words.length, 0);
  });
});

describe('a question', () => {
  it('asks for longer words only where hardly any fact has the short one', () => {
    const counts = [
      { word: 'lager', count: 0 },
      { word: 'order', count: 90 },
      { word: 'time', count: 4000 },
    ];
    assert.equal(anyWord(counts, 1000), '"lager" OR "lager"* OR "order"');
    assert.equal(
      anyGram(['ja.json', 'ab'], [{ word: 'verbindung', count: 0 }]),
      '"ja.json" OR "verbindung"',
    );
    assert.equal(anyWord([], 1000), undefined);
    assert.equal(anyGram([], []), undefined);
  });

  it('keeps its rarest words when all are frequent', () => {
    const counts = ['one', 'two', 'three'].map((word, index) => ({ word, count: 5000 - index }));
    assert.equal(anyWord(counts, 1000), '"three" OR "two"');
  });

  it('has nothing outside quotes, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { words, names } = toQuestion(text);
        const counts = words.map((word) => ({ word, count: 1 }));
        for (const expression of [anyWord(counts, 10), anyGram(names, counts)]) {
          const bare = (expression ?? '').replaceAll(/"(?:[^"]|"")*"/gu, 'x');
          assert.match(bare, /^(?:x\*?(?: OR x\*?)*)?$/u);
        }
      }),
    );
  });
});
