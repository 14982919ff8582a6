/**
 * `attention.cpu`: what the daemon spends on following a session that writes 1 MB/s, dense with colours and titles, above
 * what it spends without one. `attention.false`: claims of asking or of being idle, over all recordings, that the recorded
 * screens contradict.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFalseClaims, replay } from '../test/support/attentionReplay.ts';
import { listRecordings } from '../test/support/recording.ts';
import type { DaemonRig } from './daemonRig.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import { readCpuSeconds } from './processUsage.ts';

const measuredMs = 10_000;
const settleMs = 3000;
const size = { cols: 120, rows: 40 };

/** Prints lines of an agent at work: colours, cursor moves, now and then a title and a status report; 1 MB/s in 20 ms steps. */
const writer = `
const line = '\\u001b[38;5;246m● \\u001b[1mread\\u001b[22m src/app.ts\\u001b[39m\\u001b[K\\r\\n';
const title = '\\u001b]0;⠋ shop\\u0007\\u001b]7501;state=working:app=bench\\u0007';
const piece = title + line.repeat(Math.ceil(20000 / Buffer.byteLength(line)));
const start = performance.now();
let sent = 0;
setInterval(() => {
  const due = ((performance.now() - start) / 1000) * 1e6;
  while (sent < due) { process.stdout.write(piece); sent += Buffer.byteLength(piece); }
}, 20);
`;

async function* measure(
  context: BenchContext,
  wanted: ReadonlySet<string>,
): AsyncIterable<Measurement> {
  if (wanted.has('attention.false')) yield countFalse();
  if (wanted.has('attention.cpu')) yield await measureCpu(context);
}

function countFalse(): Measurement {
  const names = listRecordings();
  const found = names.flatMap((name) => findFalseClaims(replay(name)));
  return {
    id: 'attention.false',
    case: 'asking or idle',
    value: found.length,
    unit: 'count',
    bound: { floor: 0, goal: 0, better: 'lower' },
    rounds: 1,
    anchor: { recordings: names.length },
  };
}

async function measureCpu(context: BenchContext): Promise<Measurement> {
  const home = join(context.temporaryDirectory, 'attention');
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const idle: number[] = [];
  const following: number[] = [];
  try {
    for (let turn = 0; turn < context.rounds; turn += 1) {
      context.signal.throwIfAborted();
      context.say(`attention.cpu: round ${turn + 1} of ${context.rounds}`);
      const round = await measureRound(rig);
      idle.push(round.idle);
      following.push(round.following);
    }
  } finally {
    await rig.stop();
  }
  return {
    id: 'attention.cpu',
    case: 'one session, 1 MB/s',
    value: median(following.map((share, turn) => share - (idle[turn] ?? 0))) * 100,
    unit: 'percent',
    bound: { floor: 2, goal: 1, better: 'lower' },
    rounds: context.rounds,
    anchor: { idlePercent: median(idle) * 100 },
    note: 'of one core, the daemon with its threads',
  };
}

/** Shares of a core. */
async function measureRound(rig: DaemonRig): Promise<{ idle: number; following: number }> {
  const link = await rig.connect();
  await pause(settleMs);
  const idle = await shareOf(link.info.pid);
  const { session } = await link.call('session/open', {
    agent: 'command',
    command: [process.execPath, '-e', writer],
    cwd: rig.home,
    environment: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    size,
  });
  await pause(settleMs);
  const following = await shareOf(link.info.pid);
  await link.call('session/kill', { sessionId: session.id });
  await link.call('session/delete', { sessionId: session.id });
  link.dispose();
  return { idle, following };
}

async function shareOf(pid: number): Promise<number> {
  const [cpu, time] = [readCpuSeconds(pid), performance.now()];
  await pause(measuredMs);
  return (readCpuSeconds(pid) - cpu) / ((performance.now() - time) / 1000);
}

export const attentionFigure: Figure = {
  cases: { 'attention.cpu': ['one session, 1 MB/s'], 'attention.false': ['asking or idle'] },
  measure,
};
