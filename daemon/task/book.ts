import type { Task, TaskSettings } from '../../protocol/task/task.ts';
import type { RunId, TaskId } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import { withParents } from './rolling.ts';
import type { KeptOutput, KeptRun, KeptSettings, KeptTask } from './rows.ts';
import { firstSettings, isOver, toRun, toTask } from './rows.ts';
import type { taskStore } from './task.store.ts';

/** What changes together. Rows are whole; a run or a planned time that comes with them is in the same transaction. */
export interface Change {
  readonly tasks?: readonly KeptTask[];
  readonly runs?: readonly KeptRun[];
  readonly outputs?: readonly KeptOutput[];
  readonly occurrences?: readonly { taskId: string; plannedAt: string; runId: string }[];
  readonly deleted?: readonly TaskId[];
  readonly settings?: KeptSettings;
}

/** What changed, after it is on disk. */
export interface Changed {
  readonly tasks: readonly KeptTask[];
  readonly runs: readonly KeptRun[];
  readonly deleted: readonly TaskId[];
}

/**
 * All tasks and the runs that are not over. Changes are made one after the other: each is made from what holds, written,
 * and only then it holds and is told. Knows no clock, no process and no policy.
 */
export class Book {
  readonly #context: Pick<FeatureContext, 'publish' | 'daemonId' | 'openStore'>;
  readonly store;
  readonly #tasks = new Map<TaskId, KeptTask>();
  readonly #runs = new Map<RunId, KeptRun>();
  readonly #onDidChange = new Emitter<Changed>();
  #settings: KeptSettings = firstSettings;
  #tail: Promise<unknown> = Promise.resolve();
  #revision = 0;

  constructor(context: Pick<FeatureContext, 'publish' | 'daemonId' | 'openStore'>) {
    this.#context = context;
    this.store = context.openStore<typeof taskStore>('task');
  }

  get onDidChange(): Event<Changed> {
    return this.#onDidChange.event;
  }

  get settings(): KeptSettings {
    return this.#settings;
  }

  get revision(): number {
    return this.#revision;
  }

  async load(): Promise<void> {
    const { tasks, runs, settings } = await this.store.load({});
    for (const task of tasks) this.#tasks.set(task.id, task);
    for (const run of runs) this.#runs.set(run.id, run);
    this.#settings = { ...firstSettings, ...settings };
    this.#revision = Math.max(0, ...tasks.map(({ revision }) => revision));
  }

