/**
 * `db.append`: events that the store's thread takes per second, batched, each durable before it is answered; and how much
 * later the main thread's turns come at 2,000 events a second.
 */
import { mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startStoreThread } from '../daemon/storeThread.ts';
import type { StoreProxy, Stores } from '../daemon/store/store.ts';
import { openStores } from '../daemon/store/store.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import type { eventStore } from './storeProgram.ts';

type Events = StoreProxy<typeof eventStore>;

const entry = join(dirname(fileURLToPath(import.meta.url)), 'storeProgram.ts');
const rowBytes = 230;
const batchRows = 100;
const batches = 300;
/** Batches that are on their way at once: what several sessions do. */
const inFlight = 8;
const quietMs = 3000;

function makeRows(count: number): { kind: string; body: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'bench.appended',
    body: String(index).padEnd(rowBytes, '.'),
  }));
}

async function openEvents(directory: string): Promise<{ stores: Stores; events: Events }> {
  const fail = (fault: unknown): never => {
    throw new Error(`The store complained: ${JSON.stringify(fault)}`);
  };
  const stores = await openStores({
    thread: startStoreThread(entry),
    location: {
      database: join(directory, 'events.db'),
      backupDir: join(directory, 'backup'),
      reserveFile: join(directory, 'reserve'),
    },
    onNotice: () => undefined,
    // Without a text it is the end of a warning.
    onWarning: (warning) => warning.text !== undefined && fail(warning),
    onFailed: fail,
  });
  return { stores, events: stores.openStore<typeof eventStore>('event') };
}

/** Events per second. */
async function measureAppends(events: Events): Promise<number> {
  const rows = makeRows(batchRows);
  let left = batches;
  const begin = performance.now();
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await events.append({ rows });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return (batches * batchRows) / ((performance.now() - begin) / 1000);
}

/** p99 of the loop's delay in milliseconds while `work` runs every 10 ms. */
async function measureDelay(work: () => void): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const timer = setInterval(work, 10);
  delay.enable();
  await pause(quietMs);
  delay.disable();
  clearInterval(timer);
  return delay.percentile(99) / 1e6;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const directory = await mkdtemp(join(context.temporaryDirectory, 'store-'));
  const { stores, events } = await openEvents(directory);
  const rates: number[] = [];
  const idle: number[] = [];
  const added: number[] = [];
  try {
    context.say(`store: ${context.rounds} rounds`);
    const rows = makeRows(20);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      rates.push(await measureAppends(events));
      const quiet = await measureDelay(() => undefined);
      const busy = await measureDelay(() => void events.append({ rows }));
      idle.push(quiet);
      added.push(busy - quiet);
    }
  } finally {
    await stores.stop();
    stores.dispose();
  }
  const shared = { id: 'db.append', rounds: rates.length } as const;
  yield {
    ...shared,
    case: 'events per second',
    value: median(rates),
    unit: 'perSecond',
    bound: { floor: 20_000, goal: 50_000, better: 'higher' },
    note: `batches of ${batchRows}, ${inFlight} at once, synchronous=FULL`,
  };
  yield {
    ...shared,
    case: 'loop delay p99 added',
    value: median(added),
    unit: 'ms',
    bound: { floor: 1, goal: 0.3, better: 'lower' },
    anchor: { idleMs: median(idle) },
  };
}

export const storeFigure: Figure = {
  cases: { 'db.append': ['events per second', 'loop delay p99 added'] },
  measure,
};
