import type { RunId, SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf, WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { Book, Change } from './book.ts';
import type { Begun, Executing } from './executing.ts';
import type { EndWish, KeptRun, KeptTask } from './rows.ts';
import { settleChange } from './runs.ts';
import type { Ended } from './settling.ts';
import { findExcess } from './spending.ts';

/** What starts runs and tells how they end. */
export type Executes = Pick<Executing, keyof Executing>;

export interface RunnerContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly book: Book;
  readonly executing: Executes;
  /** A place is free, or a run is new. */
  freed(): void;
}

interface Watched {
  /** Monotonic. */
  readonly sinceMs: number;
  readonly checkSinceMs: number | null;
}

/** Takes claimed runs to their end: starts them, watches, ends them when they may not go on, and keeps what was seen. */
export class Runner {
  readonly #context: RunnerContext;
  readonly #watched = new Map<RunId, Watched>();
  readonly #tails = new Map<RunId, Promise<void>>();
  /** Claimed before this daemon: when nothing of them is left, nobody knows whether they began. */
  readonly #uncertain = new Set<RunId>();
  /** What could not be written is tried again. */
  readonly #stuck = new Set<RunId>();

  constructor(context: RunnerContext) {
    this.#context = context;
  }

  /** Starts a run that was claimed, and is on disk. */
  start(run: KeptRun): void {
    void this.#inOrder(run.id, () => this.#start(run.id));
  }

  /** After a restart: what runs is followed again; what was claimed and has no session is unknown. */
  recover(): void {
    for (const run of this.#context.book.activeRuns()) {
      if (run.state === 'waiting') continue;
      this.#watch(run);
      if (run.state === 'claimed') this.#uncertain.add(run.id);
      this.#follow(run);
    }
  }

  /** Something of a session or chat changed. */
  heard(sessionId: SessionId): void {
    for (const run of this.#context.book.activeRuns())
      if (run.sessionId === sessionId || run.checkSessionId === sessionId) this.look(run.id);
  }

  look(id: RunId): void {
    void this.#inOrder(id, () => this.#look(id));
  }

  /** Time passes: what takes too long or uses too much is ended. */
  tick(): void {
    for (const id of this.#stuck) this.#goOn(id);
    for (const run of this.#context.book.activeRuns()) {
      if (run.state === 'waiting' || run.state === 'claimed' || run.wish !== null) continue;
      const task = this.#context.book.find(run.taskId);
      const excess = task === undefined ? undefined : this.#excessOf(task, run);
      if (excess !== undefined) this.#leave(run.id, this.end(run.id, excess));
    }
  }

  /** Ends a run for a reason. Resolves when its processes are gone and that is on disk. */
  async end(
    id: RunId,
    { wish, reason }: { readonly wish: EndWish; readonly reason: string },
  ): Promise<void> {
    const { book, executing } = this.#context;
    await book.act(() => {
      const run = book.findActive(id);
      return run === undefined || run.wish !== null
        ? undefined
        : { runs: [{ ...run, wish, wishReason: reason }] };
    });
    const run = book.findActive(id);
    // What is being started waits its turn; what runs is ended at once.
    if (run !== undefined && run.sessionId !== null)
      await executing.kill(run).catch((error: unknown) => {
        this.#stuck.add(id);
        throw error;
      });
    await this.#inOrder(id, () => this.#end(id));
  }

  /** Resolves when nobody works on a run any more. */
  async settle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }

  async #start(id: RunId): Promise<void> {
    const { book, executing } = this.#context;
    const run = book.findActive(id);
    const task = run && book.find(run.taskId);
    if (run === undefined || task === undefined || run.state !== 'claimed' || run.wish !== null)
      return;
    const begun = await executing.begin(task, run).catch(toEnded);
    if ('outcome' in begun) return this.#finish(id, begun);
    await book.act(() => this.#started(id, begun));
    return this.#sayAndLook(id);
  }

  #started(id: RunId, begun: Begun): Change | undefined {
    const { book } = this.#context;
    const run = book.findActive(id);
    const task = run && book.find(run.taskId);
    if (run === undefined || task === undefined) return undefined;
    const { worktreePath, ...seen } = begun;
    const now = this.#now();
    const started: KeptRun = { ...run, ...seen, state: 'started', startedAt: now };
    this.#watch(started);
    return {
      runs: [started],
      tasks: worktreePath === task.worktreePath ? [task] : [{ ...task, worktreePath }],
    };
  }

