/**
 * `mem.session` and `scale.200`: what daemon and pty host together take with a few sessions and with 200 more, idle and
 * attached, in memory and CPU, and how much later a key comes back. `mem.rings`: the host with 200 full rings.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import type { SessionStream } from '../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../link/stream/stream.ts';
import type { DaemonRig } from './daemonRig.ts';
import { startDaemonRig } from './daemonRig.ts';
import { echoThrough } from './echo.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';
import type { HostRig } from './hostRig.ts';
import { startHostRig } from './hostRig.ts';
import { readCpuSeconds, readPss } from './processUsage.ts';
import { waitFor } from './waitFor.ts';

const sessions = 200;
/** Opened before the base is taken: what the first ones load and compile is no cost of each. */
const warmSessions = 20;
const ringBytes = 1 << 20;
const settleMs = 3000;
/** Collecting what opening 200 sessions left behind is no cost of their standing there. */
const tidyMs = 12_000;
const idleMs = 15_000;
const mebibyte = 1 << 20;

async function openAttached(link: DaemonLink, script: string): Promise<SessionStream> {
  const { session } = await link.call('session/open', {
    agent: 'command',
    command: ['/bin/sh', '-c', script],
    cwd: '/',
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    size: { cols: 120, rows: 40 },
  });
  const found = await link.call('session/attach', {
    sessionId: session.id,
    right: 'write',
    via: 'host',
  });
  if (found.via !== 'host') throw new Error('the daemon gave no way to the host');
  const { socket, key, ticket, pid, startTime } = found;
  const route = {
    socket,
    key,
    ticket,
    pid,
    startTime,
    clientId: session.id,
    kind: 'test',
  } as const;
  const stream = await openSessionStream({ transport: createHostTransport(route), right: 'write' });
  await new Promise<void>((resolve) => {
    stream.onOutput(() => resolve());
  });
  return stream;
}

async function sumOver(
  rig: DaemonRig,
  link: DaemonLink,
  read: (pid: number) => number,
): Promise<number> {
  const pids = [link.info.pid, ...(await rig.hostPids())];
  return pids.map(read).reduce((sum, value) => sum + value, 0);
}

/** Echo in milliseconds, memory in bytes, CPU in percent of one core. */
interface Idle {
  readonly echoOne: number;
  readonly echoAll: number;
  readonly base: number;
  readonly all: number;
  readonly cpuPercent: number;
}

async function measureIdle(rig: DaemonRig): Promise<Idle> {
  const link = await rig.connect();
  const first = await openAttached(link, 'stty raw -echo; printf ready; exec cat');
  await echoThrough(first);
  const echoOne = quantile(await echoThrough(first), 0.5);
  const streams = [first];
  const openMore = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      streams.push(await openAttached(link, 'printf ready; exec sleep 600'));
    }
    await pause(settleMs);
  };
  await openMore(warmSessions);
  const base = await sumOver(rig, link, readPss);
  await openMore(sessions);
  const all = await sumOver(rig, link, readPss);
  await pause(tidyMs);
  const before = await sumOver(rig, link, readCpuSeconds);
  await pause(idleMs);
  const cpu = (await sumOver(rig, link, readCpuSeconds)) - before;
  const echoAll = quantile(await echoThrough(first), 0.5);
  for (const stream of streams) stream.dispose();
  link.dispose();
  return { echoOne, echoAll, base, all, cpuPercent: (100 * cpu) / (idleMs / 1000) };
}

async function* measureSessions(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'memory-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const { rounds } = context;
  const seen: Idle[] = [];
  try {
    context.say(`memory: ${rounds} rounds of ${sessions} sessions`);
    for (let turn = 0; turn < rounds; turn += 1) {
      context.signal.throwIfAborted();
      seen.push(await measureIdle(rig));
      await rig.end();
    }
  } finally {
    await rig.stop();
  }
  yield* toMeasurements(seen, wanted);
}

