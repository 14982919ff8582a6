import type { TaskId } from '../../protocol/wire/brand.ts';
import type { FeatureContext } from '../context.ts';
import { nextTime } from '../../link/schedule/schedule.ts';
import type { Book, Change } from './book.ts';
import { findGate } from './gating.ts';
import { decideOverlap, jitterOf, planDue } from './planning.ts';
import type { KeptRun, KeptTask } from './rows.ts';
import { isOver } from './rows.ts';
import type { Runner } from './runner.ts';
import { createRun, createSkipped, withStarted } from './runs.ts';

export interface SchedulerContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly book: Book;
  readonly runner: Runner;
}

const dueAtOnce = 100;
/** Wall and monotonic time differ by more: the clock was set, or the machine slept. */
const jumpMs = 5000;

/** Turns planned times into runs, each once, and lets runs that wait begin when there is room. Looks when it is told to. */
export class Scheduler {
  readonly #context: SchedulerContext;
  /** Nothing is due before this, milliseconds. */
  #earliest = 0;
  #last: { readonly wall: number; readonly monotonic: number } | undefined;
  #running: Promise<void> | undefined;
  #isAsked = false;

  constructor(context: SchedulerContext) {
    this.#context = context;
    context.book.onDidChange(({ tasks }) => {
      for (const { nextDueAt } of tasks)
        if (nextDueAt !== null) this.#earliest = Math.min(this.#earliest, Date.parse(nextDueAt));
    });
  }

  /** One look; a call while one runs makes it look once more. Never rejects. */
  tick(): Promise<void> {
    this.#isAsked = true;
    this.#running ??= this.#lookUntilDone().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #lookUntilDone(): Promise<void> {
    while (this.#isAsked) {
      this.#isAsked = false;
      try {
        await this.#noteJump();
        await this.#claimDue();
        await this.#beginWaiting();
      } catch (error) {
        // What is due stays due: it is looked at again.
        this.#context.daemon.log.error('the schedule did not go on', { error });
      }
    }
  }

  /** A clock that was set back would keep everything waiting for times that were planned in a wrong future. */
  async #noteJump(): Promise<void> {
    const { clock, log } = this.#context.daemon;
    const at = { wall: clock.now(), monotonic: clock.monotonicMs() };
    const last = this.#last;
    this.#last = at;
    if (last === undefined) return;
    const jump = at.wall - last.wall - (at.monotonic - last.monotonic);
    if (Math.abs(jump) <= jumpMs) return;
    log.info('the clock was set, or the machine slept', { ms: Math.round(jump) });
    this.#earliest = 0;
    if (jump < 0) await this.#planAnew(at.wall);
  }

  async #planAnew(now: number): Promise<void> {
    const { book } = this.#context;
    await book.act(() => {
      const tasks = book.list().flatMap((task) => {
        if (task.nextRunAt === null) return [];
        const next = nextTime(task.schedule, now);
        const isEarlier = next !== undefined && next < Date.parse(task.nextRunAt);
        return isEarlier ? [withNext(task, next)] : [];
      });
      return tasks.length === 0 ? undefined : { tasks };
    });
  }

  async #claimDue(): Promise<void> {
    const { book, daemon } = this.#context;
    const now = daemon.clock.now();
    if (book.settings.paused || now < this.#earliest) return;
    const ids = await book.store.due({ now: new Date(now).toISOString(), limit: dueAtOnce });
    for (const id of ids) await this.#claim(id as TaskId);
    if (ids.length === dueAtOnce) this.#isAsked = true;
    else this.#earliest = earliestOf(book.list());
  }

  async #claim(id: TaskId): Promise<void> {
    const { book, daemon } = this.#context;
    const now = daemon.clock.now();
    const plan = (): Change | undefined => {
      const task = book.find(id);
      const isDue = task !== undefined && (task.nextDueAt ?? '~') <= new Date(now).toISOString();
      return isDue ? claimChange(task, { active: book.activeRuns(id), now }) : undefined;
    };
    if (await book.act(plan)) return;
    // A clock that was set back comes to times that were claimed already: those are done with.
    daemon.log.info('a planned time was claimed before', { taskId: id });
    await book.act(() => {
      const task = book.find(id);
      return task === undefined ? undefined : { tasks: [withNext(task, nextOf(task, now))] };
    });
  }

  async #beginWaiting(): Promise<void> {
    const { book, daemon, runner } = this.#context;
    const now = new Date(daemon.clock.now()).toISOString();
    const begun: KeptRun[] = [];
    await book.act(() => {
      begun.length = 0;
      const active = [...book.activeRuns()];
      const changed: KeptRun[] = [];
      const find = (id: TaskId): KeptTask | undefined => book.find(id);
      const { settings } = book;
      for (const run of active.filter(({ state }) => state === 'waiting').toSorted(byTurn(find))) {
        const gate = findGate(run, { active, find, settings, now });
        if (gate === 'later') continue;
        const next: KeptRun =
          gate === undefined
            ? { ...run, state: 'claimed', claimedAt: now, reason: null }
            : { ...run, reason: gate };
        if (gate === undefined) begun.push(next);
        if (gate !== run.reason) changed.push(next);
        active.splice(active.indexOf(run), 1, next);
      }
      return changed.length === 0 ? undefined : { runs: changed };
    });
    for (const run of begun) runner.start(run);
    this.#endReplaced();
  }

  /** Runs that a waiting one is to take the place of. */
  #endReplaced(): void {
    const { book, runner, daemon } = this.#context;
    if (book.settings.paused) return;
    for (const waiting of book.activeRuns().filter(({ state }) => state === 'waiting')) {
      const task = book.find(waiting.taskId);
      if (task?.policies.overlap.kind !== 'replace' || waiting.trigger !== 'schedule') continue;
      const older = book.activeRuns(task.id).filter((run) => run.id < waiting.id);
      for (const run of older.filter(({ wish }) => wish === null))
        runner
          .end(run.id, { wish: 'cancelled', reason: 'The next planned time took its place.' })
          .catch((error: unknown) => daemon.log.error('a run was not replaced', { error }));
    }
  }
}

