/**
 * Many attached clients in one process, each with a connection of its own. Reads `{routes, gate}` from its argument. With
 * the gate it opens the program's gate once all saw "ready" and prints what came when all saw the exit; without it follows
 * until it is killed. Prints "attached" when all are.
 */
import type { HostRoute, SessionStream } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import { finish } from './counter.ts';

/** `seconds`: until the last had its exit. `bytes` and `skipped` of all together. */
export interface FanResult {
  readonly seconds: number;
  readonly bytes: number;
  readonly skipped: number;
}

interface Order {
  readonly routes: readonly HostRoute[];
  readonly gate: boolean;
}

const { routes, gate } = JSON.parse(process.argv[2] ?? '{}') as Order;
let bytes = 0;
let skipped = 0;

interface Attached {
  readonly stream: SessionStream;
  readonly ended: Promise<void>;
}

async function attach(route: HostRoute, index: number): Promise<Attached> {
  const right = index === 0 ? 'write' : 'observe';
  const stream = await openSessionStream({ transport: createHostTransport(route), right });
  const ready = new Promise<void>((resolve) => {
    stream.onOutput((output) => {
      bytes += output.bytes.length;
      resolve();
    });
  });
  stream.onGap(({ from, to }) => (skipped += to - from));
  const ended = new Promise<void>((resolve) => stream.onExit(() => resolve()));
  await ready;
  return { stream, ended };
}

const attached = await Promise.all(routes.map(attach));
process.stdout.write('attached\n');
if (gate) {
  bytes = 0;
  const begin = performance.now();
  void attached[0]?.stream.write(Buffer.from('\n'));
  await Promise.all(attached.map(({ ended }) => ended));
  finish({ seconds: (performance.now() - begin) / 1000, bytes, skipped } satisfies FanResult);
}
