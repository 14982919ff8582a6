import type { TaskResult } from '../../protocol/task/work.ts';
import type { TaskEvent } from '../../protocol/task/taskState.ts';
import { isEnded, reduceTask } from '../../protocol/task/taskState.ts';
import type { RunId, TaskId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import { createUuid } from '../uuid.ts';
import type { Book, Change } from './book.ts';
import { planned } from './editing.ts';
import type { KeptRun, KeptTask } from './rows.ts';
import type { Runner } from './runner.ts';
import type { NewRun } from './runs.ts';
import { createRun, withStarted } from './runs.ts';

export interface ActingContext {
  readonly daemon: Pick<FeatureContext, 'clock'>;
  readonly book: Book;
  readonly runner: Runner;
  /** A run is new: it may begin. */
  readonly begin: () => Promise<void>;
}

const mostResults = 200;

/** What people do with a task that is there: run, approve, send back, cancel, try again, attach. */
export class Acting {
  readonly #context: ActingContext;

  constructor(context: ActingContext) {
    this.#context = context;
  }

  /** Resolves when the run is on disk; its schedule stays as it is. @throws WaggleError `conflict`, `notFound`. */
  async run(taskId: TaskId): Promise<RunId> {
    return this.#start(taskId, 'run now', (task) => {
      if (task.state.status === 'cancelled') throw refusal('A task that is cancelled cannot run.');
      return { task, wanted: { trigger: 'person' } };
    });
  }

  /** @throws WaggleError `conflict`: not in review, or a child is open. */
  async approve(taskId: TaskId, comment: string | undefined): Promise<void> {
    const { book } = this.#context;
    await book.act(() => {
      const task = book.get(taskId);
      const open = book.childrenOf(taskId).filter(({ state }) => !isEnded(state.status));
      if (open.length > 0)
        throw new WaggleError('conflict', 'A task below it is still open.', {
          fix: `Finish or cancel first: ${open.map(({ title }) => toPlainLine(title, 60)).join(', ')}`,
        });
      const summary = comment === undefined ? null : toPlainLine(comment, 1000);
      const again = task.nextRunAt !== null;
      return { tasks: [move(task, { kind: 'approved', summary, again })] };
    });
  }

  /** The same conversation goes on with it. @throws WaggleError `conflict`. */
  async requestChanges(taskId: TaskId, feedback: string): Promise<RunId> {
    return this.#start(taskId, 'sent back', (task) => {
      const moved = move(task, { kind: 'changesRequested' });
      const resumes = task.lastRun?.sessionId ?? null;
      return { task: moved, wanted: { trigger: 'changes', feedback, resumes } };
    });
  }

  /** @throws WaggleError `conflict`. */
  async retry(taskId: TaskId): Promise<RunId> {
    return this.#start(taskId, 'tried again', (task) => {
      const moved = move(task, { kind: 'retried' });
      const resumes = task.lastRun?.sessionId ?? null;
      const now = this.#context.daemon.clock.now();
      return { task: planned(moved, now), wanted: { trigger: 'retry', resumes } };
    });
  }

  /** Ends what runs of it and below it, and its schedule. Resolves when all of that is gone. @throws WaggleError `conflict`. */
  async cancel(taskId: TaskId, comment: string | undefined): Promise<void> {
    const { book, runner } = this.#context;
    const reason = comment === undefined ? null : toPlainLine(comment, 1000);
    const ended: RunId[] = [];
    await book.act(() => {
      ended.length = 0;
      const family = book.familyOf(book.get(taskId).id);
      const tasks = family.flatMap((task) => {
        const moved = reduceTask(task.state, { kind: 'cancelled', reason });
        if (!moved.ok && task.id === taskId) throw refusal(moved.reason);
        if (!moved.ok) return [];
        ended.push(...book.activeRuns(task.id).map(({ id }) => id));
        return [{ ...task, state: moved.state, nextRunAt: null, nextDueAt: null }];
      });
      return { tasks };
    });
    const why = { wish: 'cancelled', reason: reason ?? 'The task was cancelled.' } as const;
    await Promise.all(ended.map((id) => runner.end(id, why)));
  }

  /** @throws WaggleError `conflict`. */
  async reopen(taskId: TaskId): Promise<void> {
    const { book, daemon } = this.#context;
    await book.act(() => {
      const moved = move(book.get(taskId), { kind: 'reopened' });
      return { tasks: [planned(moved, daemon.clock.now())] };
    });
  }

  /** What runs of it and below it is ended first. */
  async delete(taskId: TaskId): Promise<readonly TaskId[]> {
    const { book, runner } = this.#context;
    const family = book.familyOf(book.get(taskId).id).map(({ id }) => id);
    const why = { wish: 'cancelled', reason: 'The task was deleted.' } as const;
    const runs = book.activeRuns().filter((run) => family.includes(run.taskId));
    await Promise.all(runs.map(({ id }) => runner.end(id, why)));
    await book.act(() => ({ deleted: family }));
    return family;
  }

  /**
   * Brings deleted tasks back; a schedule goes on from now, and who lost the parent stands on its own. @throws WaggleError
   * `notFound`: none of them can be.
   */
  async restore(taskIds: readonly TaskId[]): Promise<readonly TaskId[]> {
    const { book, daemon } = this.#context;
    const kept = await book.store.findDeleted({ ids: taskIds });
    if (kept.length === 0)
      throw new WaggleError('notFound', 'What was deleted cannot be brought back any more.');
    const ids = new Set(kept.map(({ id }) => id));
    await book.act(() => {
      const isThere = (id: TaskId): boolean => ids.has(id) || book.find(id) !== undefined;
      const tasks = kept
        .filter(({ id }) => book.find(id) === undefined)
        .map((task) => {
          const parentId = task.parentId !== null && isThere(task.parentId) ? task.parentId : null;
          return planned({ ...task, parentId }, daemon.clock.now());
        });
      return { tasks };
    });
    return [...ids];
  }

  /** @throws WaggleError `badRequest`, `limitReached`. */
  async addResult(
    taskId: TaskId,
    result: Pick<TaskResult, 'kind' | 'title' | 'target' | 'by'>,
  ): Promise<void> {
    const { book, daemon } = this.#context;
    refuseTarget(result);
    await book.act(() => {
      const task = book.get(taskId);
      if (task.results.length >= mostResults)
        throw new WaggleError('limitReached', `A task has at most ${mostResults} results.`);
      const now = daemon.clock.now();
      const added = { ...result, id: createUuid(now), at: new Date(now).toISOString() };
      const isSame = (one: TaskResult): boolean =>
        one.kind === added.kind && one.target === added.target;
      return {
        tasks: [{ ...task, results: [...task.results.filter((one) => !isSame(one)), added] }],
      };
    });
  }

  async removeResult(taskId: TaskId, resultId: string): Promise<void> {
    const { book } = this.#context;
    await book.act(() => {
      const task = book.get(taskId);
      const results = task.results.filter(({ id }) => id !== resultId);
      if (results.length === task.results.length)
        throw new WaggleError('notFound', 'There is no such result.');
      return { tasks: [{ ...task, results }] };
    });
  }

  /** What an agent says of its own task. @throws WaggleError `conflict`. */
  async report(
    taskId: TaskId,
    said: { readonly progress: string } | { readonly blocked: string },
  ): Promise<void> {
    const { book } = this.#context;
    await book.act((): Change => {
      const task = book.get(taskId);
      if ('progress' in said)
        return { tasks: [{ ...task, progress: toPlainLine(said.progress, 1000) }] };
      return { tasks: [move(task, { kind: 'blocked', reason: toPlainLine(said.blocked, 1000) })] };
    });
  }

  async #start(
    taskId: TaskId,
    doing: string,
    make: (task: KeptTask) => {
      readonly task: KeptTask;
      readonly wanted: Pick<NewRun, 'trigger' | 'feedback' | 'resumes'>;
    },
  ): Promise<RunId> {
    const { book, daemon, begin } = this.#context;
    let made: KeptRun | undefined;
    await book.act(() => {
      const seen = book.get(taskId);
      if (seen.work.kind === 'none')
        throw new WaggleError('conflict', `A task that does nothing itself cannot be ${doing}.`, {
          fix: 'Run the tasks below it, or give it a prompt or a command.',
        });
      const { task, wanted } = make(seen);
      const now = daemon.clock.now();
      made = createRun(task, { ...wanted, plannedAt: now, dueAt: now, state: 'waiting' }, now);
      return { tasks: [withStarted(task)], runs: [made] };
    });
    if (made === undefined) throw new Error('the change was made without a run');
    await begin();
    return made.id;
  }
}

function move(task: KeptTask, event: TaskEvent): KeptTask {
  const moved = reduceTask(task.state, event);
  if (!moved.ok) throw refusal(moved.reason);
  return { ...task, state: moved.state };
}

function refusal(reason: string): WaggleError {
  return new WaggleError('conflict', reason, { fix: 'Look at it again: waggle task show' });
}

function refuseTarget({ kind, target }: Pick<TaskResult, 'kind' | 'target'>): void {
  const isFit =
    kind === 'note' ||
    (kind === 'commit' && /^[0-9a-f]{7,64}$/.test(target)) ||
    (kind === 'link' && /^https?:\/\/[^\s]+$/.test(target) && URL.canParse(target)) ||
    (kind === 'file' && !target.includes('\0') && target.length <= 4096);
  if (isFit) return;
  const wanted = {
    ...{ file: 'a path', link: 'an http or https address' },
    ...{ commit: 'the hash of a commit', note: 'a text' },
  };
  throw new WaggleError('badRequest', `This is not ${wanted[kind]}.`, {
    fix: `Give ${wanted[kind]}.`,
  });
}
