/**
 * `stuck.client`: throughput of a client beside one that was stopped, against the same alone, and how much the host
 * grows. `stuck.resume`: how soon the stopped one is at the end again once it goes on, with a whole screen where it missed
 * something, which a daemon stores; and whether what it missed was said.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import type { CountResult } from './client/counter.ts';
import type { StuckResult } from './client/stuckClient.ts';
import type { DaemonRig } from './daemonRig.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import { readResident } from './processUsage.ts';
import type { BenchClient } from './relayClient.ts';
import { startClient } from './relayClient.ts';
import type { Workload } from './workload.ts';
import { createWorkloads, removeWorkloads } from './workload.ts';

const megabytes = 100;
const ready = 'ready'.length;
const sampleMs = 20;

async function readFast(route: object, workload: Workload): Promise<number> {
  const order = { route, bytes: workload.bytes, verify: false };
  const client = startClient('sessionClient.ts', [JSON.stringify(order)]);
  const result = JSON.parse(await client.line()) as CountResult & { readonly failure?: string };
  if (result.failure !== undefined) throw new Error(`the fast client: ${result.failure}`);
  return workload.bytes / result.seconds;
}

/** What was stopped, and how long it took from going on to the last byte, to a stored screen, and to one that is whole. */
interface Resumed extends StuckResult {
  readonly rate: number;
  readonly grownBytes: number;
  readonly endMs: number;
  readonly screenMs: number;
  readonly wholeMs: number;
}

/** Sessions of a host alone, or of a daemon and its host. */
interface Place {
  readonly hostPid: number;
  /** Whether screens are stored there. */
  readonly whole: boolean;
  open(command: string): Promise<SessionId>;
  route(session: SessionId): Promise<object>;
  close(session: SessionId): Promise<void>;
}

interface Source {
  readonly workload: Workload;
  readonly path: string;
}

async function measureBeside(place: Place, { workload, path }: Source): Promise<Resumed> {
  const session = await place.open(workload.command);
  const { whole } = place;
  const order = { route: await place.route(session), path, start: ready, whole };
  const stuck = startClient('stuckClient.ts', [JSON.stringify(order)]);
  await stuck.line();
  stuck.kill('SIGSTOP');
  const memory = sampleResident(place.hostPid);
  const rate = await readFast(await place.route(session), workload).finally(memory.stop);
  await pause(sampleMs);
  stuck.kill('SIGCONT');
  const resumed = await followResume(stuck);
  await place.close(session);
  return { ...resumed, rate, grownBytes: memory.grownBytes() };
}

async function followResume(stuck: BenchClient): Promise<Omit<Resumed, 'rate' | 'grownBytes'>> {
  const begin = performance.now();
  const at: Record<string, number> = {};
  for (;;) {
    const line = await stuck.line();
    const ms = performance.now() - begin;
    at[line] = ms;
    if (line === 'end' || line === 'screen') continue;
    const seen = JSON.parse(line) as StuckResult;
    const { end = ms, screen = 0 } = at;
    return { ...seen, endMs: end, screenMs: screen, wholeMs: ms };
  }
}

function sampleResident(pid: number): { stop(this: void): void; grownBytes(): number } {
  const before = readResident(pid);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, readResident(pid))), sampleMs);
  return { stop: () => clearInterval(timer), grownBytes: () => most - before };
}

interface Round {
  readonly alone: number;
  readonly beside: Resumed;
}

async function measureRound(place: Place, source: Source): Promise<Round> {
  const session = await place.open(source.workload.command);
  const alone = await readFast(await place.route(session), source.workload);
  await place.close(session);
  return { alone, beside: await measureBeside(place, source) };
}

function placeOfHost(rig: HostRig): Place {
  return {
    hostPid: rig.pid,
    whole: false,
    open: (command) => rig.spawn(['/bin/sh', '-c', command], 1 << 20),
    route: (session) => rig.route(session),
    close: (session) => rig.collect(session),
  };
}

