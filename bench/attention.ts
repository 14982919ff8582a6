/**
 * `attention.cpu`: what the daemon spends on a session that writes 1 MB/s, dense with colours and titles, above what it
 * spends without one: all of it (the spool and the worker that keeps the screen included), and what reading the output for
 * the state takes of that. `attention.false`: claims of asking or of being idle, over all recordings, that the recorded
 * screens contradict.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFalseClaims, Player, replay } from '../test/support/attentionReplay.ts';
import { listRecordings } from '../test/support/recording.ts';
import type { DaemonRig } from './daemonRig.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { median } from './figure.ts';
import { readCpuSeconds, readMainThreadSeconds } from './processUsage.ts';

const measuredMs = 10_000;
const settleMs = 3000;
const readingRounds = 50;
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
  if (!wanted.has('attention.cpu')) return;
  yield measureReading();
  yield await measureDaemon(context);
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

/** What an agent at work writes at once, 20 kB: colours, cursor moves, a title and a status report. */
function createPiece(): Buffer {
  const line = '\u001b[38;5;246m● \u001b[1mread\u001b[22m src/app.ts\u001b[39m\u001b[K\r\n';
  const title = '\u001b]0;⠋ shop\u0007\u001b]7501;state=working:app=bench\u0007';
  return Buffer.from(title + line.repeat(Math.ceil(20_000 / Buffer.byteLength(line))));
}

/** Bytes of a second, read as the daemon reads them; the share of that second that it takes. */
function measureReading(): Measurement {
  const piece = createPiece();
  const player = new Player('claude');
  const shares = Array.from({ length: readingRounds }, (_, round) => {
    const before = process.cpuUsage();
    for (let bytes = 0; bytes < 1e6; bytes += piece.length)
      player.play(piece, round * 1000 + bytes / 1000);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return {
    id: 'attention.cpu',
    case: 'reading and judging 1 MB/s',
    value: median(shares) * 100,
    unit: 'percent',
    bound: { floor: 2, goal: 1, better: 'lower' },
    rounds: readingRounds,
    note: 'of one core; scanner, hearing and judgement, no emulation',
  };
}

async function measureDaemon(context: BenchContext): Promise<Measurement> {
  const home = join(context.temporaryDirectory, 'attention');
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const idle: Share[] = [];
  const following: Share[] = [];
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
  const above = (thread: keyof Share): number =>
    median(following.map((share, turn) => share[thread] - (idle[turn]?.[thread] ?? 0))) * 100;
  return {
    id: 'attention.cpu',
    case: 'the daemon with one session, 1 MB/s',
    // With the spool and the stored screens, which are there whether anybody attends or not.
    isVariant: true,
    value: above('all'),
    unit: 'percent',
    bound: { floor: 2, goal: 1, better: 'lower' },
    rounds: context.rounds,
    anchor: {
      idlePercent: median(idle.map((share) => share.all)) * 100,
      mainThreadPercent: above('main'),
    },
    note: 'of one core; the screen worker and its compiler threads included',
  };
}

/** Shares of a core. */
async function measureRound(rig: DaemonRig): Promise<{ idle: Share; following: Share }> {
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

interface Share {
  readonly all: number;
  readonly main: number;
}

async function shareOf(pid: number): Promise<Share> {
  const [all, main, time] = [readCpuSeconds(pid), readMainThreadSeconds(pid), performance.now()];
  await pause(measuredMs);
  const seconds = (performance.now() - time) / 1000;
  return {
    all: (readCpuSeconds(pid) - all) / seconds,
    main: (readMainThreadSeconds(pid) - main) / seconds,
  };
}

export const attentionFigure: Figure = {
  cases: { 'attention.cpu': ['reading and judging 1 MB/s'], 'attention.false': ['asking or idle'] },
  measure,
};
