/** The rows of the view of tasks, and what a command finds in the one that it was called on. */
import type { Run, Task, TaskResult } from '../../protocol/task/task.ts';
import { runIdSchema, taskIdSchema } from '../../protocol/wire/brand.ts';
import type { TaskSection } from './taskShelf.ts';

export type TaskNode =
  | { readonly kind: 'section'; readonly id: string; section: TaskSection }
  | { readonly kind: 'task'; readonly id: string; task: Task; readonly parent: string }
  | { readonly kind: 'run'; readonly id: string; run: Run; readonly parent: string }
  | {
      readonly kind: 'result';
      readonly id: string;
      result: TaskResult;
      task: Task;
      readonly parent: string;
    }
  | { readonly kind: 'more'; readonly id: string; readonly parent: string };

export type TaskRow = Extract<TaskNode, { kind: 'task' }>;

/** `argument`: a row, an id, an entry of "Needs You", or the address of an open page. */
export function readTaskId(argument: unknown): Task['id'] | undefined {
  const parsed = taskIdSchema.safeParse(findTaskId(argument));
  return parsed.success ? parsed.data : undefined;
}

function findTaskId(argument: unknown): unknown {
  if (typeof argument === 'string') return argument;
  const query = readKey(argument, 'query');
  if (typeof query === 'string') return new URLSearchParams(query).get('task');
  return readKey(readKey(argument, 'task'), 'id') ?? readKey(argument, 'taskId');
}

/** The tasks of all selected rows; the one that the command was called on when it is not among them. */
export function readTaskIds(argument: unknown, selection: unknown): Task['id'][] {
  const own = readTaskId(argument);
  const selected = Array.isArray(selection)
    ? selection.flatMap((one: unknown) => readTaskId(one) ?? [])
    : [];
  if (own === undefined) return selected;
  return selected.includes(own) ? [...new Set(selected)] : [own];
}

export function readRunId(argument: unknown): Run['id'] | undefined {
  const own = typeof argument === 'string' ? argument : readKey(readKey(argument, 'run'), 'id');
  const parsed = runIdSchema.safeParse(own);
  return parsed.success ? parsed.data : undefined;
}

export function isTaskNode(argument: unknown): argument is TaskNode {
  return typeof argument === 'object' && argument !== null && 'kind' in argument;
}

function readKey(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[key];
}
