/**
 * `kill9`: `kill -9` of the daemon in mid-stream, at random moments. Bytes that a client attached on the same machine
 * lost or got twice, and the longest silence it saw.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import { createHostTransport, openSessionStream } from '../link/stream/stream.ts';
import type { SessionStream } from '../link/stream/stream.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';

const kills = 20;
// About 3 MB/s of lines that count up, so that a lost or doubled byte shows as a wrong number.
const counting = 'i=1; while :; do seq $i $((i+999)); i=$((i+1000)); sleep 0.002; done';

/** Follows the numbers. Every line that is not its predecessor plus one is counted. */
class LineChecker {
  #rest = '';
  #last = 0;
  #lastAt = performance.now();
  wrong = 0;
  lines = 0;
  longestSilenceMs = 0;

  push(bytes: Uint8Array): void {
    const now = performance.now();
    this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastAt);
    this.#lastAt = now;
    const parts = (this.#rest + Buffer.from(bytes).toString('latin1')).split('\r\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const number = Number(part);
      if (number !== this.#last + 1) this.wrong += 1;
      this.#last = number;
      this.lines += 1;
    }
  }
}

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

async function attachHost(link: DaemonLink, sessionId: SessionId): Promise<SessionStream> {
  const route = await link.call('session/attach', { sessionId, right: 'write', via: 'host' });
  if (route.via !== 'host') throw new Error('the daemon gave no way to the host');
  const transport = createHostTransport({ ...route, clientId: 'bench-kill9', kind: 'test' });
  return openSessionStream({ transport, right: 'write' });
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'kill9-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const checker = new LineChecker();
  let gaps = 0;
  try {
    let link = await rig.connect();
    const sessionId = await openCounting(link);
    const stream = await attachHost(link, sessionId);
    stream.onGap(() => (gaps += 1));
    stream.onOutput(({ bytes }) => checker.push(bytes));
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
    stream.dispose();
    await link.call('session/kill', { sessionId });
    link.dispose();
  } finally {
    await rig.stop();
  }
  const bound = { floor: 0, goal: 0, better: 'lower' } as const;
  const shared = { id: 'kill9', rounds: kills, anchor: { lines: checker.lines } } as const;
  yield { ...shared, case: 'lost or doubled', value: checker.wrong + gaps, unit: 'count', bound };
  const silence = { floor: 2000, goal: 50, better: 'lower' } as const;
  yield {
    ...shared,
    case: 'longest silence',
    value: checker.longestSilenceMs,
    unit: 'ms',
    bound: silence,
  };
}

export const killFigure: Figure = { ids: ['kill9'], measure };