  async #sayAndLook(id: RunId): Promise<void> {
    const { book, executing } = this.#context;
    const run = book.findActive(id);
    const task = run && book.find(run.taskId);
    if (run === undefined || task === undefined || run.wish !== null) return;
    const failed = await executing.say(task, run).then(nothing, toEnded);
    return failed === undefined ? this.#look(id) : this.#finish(id, failed);
  }

  async #recoverClaimed(id: RunId): Promise<void> {
    const { book, executing } = this.#context;
    const run = book.findActive(id);
    const task = run && book.find(run.taskId);
    if (run === undefined || task === undefined) return;
    if (executing.findBegun(run) === undefined) return this.#finish(id, unknown);
    return this.#start(id);
  }

  async #look(id: RunId): Promise<void> {
    const { book, executing } = this.#context;
    const run = book.findActive(id);
    const task = run && book.find(run.taskId);
    if (run === undefined || task === undefined || run.sessionId === null) return;
    if (run.checkSessionId !== null) return this.#lookAtCheck(task, run);
    if (run.state === 'started' && executing.isDelivered(run))
      await book.act(() => this.#patch(id, { state: 'delivered', deliveredAt: this.#now() }));
    const ended = executing.endOf(task, run);
    if (ended === undefined) return;
    if (ended.outcome === 'lost' && this.#uncertain.has(id)) return this.#finish(id, unknown);
    const isChecked = ended.outcome === 'succeeded' && task.check !== null && run.wish === null;
    if (isChecked && task.check !== null) return this.#check(task, run, task.check.command);
    return this.#finish(id, ended);
  }

  async #check(task: KeptTask, run: KeptRun, command: readonly string[]): Promise<void> {
    const { book, executing, daemon } = this.#context;
    const checkSessionId = await executing.beginCheck(task, run, command).catch(toEnded);
    if (typeof checkSessionId !== 'string') return this.#finish(run.id, checkSessionId);
    const watched = this.#watched.get(run.id);
    const checkSinceMs = daemon.clock.monotonicMs();
    if (watched !== undefined) this.#watched.set(run.id, { ...watched, checkSinceMs });
    await book.act(() => this.#patch(run.id, { checkSessionId, reason: 'Its check runs.' }));
    this.look(run.id);
  }

  async #lookAtCheck(task: KeptTask, run: KeptRun): Promise<void> {
    const { executing } = this.#context;
    const { checkSessionId } = run;
    const end = checkSessionId === null ? undefined : executing.endOfCheck(checkSessionId);
    if (end === undefined || checkSessionId === null) return;
    if (end.isGood) return this.#finish(run.id, { outcome: 'succeeded', reason: null });
    const feedback = await executing.feedbackOf(checkSessionId, task.check?.command ?? []);
    const reason = `The check did not pass: ${end.said}.`;
    return this.#finish(run.id, { outcome: 'failed', reason, feedback });
  }

  async #end(id: RunId): Promise<void> {
    const { book, executing } = this.#context;
    const run = book.findActive(id);
    if (run === undefined || run.wish === null) return;
    await executing.kill(run);
    await this.#finish(id, { outcome: run.wish, reason: run.wishReason });
  }

  async #finish(id: RunId, ended: Ended): Promise<void> {
    const { book, executing } = this.#context;
    const seen = book.findActive(id);
    const about = seen && book.find(seen.taskId);
    if (seen === undefined || about === undefined) return;
    const output = await executing.readOutput(about, seen).catch((error: unknown) => {
      this.#context.daemon.log.warn('the output of a run was not kept', { error });
      return undefined;
    });
    const cost = executing.costOf(seen);
    await book.act(() => {
      const run = book.findActive(id);
      const task = run && book.find(run.taskId);
      if (run === undefined || task === undefined) return undefined;
      const now = this.#context.daemon.clock.now();
      const wished = run.wish === null ? ended : { outcome: run.wish, reason: run.wishReason };
      return settleChange({ task, run: { ...run, cost } }, wished, { now, output });
    });
    this.#watched.delete(id);
    this.#uncertain.delete(id);
    await executing.rest(about, seen);
    this.#context.freed();
  }

  #excessOf(task: KeptTask, run: KeptRun): { wish: EndWish; reason: string } | undefined {
    const watched = this.#watched.get(run.id);
    if (watched === undefined) return undefined;
    const now = this.#context.daemon.clock.monotonicMs();
    return findExcess(task, {
      run,
      ms: now - watched.sinceMs,
      checkMs: watched.checkSinceMs === null ? null : now - watched.checkSinceMs,
      cost: this.#context.executing.costOf(run),
    });
  }

  #watch({ id, startedAt, checkSessionId }: KeptRun): void {
    const { clock } = this.#context.daemon;
    const passed = startedAt === null ? 0 : Math.max(0, clock.now() - Date.parse(startedAt));
    const now = clock.monotonicMs();
    // When its check began is not kept: it has its time anew.
    const checkSinceMs = checkSessionId === null ? null : now;
    this.#watched.set(id, { sinceMs: now - passed, checkSinceMs });
  }

  #patch(id: RunId, patch: Partial<KeptRun>): Change | undefined {
    const run = this.#context.book.findActive(id);
    return run === undefined ? undefined : { runs: [{ ...run, ...patch }] };
  }

  #now(): string {
    return new Date(this.#context.daemon.clock.now()).toISOString();
  }

  #goOn(id: RunId): void {
    const run = this.#context.book.findActive(id);
    this.#stuck.delete(id);
    if (run === undefined || run.state === 'waiting') return;
    this.#follow(run);
  }

  /** From where it is. */
  #follow(run: KeptRun): void {
    if (run.wish !== null) void this.#inOrder(run.id, () => this.#end(run.id));
    else if (run.state !== 'claimed') this.#followBegun(run);
    else if (this.#uncertain.has(run.id))
      void this.#inOrder(run.id, () => this.#recoverClaimed(run.id));
    else this.start(run);
  }

  #followBegun(run: KeptRun): void {
    // What the agent has need not be said again.
    if (run.state === 'delivered') this.look(run.id);
    else void this.#inOrder(run.id, () => this.#sayAndLook(run.id));
  }

  /** What belongs to one run happens one after the other. */
  #inOrder(id: RunId, work: () => Promise<void>): Promise<void> {
    const before = this.#tails.get(id) ?? Promise.resolve();
    const done = before.then(work).catch((error: unknown) => this.#failed(id, error));
    this.#tails.set(id, done);
    this.#leave(
      id,
      done.then(() => {
        if (this.#tails.get(id) === done) this.#tails.delete(id);
      }),
    );
    return done;
  }

  #failed(id: RunId, error: unknown): void {
    this.#context.daemon.log.error('a run did not go on', { runId: id, error });
    this.#stuck.add(id);
  }

  #leave(id: RunId, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#failed(id, error));
  }
}

const unknown: Ended = {
  outcome: 'unknown',
  reason: 'Waggle ended after this was claimed and before it was seen to start.',
};

/** A run that could not begin. */
function toEnded(error: unknown): Ended {
  const reason = toPlainLine(errorMessageOf(error), 600);
  const fix = error instanceof WaggleError ? toPlainLine(error.fix ?? '', 300) : '';
  return { outcome: 'failed', reason: fix === '' ? reason : `${reason} ${fix}` };
}

function nothing(): undefined {
  return undefined;
}
