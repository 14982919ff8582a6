/** What the view of tasks shows, in its order: what waits for a person, what runs, what is planned, what is open, what is over. Knows no editor. */
import type { Task } from '../../protocol/task/task.ts';

export const sectionIds = ['review', 'running', 'scheduled', 'open', 'files', 'done'] as const;
export type SectionId = (typeof sectionIds)[number];

export interface TaskSection {
  readonly id: SectionId;
  /** In the order of rows. */
  readonly tasks: readonly Task[];
  /** Of its tasks, how many failed. */
  readonly failed: number;
}

/** Those that have rows. A child stands below its parent, and also at the top while it waits for a person. */
export function sortTasks(tasks: readonly Task[]): TaskSection[] {
  const known = new Set<string>(tasks.map(({ id }) => id));
  const isRoot = ({ parentId }: Task): boolean => parentId === null || !known.has(parentId);
  const sections = new Map<SectionId, Task[]>(sectionIds.map((id) => [id, []]));
  for (const task of tasks) {
    const id = sectionOf(task);
    if (isRoot(task) || id === 'review') sections.get(id)?.push(task);
  }
  return sectionIds.flatMap((id) => {
    const found = sections.get(id) ?? [];
    if (found.length === 0) return [];
    const failed = found.filter(({ state }) => state.status === 'failed').length;
    return [{ id, tasks: found.sort(orders[id]), failed }];
  });
}

/** What is below a task, as rows below its row. */
export function childrenOf(parent: Task, tasks: readonly Task[]): Task[] {
  return tasks.filter(({ parentId }) => parentId === parent.id).sort(byCreation);
}

export function sectionOf(task: Task): SectionId {
  const { status } = task.state;
  if (status === 'review' || status === 'blocked') return 'review';
  if (status === 'running') return 'running';
  if (status === 'draft' && task.source.kind === 'file') return 'files';
  if (isPlanned(task)) return 'scheduled';
  return status === 'ready' || status === 'draft' ? 'open' : 'done';
}

/** It will run by itself, or would if its schedule were on. */
export function isPlanned({ state, schedule, nextRunAt, paused }: Task): boolean {
  if (schedule.kind === 'none') return false;
  if (nextRunAt !== null) return true;
  if (state.status === 'draft') return true;
  return paused && state.status !== 'done' && state.status !== 'cancelled';
}

/** The schedule's checkbox. */
export function isOn({ state, paused }: Task): boolean {
  return !paused && state.status !== 'draft';
}

/** Whether `parent` may hold `child`: nothing is below itself. */
export function canHold(parent: Task, child: Task, tasks: readonly Task[]): boolean {
  const byId = new Map<string, Task>(tasks.map((task) => [task.id, task]));
  let above: Task | undefined = parent;
  const seen = new Set<string>();
  while (above !== undefined && !seen.has(above.id)) {
    if (above.id === child.id) return false;
    seen.add(above.id);
    above = above.parentId === null ? undefined : byId.get(above.parentId);
  }
  return true;
}

type Order = (left: Task, right: Task) => number;

const priorities = ['critical', 'high', 'medium', 'low'] as const;
const byPriority: Order = (left, right) =>
  priorities.indexOf(left.priority) - priorities.indexOf(right.priority);
const byCreation: Order = (left, right) => left.createdAt.localeCompare(right.createdAt);
const byChange: Order = (left, right) => endOf(right).localeCompare(endOf(left));
/** What is off stands below what will run. */
const byNext: Order = (left, right) => nextOf(left) - nextOf(right) || byCreation(left, right);

function nextOf({ nextRunAt }: Task): number {
  return nextRunAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(nextRunAt);
}

function endOf({ lastRun, updatedAt }: Task): string {
  return lastRun?.finishedAt ?? updatedAt;
}

const orders: Readonly<Record<SectionId, Order>> = {
  review: (left, right) => byPriority(left, right) || byCreation(left, right),
  running: (left, right) => byPriority(left, right) || byCreation(left, right),
  scheduled: byNext,
  open: (left, right) => byPriority(left, right) || byCreation(left, right),
  files: (left, right) => left.title.localeCompare(right.title),
  done: byChange,
};
