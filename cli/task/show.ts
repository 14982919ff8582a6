import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { localZone, nextTimes, saySchedule } from '../../link/schedule/schedule.ts';
import type { Run } from '../../protocol/task/run.ts';
import type { Task } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes, layOutTable } from '../output/output.ts';
import type { Cell, Column } from '../output/output.ts';
import { findTask, shownIdChars } from './find.ts';
import { instantText, runText, stateText, tookText } from './words.ts';

const columns: readonly Column[] = [
  { title: 'RUN', min: 8, max: 8 },
  { title: 'PLANNED', min: 16, max: 16 },
  { title: 'BY', min: 8, max: 8 },
  { title: 'TOOK', min: 6, max: 8 },
  { title: 'OUTCOME', min: 0, max: 200 },
];

const shownRuns = 5;
const shownTimes = 5;

export async function showTask(context: CommandContext, reference: string): Promise<number> {
  const { link, task } = await findTask(context, reference);
  const { runs } = await link.call('task/history', { taskId: task.id, limit: shownRuns });
  const next =
    task.nextRunAt === null ? [] : nextTimes(task.schedule, Date.now(), shownTimes).map(toInstant);
  context.output.result({ task, runs, next }, () => [
    ...describe(task, next),
    ...(runs.length === 0 ? [] : ['', ...tableOf(runs, context)]),
  ]);
  return exitCodes.ok;
}

function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}

function describe(task: Task, next: readonly string[]): string[] {
  const { state, work, results, progress, source } = task;
  const why = 'reason' in state && state.reason !== null ? `: ${state.reason}` : '';
  const does = {
    prompt: work.kind === 'prompt' ? `${work.agent} (${awayWords[work.away]}): ${work.prompt}` : '',
    command: work.kind === 'command' ? work.command.join(' ') : '',
    none: 'nothing itself',
  };
  const facts: [string, string][] = [
    ['state', toPlainLine(`${stateText(task)}${why}`, 400)],
    ['does', toPlainLine(does[work.kind], 400)],
    ['in', toPlainLine(`${task.cwd}${task.worktree ? ' (own worktree)' : ''}`, 400)],
    ['when', toPlainLine(saySchedule(task.schedule, localZone()), 200)],
    ['next', next.map(instantText).join(' · ')],
    ['missed', missedText(task)],
    ['progress', toPlainLine(progress ?? '', 400)],
    ['from', source.kind === 'file' ? toPlainLine(source.path, 400) : source.kind],
    ['problem', source.kind === 'file' ? toPlainLine(source.problem ?? '', 400) : ''],
  ];
  return [
    toPlainLine(task.title, 200),
    ...facts.filter(([, text]) => text !== '').map(([name, text]) => `  ${name.padEnd(9)}${text}`),
    ...results.map(
      (result) =>
        `  ${result.kind.padEnd(9)}${toPlainLine(`${result.title}  ${result.target}`, 300)}`,
    ),
  ];
}

export const awayWords = {
  readOnly: 'read only',
  editInWorktree: 'edits in a worktree',
  ask: 'asks and waits',
} as const;

function missedText({ schedule, policies: { missed } }: Task): string {
  if (schedule.kind === 'none') return '';
  switch (missed.kind) {
    case 'skip':
      return 'what is missed is left out';
    case 'once':
      return 'the last missed time is made up for';
    case 'all':
      return `up to ${missed.max} missed times are made up for`;
  }
}

function tableOf(runs: readonly Run[], { output }: CommandContext): string[] {
  const rows = runs.map((run): Cell[] => [
    { text: run.id.slice(-shownIdChars), style: 'dim' },
    { text: instantText(run.plannedAt) },
    { text: run.trigger },
    { text: tookText(run) },
    { text: runText(run) },
  ]);
  return layOutTable({ columns, rows, width: output.columns, paint: output.paint });
}

interface HistoryWish {
  readonly reference: string | undefined;
  readonly limit: number;
  readonly after: string | undefined;
  /** The end of a run's id: its output instead of the list. */
  readonly output: string | undefined;
}

export async function showHistory(context: CommandContext, wish: HistoryWish): Promise<number> {
  const { output } = context;
  const meant = wish.reference === undefined ? undefined : await findTask(context, wish.reference);
  const link = meant?.link ?? (await context.connect());
  const page = await link.call('task/history', {
    ...(meant === undefined ? {} : { taskId: meant.task.id }),
    ...(wish.after === undefined ? {} : { after: wish.after }),
    limit: wish.limit,
  });
  if (wish.output !== undefined) return showOutput({ context, link, runs: page.runs }, wish.output);
  output.result(page, () => (page.runs.length === 0 ? [] : tableOf(page.runs, context)));
  if (page.runs.length === 0) output.hint('Nothing has run yet.');
  if (page.next !== null) output.hint(`Older ones: waggle task history --after ${page.next}`);
  return exitCodes.ok;
}

async function showOutput(
  {
    context,
    link,
    runs,
  }: { readonly context: CommandContext; readonly link: DaemonLink; readonly runs: readonly Run[] },
  wanted: string,
): Promise<number> {
  const found = runs.filter(({ id }) => id.endsWith(wanted.toLowerCase()));
  const [run] = found;
  if (run === undefined || found.length > 1)
    throw new CommandError(
      'usage',
      `Which run is "${toPlainLine(wanted, 40)}"?`,
      'waggle task history',
    );
  const read = await link.call('task/output', { runId: run.id });
  context.output.result(read, () => [
    ...(read.isTail ? ['(the beginning is not kept)'] : []),
    ...read.output.split('\n').map((line) => toPlainLine(line, 2000)),
  ]);
  return exitCodes.ok;
}

export async function attachResult(
  context: CommandContext,
  wish: {
    readonly reference: string;
    readonly kind: string | undefined;
    readonly title: string | undefined;
    readonly target: string;
  },
): Promise<number> {
  const { link, task } = await findTask(context, wish.reference);
  const kind = kindOf(wish.kind, wish.target);
  const done = await link.call('task/addResult', {
    ...{ taskId: task.id, kind, target: wish.target },
    title: wish.title ?? wish.target.slice(0, 200),
  });
  context.output.result(done, () => [`Attached to "${toPlainLine(task.title, 80)}".`]);
  return exitCodes.ok;
}

const kinds = ['file', 'link', 'commit', 'note'] as const;

function kindOf(wanted: string | undefined, target: string): (typeof kinds)[number] {
  const known = kinds.find((kind) => kind === wanted);
  if (known !== undefined) return known;
  if (wanted !== undefined)
    throw new CommandError('usage', `"${toPlainLine(wanted, 40)}" is no kind.`, kinds.join(', '));
  if (/^https?:/.test(target)) return 'link';
  return /^[0-9a-f]{40}$/.test(target) ? 'commit' : 'file';
}
