/**
 * The attached client of the relay figure: the product's own SessionStream in a process of its own. Reads
 * `{route, bytes, verify}` from its argument and prints what it counted; a gap is printed as a failure.
 */
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { HostRoute } from '../../link/stream/stream.ts';
import { Counter, finish } from './counter.ts';

interface Order {
  readonly route: HostRoute;
  readonly bytes: number;
  readonly verify: boolean;
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const stream = await openSessionStream({
  transport: createHostTransport(order.route),
  right: 'write',
  size: { cols: 120, rows: 40 },
});
const counter = new Counter(order.bytes, order.verify, () => void stream.write(Buffer.from('\n')));
// What was skipped never comes, and neither does anything after the end: waiting for it would last for ever.
stream.onGap(() => finish({ failure: 'bytes were skipped', gaps: 1 }));
stream.onExit(() =>
  setTimeout(() => finish({ failure: 'the program ended early', gaps: 0 }), 2000),
);
// Beside a daemon it begins with the stored screen of a program that waits, which may stand for its "ready".
stream.onSnapshot(() => counter.push(Buffer.from('ready')));
stream.onOutput(({ bytes }) => {
  const result = counter.push(bytes);
  if (result) finish({ ...result, gaps: 0 });
});
stream.onClosed((reason) => finish({ failure: reason.message, gaps: 0 }));
