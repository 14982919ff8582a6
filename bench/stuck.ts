/**
 * `stuck.client`: throughput of a client beside one that was stopped, against the same alone, and how much the host
 * grows. `stuck.resume`: how soon the stopped one is at the end again once it goes on, and whether what it missed was said.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CountResult } from './client/counter.ts';
import type { StuckResult } from './client/stuckClient.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import { readResident } from './processUsage.ts';
import { startClient } from './relayClient.ts';
import type { Workload } from './workload.ts';
import { createWorkloads, removeWorkloads } from './workload.ts';

const megabytes = 100;
const ready = 'ready'.length;
const sampleMs = 20;

async function readFast(rig: HostRig, route: object, workload: Workload): Promise<number> {
  const order = { route, bytes: workload.bytes, verify: false };
  const client = startClient('sessionClient.ts', [JSON.stringify(order)]);
  const result = JSON.parse(await client.line()) as CountResult & { readonly failure?: string };
  if (result.failure !== undefined) throw new Error(`the fast client: ${result.failure}`);
  return workload.bytes / result.seconds;
}

interface Beside extends StuckResult {
  readonly rate: number;
  readonly grownBytes: number;
  readonly resumeMs: number;
}

async function measureBeside(rig: HostRig, workload: Workload, path: string): Promise<Beside> {
  const session = await rig.spawn(['/bin/sh', '-c', workload.command], 1 << 20);
  const order = { route: await rig.route(session), path, start: ready };
  const stuck = startClient('stuckClient.ts', [JSON.stringify(order)]);
  await stuck.line();
  stuck.kill('SIGSTOP');
  const before = readResident(rig.pid);
  let most = before;
  const sampling = setInterval(() => (most = Math.max(most, readResident(rig.pid))), sampleMs);
  const rate = await readFast(rig, await rig.route(session), workload);
  clearInterval(sampling);
  await pause(sampleMs);
  const begin = performance.now();
  stuck.kill('SIGCONT');
  const seen = JSON.parse(await stuck.line()) as StuckResult;
  const resumeMs = performance.now() - begin;
  await rig.collect(session);
  return { ...seen, rate, grownBytes: most - before, resumeMs };
}

interface Round {
  readonly alone: number;
  readonly beside: Beside;
}

async function measureRound(rig: HostRig, workload: Workload, path: string): Promise<Round> {
  const session = await rig.spawn(['/bin/sh', '-c', workload.command], 1 << 20);
  const alone = await readFast(rig, await rig.route(session), workload);
  await rig.collect(session);
  return { alone, beside: await measureBeside(rig, workload, path) };
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  const [workload] = await createWorkloads(context.temporaryDirectory, megabytes);
  if (workload === undefined) throw new Error('no workload');
  const path = join(context.temporaryDirectory, `${workload.name}.txt`);
  const rig = await startHostRig(context);
  const rounds: Round[] = [];
  try {
    context.say(`stuck: one round to warm up, then ${context.rounds}`);
    await measureRound(rig, workload, path);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      rounds.push(await measureRound(rig, workload, path));
    }
  } finally {
    await rig.stop();
    await removeWorkloads(context.temporaryDirectory);
  }
  yield* toMeasurements(rounds, wanted);
}

function* toMeasurements(
  rounds: readonly Round[],
  wanted: ReadonlySet<string>,
): Iterable<Measurement> {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const count = rounds.length;
  if (wanted.has('stuck.client')) {
    const shared = { id: 'stuck.client', rounds: count } as const;
    yield {
      ...shared,
      case: 'fast client beside it',
      value: of(({ alone, beside }) => beside.rate / alone),
      unit: 'ratio',
      bound: { floor: 0.95, goal: 1, better: 'higher' },
      anchor: { aloneMBps: of(({ alone }) => alone) / 1e6 },
    };
    yield {
      ...shared,
      case: 'growth of the host',
      value: of(({ beside }) => beside.grownBytes),
      unit: 'bytes',
      bound: { floor: 16 * 1024 * 1024, goal: 4 * 1024 * 1024, better: 'lower' },
    };
  }
  if (!wanted.has('stuck.resume')) return;
  const shared = { id: 'stuck.resume', rounds: count } as const;
  yield {
    ...shared,
    case: 'until the last byte',
    value: of(({ beside }) => beside.resumeMs),
    unit: 'ms',
    bound: { floor: 50, goal: 10, better: 'lower' },
    anchor: { skippedMB: of(({ beside }) => beside.skipped) / 1e6 },
  };
  yield {
    ...shared,
    case: 'silent gaps',
    value: rounds.reduce((sum, { beside }) => sum + beside.wrong, 0),
    unit: 'count',
    bound: { floor: 0, goal: 0, better: 'lower' },
    anchor: { announced: rounds.reduce((sum, { beside }) => sum + beside.gaps, 0) },
  };
}

export const stuckFigure: Figure = {
  cases: {
    'stuck.client': ['fast client beside it', 'growth of the host'],
    'stuck.resume': ['until the last byte', 'silent gaps'],
  },
  measure,
};
