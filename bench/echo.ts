/**
 * `echo.idle`, `echo.busy`, `echo.flood`: round trip of a key through host and client minus that of a C program on a bare
 * pty beside the same load, p50 and p99.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createHostTransport, openSessionStream } from '../link/stream/stream.ts';
import type { SessionStream } from '../link/stream/stream.ts';
import type { PtyAnchor } from './anchor/anchor.ts';
import { compilePtyAnchor } from './anchor/anchor.ts';
import type { BenchContext, Bound, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import type { Load } from './load.ts';
import { withLoad } from './load.ts';

const keys = 300;
const gapMs = 12;

export function nextOutput(stream: SessionStream): Promise<void> {
  return new Promise((resolve) => {
    const subscription = stream.onOutput(() => {
      subscription.dispose();
      resolve();
    });
  });
}

/** Round trips in milliseconds. */
async function echoOurs(rig: HostRig): Promise<number[]> {
  const session = await rig.spawn(
    ['/bin/sh', '-c', 'stty raw -echo; printf ready; exec cat'],
    1 << 20,
  );
  const stream = await openSessionStream({
    transport: createHostTransport(await rig.route(session)),
    right: 'write',
  });
  await nextOutput(stream);
  const samples = await echoThrough(stream);
  stream.dispose();
  await rig.collect(session);
  return samples;
}

/** Round trips through a session that echoes at once, milliseconds. */
export async function echoThrough(stream: SessionStream): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < keys; index += 1) {
    await pause(gapMs);
    const echoed = nextOutput(stream);
    const begin = performance.now();
    void stream.write(Buffer.from('x'));
    await echoed;
    samples.push(performance.now() - begin);
  }
  return samples;
}

interface EchoCase {
  readonly id: 'echo.idle' | 'echo.busy' | 'echo.flood';
  readonly load: Load;
  /** Another load, which has to hold the same. */
  readonly also?: Load;
  readonly p50: Bound;
  readonly p99: Bound;
}

function bound(floor: number, goal: number): Bound {
  return { floor, goal, better: 'lower' };
}

const cases: readonly EchoCase[] = [
  {
    id: 'echo.idle',
    load: { sessions: 0, bytesPerSecond: 0, attached: false },
    p50: bound(0.6, 0.3),
    p99: bound(3, 1),
  },
  {
    id: 'echo.busy',
    load: { sessions: 10, bytesPerSecond: 1_000_000, attached: true },
    p50: bound(0.6, 0.3),
    p99: bound(6, 2),
  },
  {
    id: 'echo.flood',
    // As in the prototype, whose process took 0.4 core for 98-120 MB/s: what reading them costs, without any client.
    load: { sessions: 10, bytesPerSecond: 0, attached: false },
    also: { sessions: 10, bytesPerSecond: 0, attached: true },
    p50: bound(3, 1.5),
    p99: bound(15, 5),
  },
];

interface Round {
  readonly ours: number[];
  readonly bare: number[];
}

function describeLoad({ sessions, bytesPerSecond, attached }: Load): string {
  const rate = bytesPerSecond === 0 ? 'unlimited' : `${bytesPerSecond / 1e6} MB/s`;
  return `${sessions} sessions, ${rate}, ${attached ? 'each read by a client' : 'nobody attached'}`;
}

/** The bare pty is measured beside the same load. */
async function measureRound(anchor: PtyAnchor, rig: HostRig): Promise<Round> {
  const bare = (await anchor.echo(keys, gapMs * 1000)).map((us) => us / 1000);
  return { bare, ours: await echoOurs(rig) };
}

interface Measured {
  readonly load: Load;
  readonly rounds: readonly Round[];
}

function* toMeasurements(
  { id, p50, p99, also }: EchoCase,
  { load, rounds }: Measured,
): Iterable<Measurement> {
  const note = load.sessions === 0 ? undefined : describeLoad(load);
  for (const { name, share, bound: limit } of [
    { name: 'p50', share: 0.5, bound: p50 },
    { name: 'p99', share: 0.99, bound: p99 },
  ]) {
    yield {
      id,
      case: nameCase(name, load === also),
      value: median(rounds.map(({ ours, bare }) => quantile(ours, share) - quantile(bare, share))),
      unit: 'ms',
      bound: limit,
      rounds: rounds.length,
      anchor: { bareMs: median(rounds.map(({ bare }) => quantile(bare, share))) },
      ...(note === undefined ? {} : { note }),
    };
  }
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  const anchor = compilePtyAnchor(context.temporaryDirectory);
  const rig = await startHostRig(context);
  try {
    for (const echoCase of cases.filter(({ id }) => wanted.has(id))) {
      for (const load of loadsOf(echoCase)) {
        context.say(`${echoCase.id}: ${context.rounds} rounds of ${keys} keys`);
        const rounds = await withLoad({ rig, anchor, load }, () =>
          measureRounds(context, anchor, rig),
        );
        yield* toMeasurements(echoCase, { load, rounds });
      }
    }
  } finally {
    await rig.stop();
  }
}

function loadsOf({ load, also }: EchoCase): Load[] {
  return also === undefined ? [load] : [load, also];
}

function nameCase(quantileName: string, isAlso: boolean): string {
  return isAlso ? `${quantileName}, each read by a client` : quantileName;
}

function namesOf(echoCase: EchoCase): string[] {
  return loadsOf(echoCase).flatMap((load) =>
    ['p50', 'p99'].map((name) => nameCase(name, load === echoCase.also)),
  );
}

async function measureRounds(
  { rounds, signal }: BenchContext,
  anchor: PtyAnchor,
  rig: HostRig,
): Promise<Round[]> {
  const measured: Round[] = [];
  for (let turn = 0; turn < rounds; turn += 1) {
    signal.throwIfAborted();
    measured.push(await measureRound(anchor, rig));
  }
  return measured;
}

export const echoFigure: Figure = {
  cases: Object.fromEntries(cases.map((echoCase) => [echoCase.id, namesOf(echoCase)])),
  measure,
};
