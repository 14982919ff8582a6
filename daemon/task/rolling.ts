/** Parents: what the children come to, upwards, in the same change. Pure. */
import { reduceTask, rollUp } from '../../protocol/task/taskState.ts';
import type { TaskId } from '../../protocol/wire/brand.ts';
import type { KeptTask } from './rows.ts';

export interface Around {
  /** All tasks that stay, as they were. */
  readonly before: readonly KeptTask[];
  readonly deleted: readonly TaskId[];
  /** A run of its own is not over: then it says itself what it comes to. */
  readonly isBusy: (id: TaskId) => boolean;
}

/** The changed tasks and every parent whose state follows from them. */
export function withParents(
  changed: readonly KeptTask[],
  { before, isBusy }: Around,
): readonly KeptTask[] {
  const all = new Map([...before, ...changed].map((task) => [task.id, task]));
  const result = new Map(changed.map((task) => [task.id, task]));
  const old = new Map(before.map((task) => [task.id, task]));
  const queue = changed.flatMap((task) => [task.id, task.parentId, old.get(task.id)?.parentId]);
  for (let id = queue.shift(); queue.length > 0 || id !== undefined; id = queue.shift()) {
    const parent = id === undefined || id === null ? undefined : all.get(id);
    const next = parent === undefined ? undefined : rolled(parent, all, isBusy(parent.id));
    if (parent === undefined || next === undefined) continue;
    all.set(next.id, next);
    result.set(next.id, next);
    queue.push(next.parentId);
  }
  return [...result.values()];
}

/** Undefined: nothing changes. */
function rolled(
  parent: KeptTask,
  all: ReadonlyMap<TaskId, KeptTask>,
  isBusy: boolean,
): KeptTask | undefined {
  const children = [...all.values()].filter(({ parentId }) => parentId === parent.id);
  if (children.length === 0 || isBusy || failedItself(parent)) return undefined;
  const roll = rollUp(children.map(({ state }) => state));
  const moved = reduceTask(parent.state, { kind: 'childrenChanged', roll }, parent.review);
  if (!moved.ok || JSON.stringify(moved.state) === JSON.stringify(parent.state)) return undefined;
  return { ...parent, state: moved.state };
}

/** Good children do not make up for its own work. */
function failedItself({ work, lastRun, state }: KeptTask): boolean {
  const isBad = lastRun !== null && lastRun.outcome !== 'succeeded';
  return work.kind !== 'none' && state.status === 'failed' && isBad;
}
