import assert from 'node:assert/strict';
import { isText } from './typedText.ts';

describe('input of a terminal', () => {
  it('is text when it writes something or is pasted, and not when it is a key alone or a report', () => {
    const texts = ['a', '漢', '\r', '\u007f', '\u001b[200~pasted\u001b[201~', '\u001b[200~'];
    const others = [
      '',
      '\u001b',
      '\u001b[A',
      '\u001bOP',
      '\u001b[I',
      '\u001b[?1;2c',
      '\u001b[20',
      '\u001b]11;rgb:0/0/0\u0007',
    ];
    const judge = (input: string): boolean => isText(new TextEncoder().encode(input));
    assert.deepEqual([texts.filter(judge), others.filter(judge)], [texts, []]);
  });
});
