/**
 * `waggle top`: what sessions use, now and every two seconds. The daemon measures only while somebody asks; where no
 * person watches a terminal, it is told once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Resources } from '../../protocol/session/resources.ts';
import type { Session } from '../../protocol/session/session.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { enterRawMode } from '../terminal/terminal.ts';
import type { TopOrder } from './topTable.ts';
import { sumOf, topLines } from './topTable.ts';

export interface TopOptions {
  readonly once: boolean;
  readonly order: TopOrder;
}

interface Measured {
  readonly resources: Resources;
  readonly sessions: readonly Session[];
}

/** What stands on the screen. */
interface Shown {
  link: DaemonLink;
  order: TopOrder;
  measured: Measured;
  trouble: string | undefined;
}

const everyMs = 2000;
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';

export async function showTop(context: CommandContext, options: TopOptions): Promise<number> {
  const { output } = context;
  const isWatched = output.isTerminal && process.stdin.isTTY;
  if (isWatched && !options.once && !output.json) return watchTop(context, options.order);
  const { resources, sessions } = await measure(await context.connect());
  const view = { resources, sessions, order: options.order, height: Infinity };
  output.result({ ...resources, all: sumOf(resources) }, () => topLines(view, output));
  return exitCodes.ok;
}

async function measure(link: DaemonLink): Promise<Measured> {
  const [resources, { sessions }] = await Promise.all([
    link.call('session/resources', {}),
    link.call('session/list', { history: true }),
  ]);
  return { resources, sessions };
}

/** Until q or Ctrl-C; c and m choose the order. */
async function watchTop(context: CommandContext, first: TopOrder): Promise<number> {
  // A daemon that cannot be asked at all is told as everywhere, on the screen that was there.
  const link = await context.connect();
  const shown: Shown = { link, order: first, measured: await measure(link), trouble: undefined };
  const end = new AbortController();
  const draw = (): void => drawTop(context, shown);
  const raw = enterRawMode(leave);
  const onKey = (bytes: Buffer): void => {
    const key = bytes.toString('latin1');
    if (['q', 'Q', '\u0003', '\u001b'].includes(key)) end.abort();
    if (key === 'c' || key === 'm') shown.order = key === 'c' ? 'cpu' : 'mem';
    draw();
  };
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;
  const onSignal = (): void => end.abort();
  process.stdout.write(enter);
  process.stdin.on('data', onKey).resume();
  process.stdout.on('resize', draw);
  for (const signal of signals) process.on(signal, onSignal);
  try {
    while (!end.signal.aborted) {
      draw();
      await pause(end.signal);
      if (!end.signal.aborted) await measureAgain(context, shown);
    }
  } finally {
    process.stdin.off('data', onKey).pause();
    process.stdout.off('resize', draw);
    for (const signal of signals) process.off(signal, onSignal);
    process.stdout.write(leave);
    raw.exiting();
  }
  return exitCodes.ok;
}

/** A daemon that is away is asked again; what was measured last stays on the screen. */
async function measureAgain(context: CommandContext, shown: Shown): Promise<void> {
  try {
    if (shown.link.isClosed) shown.link = await context.connect();
    shown.measured = await measure(shown.link);
    shown.trouble = undefined;
  } catch (error) {
    shown.trouble = errorMessageOf(error);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await delay(everyMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Writes every line over the one that was there, so that nothing flickers. */
function drawTop({ output }: CommandContext, { measured, order, trouble }: Shown): void {
  const { columns = 80, rows = 24 } = process.stdout;
  const { paint } = output;
  const count = measured.resources.sessions.length;
  const title = `waggle top: ${count} ${count === 1 ? 'session' : 'sessions'}, by ${order === 'cpu' ? 'processor time' : 'memory'}`;
  const keys = paint('c processor · m memory · q quits', 'dim');
  const table = topLines({ ...measured, order, height: rows - 3 }, { columns, paint });
  const said = trouble === undefined ? keys : paint(toPlainLine(trouble, columns), 'red');
  const lines = [paint(title, 'bold'), said, '', ...table].slice(0, rows);
  const text = lines.map((line) => `${line}\u001b[K`).join('\r\n');
  process.stdout.write(`\u001b[H${text}\u001b[J`);
}