function byTurn(find: (id: TaskId) => KeptTask | undefined) {
  const order = ['low', 'medium', 'high', 'critical'];
  const rank = ({ taskId }: KeptRun): number => order.indexOf(find(taskId)?.priority ?? 'medium');
  return (left: KeptRun, right: KeptRun): number =>
    rank(right) - rank(left) || (left.id < right.id ? -1 : 1);
}

function earliestOf(tasks: readonly KeptTask[]): number {
  return Math.min(
    ...tasks.map(({ nextDueAt }) => (nextDueAt === null ? Infinity : Date.parse(nextDueAt))),
  );
}

function nextOf(task: KeptTask, now: number): number | null {
  return nextTime(task.schedule, Math.max(now, Date.parse(task.nextRunAt ?? '') || 0)) ?? null;
}

/** The task with its next planned time; null: there is none. */
export function withNext(task: KeptTask, next: number | null): KeptTask {
  if (next === null) return { ...task, nextRunAt: null, nextDueAt: null };
  const jitter = jitterOf(task.id, next, task.policies.jitterMs);
  return {
    ...task,
    nextRunAt: new Date(next).toISOString(),
    nextDueAt: new Date(next + jitter).toISOString(),
  };
}

/** Everything that becomes of the planned times of a task up to now, in one change. */
export function claimChange(
  task: KeptTask,
  { active, now }: { readonly active: readonly KeptRun[]; readonly now: number },
): Change {
  const { schedule, policies } = task;
  const from = Date.parse(task.nextRunAt ?? '');
  const due = planDue({ schedule, missed: policies.missed, from, now: now - lagOf(task) });
  let current = withNext(task, due.next);
  const runs: KeptRun[] = [];
  const claim = (run: KeptRun): void => {
    runs.push(run);
    if (!isOver(run)) current = withStarted(current);
  };
  if (due.leftOut !== null) {
    const { last, count, isMore } = due.leftOut;
    const many = `${isMore ? 'More than ' : ''}${count} planned times were`;
    const reason = `${count === 1 ? 'A planned time was' : many} missed: Waggle did not run.`;
    claim(createSkipped(task, { plannedAt: last, reason }, now));
  }
  for (const plannedAt of due.madeUp)
    claim(createRun(task, { trigger: 'missed', plannedAt, dueAt: now, state: 'waiting' }, now));
  for (const plannedAt of due.onTime) {
    const live = [...active, ...runs].filter((run) => !isOver(run));
    const waiting = live.filter(({ state }) => state === 'waiting').length;
    const decision = decideOverlap(policies.overlap, { active: live.length, waiting });
    const isBlocked = task.state.status === 'blocked';
    const reason = isBlocked ? 'The task is blocked.' : 'The run before it was not over.';
    claim(
      decision === 'skip' || isBlocked
        ? createSkipped(task, { plannedAt, reason }, now)
        : createRun(task, { trigger: 'schedule', plannedAt, dueAt: now, state: 'waiting' }, now),
    );
  }
  const occurrences = runs.map(({ id, taskId, plannedAt }) => ({ taskId, plannedAt, runId: id }));
  return { tasks: [current], runs, occurrences };
}

/** With a jitter a planned time is looked at later: it is not late because of that. */
function lagOf({ id, nextRunAt, policies }: KeptTask): number {
  return nextRunAt === null ? 0 : jitterOf(id, Date.parse(nextRunAt), policies.jitterMs);
}
