import assert from 'node:assert/strict';
import { snippetOf, toMatch, toWords } from './searching.ts';

describe('looking for words', () => {
  it('takes what a person types as words, whatever signs stand in it', () => {
    assert.deepEqual(
      ['fix "login', 'src/main.ts:12', 'a OR b*', '('.repeat(50), 'Größe'].map((query) =>
        toMatch(toWords(query)),
      ),
      ['"fix" "login"*', '"src" "main" "ts" "12"*', '"a" "OR" "b"*', '', '"Größe"*'],
    );
  });

  it('shows one plain line around the first of them', () => {
    const text = `${'x '.repeat(200)}the Größe\nis \u001b[31mred ${'y '.repeat(200)}`;
    const line = snippetOf({ kind: 'text', text }, ['red', 'grosse', 'größe']);
    assert.match(line, /^…x.* the Größe is \[31mred y/);
    assert.ok(line.length < 260, `${line.length}`);
  });
});