  list(): readonly KeptTask[] {
    return [...this.#tasks.values()];
  }

  find(id: TaskId): KeptTask | undefined {
    return this.#tasks.get(id);
  }

  /** @throws WaggleError `notFound`. */
  get(id: TaskId): KeptTask {
    const task = this.#tasks.get(id);
    if (task === undefined)
      throw new WaggleError('notFound', 'There is no such task.', { fix: 'waggle task list' });
    return task;
  }

  childrenOf(id: TaskId): readonly KeptTask[] {
    return this.list().filter(({ parentId }) => parentId === id);
  }

  /** The task and everything below it. */
  familyOf(id: TaskId): readonly KeptTask[] {
    const task = this.find(id);
    if (task === undefined) return [];
    return [task, ...this.childrenOf(id).flatMap((child) => this.familyOf(child.id))];
  }

  /** Runs that are not over, the oldest first. */
  activeRuns(taskId?: TaskId): readonly KeptRun[] {
    const runs = [...this.#runs.values()];
    return taskId === undefined ? runs : runs.filter((run) => run.taskId === taskId);
  }

  findActive(id: RunId): KeptRun | undefined {
    return this.#runs.get(id);
  }

  /**
   * Makes a change from what holds when its turn comes. Undefined from `make`: nothing changes. Resolves with false when
   * a planned time was claimed before; rejects as `make` and the store do, and then nothing changed.
   */
  act(make: () => Change | undefined): Promise<boolean> {
    const work = async (): Promise<boolean> => {
      const change = make();
      return change === undefined ? true : this.#commit(change);
    };
    const done = this.#tail.then(work, work);
    this.#tail = done.catch(keepGoing);
    return done;
  }

  /** Resolves when everything asked for so far is on disk, or failed. */
  async settle(): Promise<void> {
    await this.#tail;
  }

  toWire(id: TaskId): Task {
    return toTask(this.get(id));
  }

  toSettings(): TaskSettings {
    const { daemonId: _id, ...settings } = this.#settings;
    return settings;
  }

  async #commit(change: Change): Promise<boolean> {
    const runs = change.runs ?? [];
    const deleted = change.deleted ?? [];
    const newest = withNewestRuns(change.tasks ?? [], runs, (id) => this.#tasks.get(id));
    const before = [...this.#tasks.values()].filter(({ id }) => !deleted.includes(id));
    const active = (id: TaskId): boolean => isBusy([...this.#runs.values(), ...runs], id);
    const tasks = withParents(newest, { before, deleted: change.deleted ?? [], isBusy: active });
    const { revision } = await this.store.commit({
      ...{ tasks, runs, deleted },
      outputs: change.outputs ?? [],
      occurrences: change.occurrences ?? [],
      settings: change.settings ?? null,
    });
    if (revision === null) return false;
    this.#apply({ tasks, runs, deleted }, change.settings, revision);
    return true;
  }

  #apply(changed: Changed, settings: KeptSettings | undefined, revision: number): void {
    this.#revision = revision;
    const at = (run: KeptRun): KeptRun => ({ ...run, revision });
    const tasks = changed.tasks.map((task) => ({ ...task, revision }));
    const runs = changed.runs.map(at);
    for (const task of tasks) this.#tasks.set(task.id, task);
    for (const run of runs) {
      if (isOver(run)) this.#runs.delete(run.id);
      else this.#runs.set(run.id, run);
    }
    for (const id of changed.deleted) this.#forget(id);
    if (settings !== undefined) this.#settings = settings;
    this.#tell({ tasks, runs, deleted: changed.deleted }, settings !== undefined);
  }

  #forget(id: TaskId): void {
    this.#tasks.delete(id);
    for (const run of this.activeRuns(id)) this.#runs.delete(run.id);
  }

  #tell(changed: Changed, isConfigured: boolean): void {
    const { publish } = this.#context;
    const { tasks, runs, deleted } = changed;
    for (const run of runs) publish('task/runChanged', { run: toRun(run) });
    if (tasks.length > 0 || deleted.length > 0)
      publish('task/changed', {
        tasks: tasks.map(toTask),
        deleted: [...deleted],
        revision: this.#revision,
      });
    if (isConfigured) publish('task/configured', { settings: this.toSettings() });
    this.#onDidChange.fire(changed);
  }
}

/** Whether a run of it is not over; of two of the same run the later one holds. */
function isBusy(runs: readonly KeptRun[], id: TaskId): boolean {
  const latest = new Map(runs.map((run) => [run.id, run]));
  return [...latest.values()].some((run) => run.taskId === id && !isOver(run));
}

/** A task shows its newest run that is not a skipped one, as it is. */
function withNewestRuns(
  tasks: readonly KeptTask[],
  runs: readonly KeptRun[],
  find: (id: TaskId) => KeptTask | undefined,
): readonly KeptTask[] {
  const changed = new Map(tasks.map((task) => [task.id, task]));
  for (const run of runs.filter(({ outcome }) => outcome !== 'skipped')) {
    const task = changed.get(run.taskId) ?? find(run.taskId);
    const isNewest = (task?.lastRun?.id ?? '') <= run.id;
    if (task !== undefined && isNewest) changed.set(task.id, { ...task, lastRun: run });
  }
  return [...changed.values()];
}

/** The failure belongs to who asked; the next change must not wait for it. */
function keepGoing(): undefined {
  return undefined;
}