function* toMeasurements(
  seen: readonly Idle[],
  wanted: ReadonlySet<string>,
): Iterable<Measurement> {
  const rounds = seen.length;
  const base = median(seen.map((idle) => idle.base));
  const note = `proportional memory of daemon and pty host, base with ${warmSessions + 1} sessions: pages of the runtime are shared with other Node processes`;
  if (wanted.has('mem.session')) {
    const shared = { id: 'mem.session', unit: 'bytes', rounds, note } as const;
    yield {
      ...shared,
      case: 'each idle attached session',
      value: median(seen.map((idle) => (idle.all - idle.base) / sessions)),
      bound: { floor: 64 * 1024, goal: 40 * 1024, better: 'lower' },
      anchor: { baseMiB: base / mebibyte },
    };
    yield {
      ...shared,
      case: 'base',
      value: base,
      bound: { floor: 130 * mebibyte, goal: 95 * mebibyte, better: 'lower' },
    };
  }
  if (!wanted.has('scale.200')) return;
  const shared = { id: 'scale.200', rounds } as const;
  yield {
    ...shared,
    case: 'CPU of daemon and host',
    value: median(seen.map(({ cpuPercent }) => cpuPercent)),
    unit: 'percent',
    bound: { floor: 0.5, goal: 0.1, better: 'lower' },
  };
  yield {
    ...shared,
    case: 'echo p50 against one session',
    value: median(seen.map(({ echoOne, echoAll }) => echoAll / echoOne)),
    unit: 'ratio',
    bound: { floor: 1.5, goal: 1.1, better: 'lower' },
    anchor: { oneMs: median(seen.map(({ echoOne }) => echoOne)) },
  };
}

interface Rings {
  readonly base: number;
  readonly full: number;
}

async function fillRings(rig: HostRig): Promise<Rings> {
  const written = ringBytes + (ringBytes >> 3);
  const base = readPss(rig.pid);
  const script = `stty -opost; head -c ${written} /dev/zero; exec sleep 600`;
  for (let index = 0; index < sessions; index += 1) {
    const session = await rig.spawn(['/bin/sh', '-c', script], ringBytes);
    await waitFor('a full ring', async () => {
      const { sessions: listed } = await rig.control.call('host/list', {});
      const found = listed.find((candidate) => candidate.session === session);
      return found !== undefined && found.end >= written ? true : undefined;
    });
  }
  return { base, full: readPss(rig.pid) };
}

/** Bytes of memory for each byte of ring. */
async function* measureRings(context: BenchContext): AsyncIterable<Measurement> {
  context.say(`memory: ${context.rounds} rounds of ${sessions} full rings`);
  const seen: Rings[] = [];
  for (let turn = 0; turn < context.rounds; turn += 1) {
    context.signal.throwIfAborted();
    const rig = await startHostRig(context);
    try {
      seen.push(await fillRings(rig));
    } finally {
      await rig.stop();
    }
  }
  const ringsBytes = sessions * ringBytes;
  yield {
    id: 'mem.rings',
    case: `${sessions} full rings`,
    value: median(seen.map(({ base, full }) => (full - base) / ringsBytes)),
    unit: 'ratio',
    bound: { floor: 1.15, goal: 1.05, better: 'lower' },
    rounds: seen.length,
    anchor: {
      baseMiB: median(seen.map(({ base }) => base)) / mebibyte,
      ringMiB: ringsBytes / mebibyte,
    },
  };
}

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  if (wanted.has('mem.session') || wanted.has('scale.200')) {
    yield* measureSessions(context, wanted);
  }
  if (wanted.has('mem.rings')) yield* measureRings(context);
}

export const memoryFigure: Figure = {
  cases: {
    'mem.session': ['each idle attached session', 'base'],
    'mem.rings': [`${sessions} full rings`],
    'scale.200': ['CPU of daemon and host', 'echo p50 against one session'],
  },
  measure,
};
