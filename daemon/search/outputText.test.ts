import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seqAt } from './indexing.ts';
import { cutPieces, SeenLines, toPlainLines } from './outputText.ts';

describe('words in output', () => {
  it('are those that a person could have read, without what steers the terminal', () => {
    const raw =
      '\u001b]0;a title\u0007\u001b[1mbold\u001b[m word\u001b[5Cfar\r\nnext\u001b[3;1Hplaced\u001b(B' +
      '\rover\u0008\u001bP+q544e\u001b\\ \u001b[?25lend\u0000';
    assert.deepEqual(toPlainLines(raw), ['bold word far', 'next', 'placed', 'over end']);
  });

  it('are taken from pieces that are whole lines, or at least no cut sequence or character', () => {
    const lines = Buffer.from(`${'x'.repeat(3000)}\n${'y'.repeat(3000)}\nrest`);
    assert.deepEqual(cutPieces(lines, false), [{ from: 0, to: 3001 }]);
    assert.deepEqual(cutPieces(lines, true), [
      { from: 0, to: 3001 },
      { from: 3001, to: lines.length },
    ]);
    const painted = Buffer.from(`${'z'.repeat(4090)}\u001b[38;5;208mcolour${'ü'.repeat(5000)}`);
    const pieces = cutPieces(painted, true);
    const texts = pieces.map(({ from, to }) => painted.subarray(from, to).toString());
    assert.deepEqual(
      [texts.join('') === painted.toString(), texts.some((one) => one.includes('\ufffd'))],
      [true, false],
    );
    assert.equal(texts[0], 'z'.repeat(4090));
  });

  it('lose nothing, whatever the output is', () => {
    const output = fc.uint8Array({ maxLength: 20_000 });
    fc.assert(
      fc.property(output, (bytes) => {
        const pieces = cutPieces(bytes, true);
        const ends = pieces.map(({ to }) => to);
        assert.deepEqual(
          [0, ...ends].slice(0, pieces.length),
          pieces.map(({ from }) => from),
        );
        assert.equal(ends.at(-1) ?? 0, bytes.length);
      }),
      { seed: 20_261_128 },
    );
  });

  it('that are painted again and again count once, until long after', () => {
    const seen = new SeenLines();
    assert.deepEqual(seen.peekNew(['spin']), ['spin']);
    assert.deepEqual(seen.takeNew(['spin', 'done', 'spin']), ['spin', 'done']);
    assert.deepEqual(seen.peekNew(['spin', 'x'.repeat(40)]), ['x'.repeat(40)]);
    seen.takeNew(Array.from({ length: 5000 }, (_none, at) => `line ${at}`));
    assert.deepEqual(seen.takeNew(['spin', 'line 4999']), ['spin']);
  });

  it('have a place that counts what was not kept before them', () => {
    const page = { from: 100, gaps: [{ from: 110, to: 150 }] };
    assert.deepEqual(
      [0, 10, 11, 20].map((offset) => seqAt(page, offset)),
      [100, 110, 151, 160],
    );
  });
});
