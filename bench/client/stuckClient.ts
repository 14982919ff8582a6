/**
 * A client that is stopped in mid-stream and continued later. Knows what the program writes, so that a byte at the wrong
 * place is seen. Reads `{route, path, start}` from its argument: `path` is the file that the program prints from seq
 * `start` on. Prints "attached", and what it saw once it has the last byte.
 */
import { readFileSync } from 'node:fs';
import type { HostRoute } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import { finish } from './counter.ts';

/** `wrong`: pieces that are not what the program wrote there, or holes that nobody announced. */
export interface StuckResult {
  readonly wrong: number;
  readonly gaps: number;
  readonly skipped: number;
}

interface Order {
  readonly route: HostRoute;
  readonly path: string;
  readonly start: number;
}

const { route, path, start } = JSON.parse(process.argv[2] ?? '{}') as Order;
const written = Buffer.from(readFileSync(path, 'latin1').replaceAll('\n', '\r\n'), 'latin1');
const stream = await openSessionStream({ transport: createHostTransport(route), right: 'observe' });
const seen = { wrong: 0, gaps: 0, skipped: 0 };
let next = 0;
stream.onGap(({ from, to }) => {
  if (from !== next) seen.wrong += 1;
  seen.gaps += 1;
  seen.skipped += to - from;
  next = to;
});
stream.onOutput(({ seq, bytes }) => {
  if (seq !== next) seen.wrong += 1;
  next = seq + bytes.length;
  if (seq < start) return;
  if (written.compare(bytes, 0, bytes.length, seq - start, next - start) !== 0) seen.wrong += 1;
  if (next === start + written.length) finish(seen satisfies StuckResult);
});
process.stdout.write('attached\n');
