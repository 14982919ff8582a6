import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { QueryKind } from './queryScanner.ts';
import { QueryScanner } from './queryScanner.ts';

function scanAll(...parts: string[]): { kinds: QueryKind[]; scanner: QueryScanner } {
  const kinds: QueryKind[] = [];
  const scanner = new QueryScanner((kind) => kinds.push(kind));
  for (const part of parts) scanner.scan(part);
  return { kinds, scanner };
}

const queries: readonly (readonly [string, QueryKind[]])[] = [
  ['\u001b[c', ['primaryAttributes']],
  ['\u001b[>0c', ['secondaryAttributes']],
  ['\u001b[=c', ['tertiaryAttributes']],
  ['\u001b[5n', ['status']],
  ['\u001b[6n', ['cursor']],
  ['\u001b[?6n', ['extendedCursor']],
  ['\u001b[?996n', ['colourScheme']],
  ['\u001b[?2026$p', ['privateMode']],
  ['\u001b[4$p', ['ansiMode']],
  ['\u001b[>q', ['version']],
  ['\u001b[?u', ['keyboard']],
  ['\u001b[18t', ['windowSize']],
  ['\u001b]11;?\u0007', ['colour']],
  ['\u001b]4;1;?;2;?\u001b\\', ['colour', 'colour']],
  ['\u001bP$qm\u001b\\', ['setting']],
  ['\u001bP+q544e\u001b\\', ['capability']],
];

describe('the scanner of terminal queries', () => {
  for (const [text, kinds] of queries) {
    it(`finds ${kinds.join(', ')} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(scanAll(`a${text}b`).kinds, kinds);
    });
  }

  it('finds the same however the output is cut', () => {
    const whole = queries.map(([text]) => text).join('plain \u001b[31mred\u001b[m');
    const expected = scanAll(whole).kinds;
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const parts = edges.slice(1).map((edge, index) => whole.slice(edges[index], edge));
        assert.deepEqual(scanAll(...parts).kinds, expected);
      }),
    );
  });

  it('does not take what only looks like a query inside a string', () => {
    assert.deepEqual(scanAll('\u001b]0;title [6n\u0007', '\u001b[31m', '\u001b[1;6H').kinds, []);
  });

  it('tells whether a sequence is open', () => {
    assert.equal(scanAll('text \u001b[3').scanner.isGround, false);
    assert.equal(scanAll('text \u001b[3', '1m').scanner.isGround, true);
    assert.equal(scanAll('\u001b]0;title').scanner.isGround, false);
    assert.equal(scanAll('\u001b]0;title', '\u0018').scanner.isGround, true);
  });

  it('follows the alternate screen', () => {
    assert.equal(scanAll('\u001b[?1049h').scanner.isAlternateScreen, true);
    assert.equal(scanAll('\u001b[?1049h', 'x\u001b[?1049l').scanner.isAlternateScreen, false);
    assert.equal(scanAll('\u001b[?1049h\u001bc').scanner.isAlternateScreen, false);
  });

  it('tells a shell at its prompt from a program that runs', () => {
    const scanner = new QueryScanner(() => undefined);
    const states = ['$ ', '\u001b[?2004h$ ', 'ls\r\n\u001b[?2004l', '\u001b[?2004h\u001b[?1049h'];
    const seen = states.map((text) => {
      scanner.scan(text);
      return scanner.isAtPrompt;
    });
    assert.deepEqual(seen, [false, true, false, false]);
  });

  it('counts lines after a cut for as long as nothing but lines comes', () => {
    const scanner = new QueryScanner(() => undefined);
    const counts = [
      'a\n',
      undefined,
      'b\n\u001b[31mc\n',
      'd\u001b]0;t\u0007\n',
      '\u001b[3A',
      'e\n',
    ].map((text) => {
      if (text === undefined) scanner.cancel();
      else scanner.scan(text);
      return scanner.plainLines;
    });
    assert.deepEqual(counts, [0, 0, 2, 3, 0, 0]);
  });
});
