import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ReadableOutput } from './readableOutput.ts';

function shown(text: string): string {
  const output = new ReadableOutput();
  return output.push(Buffer.from(text)) + output.end();
}

describe('kept output for a terminal', () => {
  it('is its text, its lines and its colours', () => {
    assert.equal(
      shown('\u001b[1;31mred\u001b[0m\r\nnext\tüñ 漢\r\n'),
      '\u001b[1;31mred\u001b[0m\nnext\tüñ 漢\n\u001b[m',
    );
    assert.equal(shown('10 %\r50 %\r\r\ndone'), '10 %\n50 %\ndone\u001b[m');
  });

  it('asks the terminal nothing and changes nothing of it', () => {
    const queries =
      '\u001b[c\u001b[6n\u001b[>0q\u001b[?1$p\u001b]10;?\u0007\u001bP$qm\u001b\\\u001bZ\u0005';
    const writes =
      '\u001b]52;c;Zm9v\u0007\u001b]0;title\u001b\\\u001b[2J\u001b[?1049h\u001b(0\u001bc\u009b5n';
    assert.equal(shown(`a${queries}b${writes}c`), 'abc\u001b[m');
    assert.equal(shown('kept\u001b]0;never ends\nlost'), 'kept\u001b[m');
    assert.equal(shown('a\u001b[31\u0018mb\u202ec\u007f\bd'), 'amb\\u{202e}cd\u001b[m');
  });

  it('is the same however the bytes are cut, and holds no control but lines and colours', () => {
    const piece = fc.constantFrom(
      ...['\u001b', '[', ']', 'P', '\\', '\u0007', '0', ';', '?', 'm', 'n', 'c', '\r', '\n', '\t'],
      ...['\u009b', '\u009d', '\u009c', 'ü', '漢', '\u0018', '(', 'x'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(60), (pieces, cut) => {
        const bytes = Buffer.from(pieces.join(''));
        const output = new ReadableOutput();
        const parts = output.push(bytes.subarray(0, cut)) + output.push(bytes.subarray(cut));
        const whole = shown(pieces.join(''));
        assert.equal(parts + output.end(), whole);
        const rest = whole.replace(/\u001b\[[\d;:]*m/g, '');
        assert.doesNotMatch(rest, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });
});
