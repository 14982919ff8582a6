/** Tasks on a database of their own, with a clock and processes of the test's: what is decided, without waiting for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { FeatureContext, Logger } from '../daemon/context.ts';
import { openConnection } from '../daemon/store/connection.ts';
import { migrate } from '../daemon/store/migrate.ts';
import type { StoreContext, StoreProxy } from '../daemon/store/store.ts';
import { Acting } from '../daemon/task/acting.ts';
import { Book } from '../daemon/task/book.ts';
import { planned } from '../daemon/task/editing.ts';
import type { KeptRun, KeptTask } from '../daemon/task/rows.ts';
import type { Executes } from '../daemon/task/runner.ts';
import { Runner } from '../daemon/task/runner.ts';
import { Scheduler } from '../daemon/task/scheduler.ts';
import type { Ended } from '../daemon/task/settling.ts';
import { taskStore } from '../daemon/task/task.store.ts';
import type { TaskTables } from '../daemon/task/task.store.ts';
import { createUuid } from '../daemon/uuid.ts';
import {
  daemonIdSchema,
  roleIdSchema,
  sessionIdSchema,
  taskIdSchema,
  workspaceIdSchema,
} from '../protocol/wire/brand.ts';

const someId = '01890a5d-ac96-774b-bcce-b302099a8057';
const quiet: Logger = {
  ...{ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore },
  child: () => quiet,
};

function ignore(): undefined {
  return undefined;
}

export class TaskBench {
  readonly #directory = mkdtempSync(join(tmpdir(), 'wgl-task-'));
  readonly #connection = openConnection(join(this.#directory, 'waggle.db'));
  readonly #ends = new Map<string, Ended>();
  #revision = 0;
  #wallMs = Date.parse('2026-01-05T00:00:00Z');
  #monotonicMs = 0;
  /** Every run that was started, as planned instants: the ledger outside. */
  readonly started: string[] = [];
  /** A run is over as soon as it is started. */
  isQuick = true;
  /** The database takes nothing. */
  isFull = false;
  /** No process can be ended. */
  isUnkillable = false;
  book: Book;
  runner: Runner;
  scheduler: Scheduler;
  acting: Acting;

  private constructor() {
    [this.book, this.runner, this.scheduler, this.acting] = this.#create();
  }

  static async open(): Promise<TaskBench> {
    const bench = new TaskBench();
    await migrate(bench.#connection, [taskStore], bench.#directory);
    await bench.book.load();
    return bench;
  }

  close(): void {
    this.#connection.close();
    rmSync(this.#directory, { recursive: true });
  }

  get nowMs(): number {
    return this.#wallMs;
  }

  /** Another daemon on the same database: nothing that was in memory is left. */
  async restart(): Promise<void> {
    await this.settle();
    [this.book, this.runner, this.scheduler, this.acting] = this.#create();
    await this.book.load();
    this.runner.recover();
    await this.settle();
  }

  async add(fields: Partial<KeptTask>): Promise<KeptTask['id']> {
    const task = planned({ ...this.#blank(), ...fields }, this.#wallMs);
    await this.book.act(() => ({ tasks: [task] }));
    return task.id;
  }

  async addMany(count: number, fields: Partial<KeptTask>): Promise<void> {
    const tasks = Array.from({ length: count }, () =>
      planned({ ...this.#blank(), ...fields }, this.#wallMs),
    );
    await this.book.act(() => ({ tasks }));
  }

  /** Time passes, with a tick each `stepMs`. */
  async pass(ms: number, stepMs = 1000): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.#wallMs += stepMs;
      this.#monotonicMs += stepMs;
      await this.tick();
    }
  }

  /** The machine sleeps: time passes and nobody looks. */
  async sleep(ms: number): Promise<void> {
    this.#wallMs += ms;
    await this.tick();
  }

  /** Somebody sets the clock. */
  async setClock(at: string): Promise<void> {
    this.#wallMs = Date.parse(at);
    await this.tick();
  }

  async tick(): Promise<void> {
    this.runner.tick();
    await this.scheduler.tick();
    await this.settle();
  }

  /** Ends the oldest run of a task that runs. */
  async end(ended: Ended): Promise<void> {
    const run = this.book.activeRuns().find(({ state }) => state === 'started');
    if (run === undefined) throw new Error('nothing runs');
    this.#ends.set(run.id, ended);
    this.runner.look(run.id);
    await this.settle();
    await this.tick();
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      await this.runner.settle();
      await this.scheduler.tick();
      await this.book.settle();
    }
  }

  async runs(taskId?: string): Promise<KeptRun[]> {
    const page = { taskId: taskId ?? null, after: null, limit: 500 };
    return (await this.book.store.history(page)).toReversed();
  }

  /** `09:00 succeeded`, in the order in which they came to be. */
  async story(taskId?: string): Promise<string[]> {
    const runs = await this.runs(taskId);
    return runs.map(
      ({ plannedAt, outcome, state }) => `${plannedAt.slice(11, 16)} ${outcome ?? state}`,
    );
  }

  #blank(): KeptTask {
    const at = new Date(this.#wallMs).toISOString();
    return {
      id: taskIdSchema.parse(createUuid(this.#wallMs)),
      ...{ title: 'A task', description: '', cwd: '/', worktree: false, environment: {} },
      work: { kind: 'command', command: ['true'] },
      ...{ timeoutMs: null, retries: { max: 0, delayMs: 0 }, schedule: { kind: 'none' } },
      policies: {
        missed: { kind: 'once' },
        overlap: { kind: 'skip' },
        ...{ unknown: 'fail', jitterMs: 0 },
      },
      ...{ check: null, budget: { tokens: null, dollars: null, minutes: null } },
      ...{ continueAfterLimit: false, priority: 'medium', labels: [], assignee: null },
      ...{ review: false, parentId: null, state: { status: 'ready' }, paused: false },
      ...{ nextRunAt: null, nextDueAt: null, lastRun: null, results: [], progress: null },
      source: { kind: 'person' },
      workspaceId: workspaceIdSchema.parse(someId),
      roleId: roleIdSchema.parse(someId),
      ownerDaemonId: daemonIdSchema.parse(someId),
      ...{ createdAt: at, updatedAt: at, revision: 0 },
      ...{ by: 'owner', idempotencyKey: null, worktreePath: null, file: null },
    };
  }

  #create(): [Book, Runner, Scheduler, Acting] {
    const clock = { now: () => this.#wallMs, monotonicMs: () => this.#monotonicMs };
    const daemon = {
      ...{ clock, log: quiet, publish: ignore, daemonId: daemonIdSchema.parse(someId) },
      openStore: () => this.#store(),
    } as unknown as FeatureContext;
    const book = new Book(daemon);
    const runner: Runner = new Runner({
      ...{ daemon, book, executing: this.#executing() },
      freed: () => void scheduler.tick(),
    });
    const scheduler: Scheduler = new Scheduler({ daemon, book, runner });
    const acting = new Acting({ daemon, book, runner, begin: () => scheduler.tick() });
    return [book, runner, scheduler, acting];
  }

  #executing(): Executes {
    const begun = new Set<string>();
    const sessionOf = (run: KeptRun) => sessionIdSchema.parse(run.id);
    return {
      begin: (_task, run) => {
        if (!begun.has(run.id)) this.started.push(run.plannedAt);
        begun.add(run.id);
        return Promise.resolve({
          ...{ sessionId: sessionOf(run), worktreePath: null, turnsBefore: null },
          usedBefore: { tokens: 0, dollars: 0 },
        });
      },
      say: () => Promise.resolve(),
      beginCheck: (_task, run) => Promise.resolve(sessionOf(run)),
      findBegun: (run) => run.sessionId ?? undefined,
      endOf: (_task, run) =>
        this.#ends.get(run.id) ??
        (this.isQuick ? { outcome: 'succeeded', reason: null } : undefined),
      isDelivered: () => false,
      costOf: () => null,
      endOfCheck: () => undefined,
      feedbackOf: () => Promise.resolve(''),
      readOutput: () => Promise.resolve(undefined),
      kill: () => (this.isUnkillable ? Promise.reject(new Error('no host')) : Promise.resolve()),
      rest: () => Promise.resolve(),
    };
  }

  #store(): StoreProxy<typeof taskStore> {
    const run = (name: keyof typeof taskStore.methods) => async (params: never) => {
      const method = taskStore.methods[name] as (
        db: Kysely<TaskTables>,
        params: never,
        context: StoreContext,
      ) => Promise<unknown>;
      if (this.isFull && name === 'commit') throw new Error('the disk is full');
      const { raw, db } = this.#connection;
      raw.exec('begin immediate');
      try {
        const result = await method(db as Kysely<TaskTables>, params, this.#context());
        raw.exec('commit');
        return result;
      } catch (error) {
        raw.exec('rollback');
        throw error;
      }
    };
    const names = Object.keys(taskStore.methods) as (keyof typeof taskStore.methods)[];
    return Object.fromEntries(names.map((name) => [name, inTurn(run(name))])) as StoreProxy<
      typeof taskStore
    >;
  }

  #context(): StoreContext {
    this.#revision += 1;
    const revision = this.#revision;
    return {
      now: new Date(this.#wallMs).toISOString(),
      nextRevision: () => Promise.resolve(revision),
      forget: ignore,
    };
  }
}

let turn: Promise<unknown> = Promise.resolve();

/** The database's thread does one thing at a time. */
function inTurn<P, R>(work: (params: P) => Promise<R>): (params: P) => Promise<R> {
  return (params) => {
    const done = turn.then(
      () => work(params),
      () => work(params),
    );
    turn = done.catch(ignore);
    return done;
  };
}
