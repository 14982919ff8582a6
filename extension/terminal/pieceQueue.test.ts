import assert from 'node:assert/strict';
import { PieceQueue } from './pieceQueue.ts';

const encoder = new TextEncoder();

function queueOf(text: string): PieceQueue {
  const queue = new PieceQueue();
  queue.push({ bytes: encoder.encode(text), seq: 100, answers: true });
  return queue;
}

function readAll(queue: PieceQueue): { text: string; seq: number | undefined } {
  const decoder = new TextDecoder();
  let text = '';
  let seq: number | undefined;
  for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
    seq ??= piece.seq;
    text += decoder.decode(piece.bytes, { stream: true });
  }
  return { text, seq };
}

describe('what waits for a terminal', () => {
  it('comes out as it came in', () => {
    const text = 'a line\n'.repeat(20_000);
    const queue = queueOf(text);
    assert.equal(queue.bytes, text.length);
    assert.deepEqual(readAll(queue), { text, seq: 100 });
    assert.deepEqual([queue.bytes, queue.isEmpty], [0, true]);
  });

  it('keeps its newest end from the beginning of a line, and says what was forgotten', () => {
    const queue = queueOf('a line\n'.repeat(20_000));
    const forgotten = queue.keepNewest(64 * 1024);
    const { text, seq } = readAll(queue);
    assert.ok(text.startsWith('a line\n') && text.length <= 96 * 1024);
    assert.deepEqual([forgotten, seq], [140_000 - text.length, 100 + forgotten]);
  });

  it('keeps what waits whole while the memory of what was taken is used again', () => {
    const queue = queueOf('first '.repeat(10_000));
    const texts: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      const text = `${round} `.repeat(20_000);
      queue.push({ bytes: encoder.encode(text), seq: round * 1e6, answers: true });
      if (round === 10) queue.keepNewest(64 * 1024);
      while (queue.bytes > 60_000) {
        const piece = queue.shift();
        if (piece === undefined) break;
        texts.push(new TextDecoder().decode(piece.bytes));
        queue.release(piece);
      }
    }
    const rounds = texts.join('').match(/\d+/g) ?? [];
    const isOrdered = rounds.every((at, index) => Number(rounds[index - 1] ?? 0) <= Number(at));
    assert.ok(isOrdered && rounds.length > 300_000, `${rounds.length}`);
  });

  it('joins small pieces that follow each other, and none that do not', () => {
    const queue = new PieceQueue();
    const push = (seq: number, answers: boolean): void =>
      queue.push({ bytes: encoder.encode('ab'), seq, answers });
    push(0, true);
    push(2, true);
    push(4, false);
    push(9, false);
    const seen = [queue.shift(), queue.shift(), queue.shift(), queue.shift()].map((piece) =>
      piece === undefined ? '' : `${piece.seq}-${piece.end} ${piece.bytes.length}`,
    );
    assert.deepEqual(seen, ['0-4 4', '4-6 2', '9-11 2', '']);
  });

  it('keeps what is not too much', () => {
    const queue = queueOf('short');
    assert.deepEqual([queue.keepNewest(64 * 1024), readAll(queue).text], [0, 'short']);
  });

  it('begins at a sequence, else at a whole character, where no line ends', () => {
    const begins = ['\u001b[31mx', '€'].map((unit) => {
      const queue = queueOf(unit.repeat(50_000));
      queue.keepNewest(64 * 1024);
      return readAll(queue).text.startsWith(unit);
    });
    assert.deepEqual(begins, [true, true]);
  });
});
