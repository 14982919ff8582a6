/** A program that prints bytes anyone can foretell from their position: all values, split characters, half escapes. */

/** The byte at `offset` of what `countedOutput` prints. */
export function expectedByte(offset: number): number {
  const mixed = Math.imul(offset ^ (offset >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 12)) >>> 3) & 0xff;
}

/**
 * argv of a program that makes its terminal raw, prints `ready`, waits for a key, prints `bytes` bytes in pieces of
 * `pieceBytes`, and ends. With `pauseMs` it rests between pieces; with `turnBytes` it waits for another key after so many.
 */
export function countedOutput(
  bytes: number,
  {
    pieceBytes = 16_384,
    pauseMs = 0,
    turnBytes = bytes,
  }: { pieceBytes?: number; pauseMs?: number; turnBytes?: number } = {},
): string[] {
  const script = `
    const { spawnSync } = require('node:child_process');
    const { readSync, writeSync } = require('node:fs');
    spawnSync('stty', ['raw', '-echo'], { stdio: 'inherit' });
    const expectedByte = ${expectedByte.toString()};
    writeSync(1, 'ready');
    const rest = new Int32Array(new SharedArrayBuffer(4));
    for (let at = 0; at < ${bytes}; at += ${pieceBytes}) {
      if (at % ${turnBytes} === 0) readSync(0, Buffer.alloc(16));
      const piece = Buffer.alloc(Math.min(${pieceBytes}, ${bytes} - at));
      for (let index = 0; index < piece.length; index += 1) piece[index] = expectedByte(at + index);
      for (let done = 0; done < piece.length; ) done += writeSync(1, piece, done);
      if (${pauseMs} > 0) Atomics.wait(rest, 0, 0, ${pauseMs});
    }`;
  return [process.execPath, '-e', script];
}

/** Bytes of its prompt, before the counted ones. */
export const readyBytes = 'ready'.length;

/** Position of the first byte of `bytes`, which begin at `seq` of the stream, that is not the expected one. */
export function findWrong(seq: number, bytes: Uint8Array): number | undefined {
  for (let index = 0; index < bytes.length; index += 1) {
    const at = seq + index - readyBytes;
    if (at >= 0 && bytes[index] !== expectedByte(at)) return seq + index;
  }
  return undefined;
}
