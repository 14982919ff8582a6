import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findSafeCut } from './safeCut.ts';

function restOf(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.subarray(findSafeCut(bytes)).toString('latin1');
}

describe('a safe cut', () => {
  it('lies behind the sequence that the bytes begin in, at a line', () => {
    assert.equal(restOf('5;12mred\u001b[0m tail\nnext line\n'), 'next line\n');
  });

  it('lies behind the first whole sequence when no line follows', () => {
    assert.equal(restOf('5;12mred\u001b[0m tail'), ' tail');
  });

  it('does not take the text of a title for text', () => {
    assert.equal(restOf('half a title\nwith lines\u001b\\text\u001b]0;a\nb\u0007c\nd'), 'd');
  });

  it('lies behind the first line when there is no sequence', () => {
    assert.equal(restOf('rest of a line\nline\n'), 'line\n');
  });

  it('does not begin inside a character', () => {
    const bytes = Buffer.from('\u00e9\u{1f41d}x').subarray(1);
    assert.equal(bytes.subarray(findSafeCut(bytes)).toString(), '\u{1f41d}x');
  });

  it('is the end when an unfinished sequence fills everything', () => {
    assert.equal(restOf('\u001b]0;a title without end'), '');
  });

  it('never lies inside a sequence, wherever a stream of whole ones was cut', () => {
    const part = fc.constantFrom(
      '\u001b[1;31m',
      '\u001b]0;t\u0007',
      '\u001bPq#1\u001b\\',
      '\u001b(B',
      'ab ',
      '\r\n',
    );
    const property = fc.property(fc.array(part, { minLength: 1 }), fc.nat(), (parts, seed) => {
      const text = parts.join('');
      const cut = seed % text.length;
      const lastEscape = text.slice(cut).includes('\u001b');
      fc.pre(lastEscape);
      const at = cut + findSafeCut(Buffer.from(text.slice(cut), 'latin1'));
      const ends = parts.map((_, index) => parts.slice(0, index + 1).join('').length);
      const isInText = !ends.some((end, index) => {
        const start = end - (parts[index]?.length ?? 0);
        return parts[index]?.startsWith('\u001b') && at > start && at < end;
      });
      assert.ok(isInText, JSON.stringify(text.slice(0, at)));
    });
    fc.assert(property);
  });
});
