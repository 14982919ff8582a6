/**
 * `kill9`: `kill -9` of the daemon in mid-stream, at random moments. Bytes that a client attached on the same machine
 * lost or got twice, and the longest silence it saw, beside that of a client that saw no kill.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import type { HostRoute } from '../link/stream/stream.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import type { LineResult } from './client/lineClient.ts';
import type { DaemonRig } from './daemonRig.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';

const kills = 20;
/** As long as the kills take, about. */
const quietMs = 10_000;
const clientId = 'bench-kill9';
const program = join(dirname(fileURLToPath(import.meta.url)), 'client', 'lineClient.ts');
// About 3 MB/s of lines that count up, so that a lost or doubled byte shows as a wrong number.
const counting = 'i=1; while :; do seq $i $((i+999)); i=$((i+1000)); sleep 0.002; done';

async function openCounting(link: DaemonLink): Promise<SessionId> {
  const { session } = await link.call('session/open', {
    agent: 'command',
    command: ['/bin/sh', '-c', counting],
    cwd: '/',
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    size: { cols: 120, rows: 40 },
  });
  return session.id;
}

interface LineClient {
  /** Ends it and tells what it saw. */
  finish(): Promise<LineResult>;
}

/** Attaches straight to the host, as a terminal on the same machine does. */
async function startClient(link: DaemonLink, sessionId: SessionId): Promise<LineClient> {
  const found = await link.call('session/attach', { sessionId, right: 'write', via: 'host' });
  if (found.via !== 'host') throw new Error('the daemon gave no way to the host');
  const { socket, key, ticket, pid, startTime } = found;
  const route: HostRoute = { socket, key, ticket, pid, startTime, clientId, kind: 'test' };
  const child = spawn(process.execPath, [program, JSON.stringify({ route })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  return {
    async finish() {
      child.kill('SIGTERM');
      return JSON.parse(String((await lines.next()).value)) as LineResult;
    },
  };
}

/** What a client sees while nobody is killed. */
async function watchQuiet(link: DaemonLink, sessionId: SessionId): Promise<LineResult> {
  const client = await startClient(link, sessionId);
  await pause(quietMs);
  return client.finish();
}

async function watchKills(context: BenchContext, rig: DaemonRig): Promise<Seen> {
  let link = await rig.connect();
  const sessionId = await openCounting(link);
  const quiet = await watchQuiet(link, sessionId);
  const client = await startClient(link, sessionId);
  context.say(`kill9: ${kills} kills at random moments`);
  for (let turn = 0; turn < kills; turn += 1) {
    context.signal.throwIfAborted();
    await pause(randomInt(5, 700));
    process.kill(link.info.pid, 'SIGKILL');
    link.dispose();
    link = await rig.connect();
    const { session } = await link.call('session/get', { sessionId });
    if (session.status !== 'running')
      throw new Error(`After the kill the session is ${session.status}`);
  }
  const killed = await client.finish();
  await link.call('session/kill', { sessionId });
  link.dispose();
  return { quiet, killed };
}

interface Seen {
  readonly quiet: LineResult;
  readonly killed: LineResult;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'kill9-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  let seen: Seen;
  try {
    seen = await watchKills(context, rig);
  } finally {
    await rig.stop();
  }
  const { quiet, killed } = seen;
  const shared = { id: 'kill9', rounds: kills } as const;
  yield {
    ...shared,
    case: 'lost or doubled',
    value: killed.wrong + killed.gaps,
    unit: 'count',
    bound: { floor: 0, goal: 0, better: 'lower' },
    anchor: { lines: killed.lines },
  };
  const silence = { floor: 2000, goal: 0, better: 'lower' } as const;
  const anchor = { quietMs: quiet.longestSilenceMs };
  const longest = { ...shared, unit: 'ms', bound: silence, anchor } as const;
  const { longestSilenceMs } = killed;
  yield { ...longest, case: 'longest silence', value: longestSilenceMs };
  yield {
    ...longest,
    case: 'longest silence beyond that without kills',
    value: Math.max(0, longestSilenceMs - quiet.longestSilenceMs),
    isVariant: true,
  };
}

export const killFigure: Figure = {
  cases: { kill9: ['lost or doubled', 'longest silence'] },
  measure,
};