async function placeOfDaemon(rig: DaemonRig, link: DaemonLink): Promise<Place> {
  const [hostPid = 0] = await rig.hostPids();
  return {
    hostPid,
    whole: true,
    async open(command) {
      const { session } = await link.call('session/open', {
        agent: 'command',
        command: ['/bin/sh', '-c', command],
        cwd: '/',
        environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
        size: { cols: 120, rows: 40 },
      });
      return session.id;
    },
    async route(sessionId) {
      const found = await link.call('session/attach', { sessionId, right: 'write', via: 'host' });
      if (found.via !== 'host') throw new Error('the daemon gave no way to the host');
      const { socket, key, ticket, pid, startTime } = found;
      return {
        socket,
        key,
        ticket,
        pid,
        startTime,
        clientId: `bench-${randomUUID()}`,
        kind: 'test',
      };
    },
    close: async (sessionId) => void (await link.call('session/kill', { sessionId })),
  };
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  const [workload] = await createWorkloads(context.temporaryDirectory, megabytes);
  if (workload === undefined) throw new Error('no workload');
  const source = { workload, path: join(context.temporaryDirectory, `${workload.name}.txt`) };
  try {
    const alone = await measureAtHost(context, source);
    if (wanted.has('stuck.client')) yield* toClientMeasurements(alone);
    if (!wanted.has('stuck.resume')) return;
    yield* toResumeMeasurements(await measureAtDaemon(context, source), alone);
  } finally {
    await removeWorkloads(context.temporaryDirectory);
  }
}

async function measureAtHost(context: BenchContext, source: Source): Promise<Round[]> {
  const rig = await startHostRig(context);
  const rounds: Round[] = [];
  try {
    context.say(`stuck: one round to warm up, then ${context.rounds}`);
    await measureRound(placeOfHost(rig), source);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      rounds.push(await measureRound(placeOfHost(rig), source));
    }
    return rounds;
  } finally {
    await rig.stop();
  }
}

async function measureAtDaemon(context: BenchContext, source: Source): Promise<Resumed[]> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'stuck-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const rounds: Resumed[] = [];
  try {
    const link = await rig.connect();
    const place = await placeOfDaemon(rig, link);
    context.say(`stuck: ${context.rounds} rounds with a daemon, after one to warm up`);
    await measureBeside(place, source);
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      rounds.push(await measureBeside(place, source));
    }
    link.dispose();
    return rounds;
  } finally {
    await rig.stop();
  }
}

function* toClientMeasurements(rounds: readonly Round[]): Iterable<Measurement> {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const shared = { id: 'stuck.client', rounds: rounds.length } as const;
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

function* toResumeMeasurements(
  rounds: readonly Resumed[],
  alone: readonly Round[],
): Iterable<Measurement> {
  const of = (pick: (round: Resumed) => number): number => median(rounds.map(pick));
  const sum = (pick: (round: Resumed) => number): number =>
    rounds.map(pick).reduce((a, b) => a + b, 0);
  const shared = { id: 'stuck.resume', rounds: rounds.length } as const;
  const bound = { floor: 50, goal: 10, better: 'lower' } as const;
  const anchor = { skippedMB: of(({ skipped }) => skipped) / 1e6 };
  const screens = { ...anchor, screens: sum((round) => round.screens) };
  yield {
    ...shared,
    case: 'until a stored screen',
    value: of(({ screenMs }) => screenMs),
    unit: 'ms',
    bound,
    anchor: screens,
  };
  yield {
    ...shared,
    case: 'until a stored screen that is whole',
    value: of(({ wholeMs }) => wholeMs),
    unit: 'ms',
    bound,
    anchor: screens,
    isVariant: true,
  };
  yield {
    ...shared,
    case: 'until the last byte',
    value: of(({ endMs }) => endMs),
    unit: 'ms',
    bound,
    anchor: { ...anchor, withoutDaemonMs: median(alone.map(({ beside }) => beside.endMs)) },
  };
  yield {
    ...shared,
    case: 'silent gaps',
    value: sum(({ wrong }) => wrong) + alone.reduce((most, { beside }) => most + beside.wrong, 0),
    unit: 'count',
    bound: { floor: 0, goal: 0, better: 'lower' },
    anchor: { announced: sum(({ gaps }) => gaps) },
  };
}

export const stuckFigure: Figure = {
  cases: {
    'stuck.client': ['fast client beside it', 'growth of the host'],
    'stuck.resume': ['until a stored screen', 'until the last byte', 'silent gaps'],
  },
  measure,
};
