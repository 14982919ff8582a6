import type { Task } from '../../protocol/task/task.ts';
import { isEnded } from '../../protocol/task/taskState.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes, layOutTable } from '../output/output.ts';
import type { Cell, Column } from '../output/output.ts';
import { shownIdChars } from './find.ts';
import { stateStyle, stateText, whenText } from './words.ts';

const columns: readonly Column[] = [
  { title: 'ID', min: 8, max: 8 },
  { title: 'STATE', min: 9, max: 9 },
  { title: 'TASK', min: 16, max: 60 },
  { title: 'NEXT', min: 0, max: 80 },
];

/** Those that wait for a person first. */
const order = ['review', 'blocked', 'failed', 'running', 'ready', 'draft', 'done', 'cancelled'];

export async function listTasks(
  context: CommandContext,
  { all }: { readonly all: boolean },
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const { tasks, settings } = await link.call('task/list', {});
  const shown = inOrder(all ? tasks : tasks.filter(isShown));
  output.result({ tasks: shown, settings }, () =>
    shown.length === 0
      ? []
      : layOutTable({
          columns,
          rows: withDepth(shown).map(rowOf),
          width: output.columns,
          paint: output.paint,
        }),
  );
  if (settings.paused) {
    const why = toPlainLine(settings.pausedReason ?? 'All schedules are paused.', 300);
    output.note(`${why} waggle task pause --all --off resumes them.`);
  }
  if (shown.length === 0)
    output.hint('There are no tasks. waggle task add "Title" --run-command npm test');
  return exitCodes.ok;
}

/** What is over, and comes no more, is history. */
function isShown({ state, nextRunAt }: Task): boolean {
  return !isEnded(state.status) || state.status === 'failed' || nextRunAt !== null;
}

function inOrder(tasks: readonly Task[]): Task[] {
  const rank = ({ state }: Task): number => order.indexOf(state.status);
  return tasks.toSorted((a, b) => rank(a) - rank(b) || a.createdAt.localeCompare(b.createdAt));
}

interface Placed {
  readonly task: Task;
  readonly depth: number;
}

/** Children stand below their parents. */
function withDepth(tasks: readonly Task[]): readonly Placed[] {
  const ids = new Set<string>(tasks.map(({ id }) => id));
  const below = (parentId: string | null, depth: number): Placed[] =>
    tasks
      .filter((task) =>
        parentId === null ? !ids.has(task.parentId ?? '') : task.parentId === parentId,
      )
      .flatMap((task) => [{ task, depth }, ...below(task.id, depth + 1)]);
  return below(null, 0);
}

function rowOf({ task, depth }: Placed): Cell[] {
  const style = stateStyle(task);
  return [
    { text: task.id.slice(-shownIdChars), style: 'dim' },
    { text: stateText(task), ...(style === undefined ? {} : { style }) },
    { text: `${'  '.repeat(depth)}${toPlainLine(task.title, 100)}` },
    { text: toPlainLine(whenText(task), 120) },
  ];
}
