/**
 * A client that is stopped in mid-stream and continued later. Knows what the program writes, so that a byte at the wrong
 * place is seen. Reads `{route, path, start, whole}` from its argument: `path` is the file that the program prints from seq
 * `start` on. Prints "attached", "end" once it has the last byte, "screen" at the first stored one after a gap, and what it
 * saw; with `whole` not before its screen is whole again, which takes a stored one that is exact.
 */
import { readFileSync } from 'node:fs';
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { HostRoute } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import { finish } from './counter.ts';

/** `wrong`: pieces that are not what the program wrote there, or holes that nobody announced. */
export interface StuckResult {
  readonly wrong: number;
  readonly gaps: number;
  readonly skipped: number;
  /** Stored screens that it was shown. */
  readonly screens: number;
}

interface Order {
  readonly route: HostRoute;
  readonly path: string;
  readonly start: number;
  readonly whole: boolean;
}

const { route, path, start, whole } = JSON.parse(process.argv[2] ?? '{}') as Order;
const written = Buffer.from(readFileSync(path, 'latin1').replaceAll('\n', '\r\n'), 'latin1');
const stream = await openSessionStream({ transport: createHostTransport(route), right: 'observe' });
const seen = { wrong: 0, gaps: 0, skipped: 0, screens: 0 };
let next = 0;
let isWhole = true;
let isAtEnd = false;
let hasScreen = false;

function finishAtEnd(): void {
  if (next !== start + written.length) return;
  if (!isAtEnd) process.stdout.write('end\n');
  isAtEnd = true;
  if (isWhole || !whole) finish(seen satisfies StuckResult);
}

stream.onGap(({ from, to }) => {
  if (from !== next) seen.wrong += 1;
  seen.gaps += 1;
  seen.skipped += to - from;
  next = to;
  isWhole = false;
});
stream.onSnapshot(({ seq, bytes }) => {
  // Who attaches anew may begin with one.
  if (seq > next && next > 0) seen.wrong += 1;
  seen.screens += 1;
  if (seen.gaps > 0 && !hasScreen) process.stdout.write('screen\n');
  hasScreen ||= seen.gaps > 0;
  next = seq;
  isWhole = decodeSnapshot(bytes)?.approximate === false;
  finishAtEnd();
});
stream.onOutput(({ seq, bytes }) => {
  if (seq !== next) seen.wrong += 1;
  next = seq + bytes.length;
  if (seq < start) return;
  if (written.compare(bytes, 0, bytes.length, seq - start, next - start) !== 0) seen.wrong += 1;
  finishAtEnd();
});
process.stdout.write('attached\n');
