/** A daemon of its own with a folder in which tasks work, and a ledger outside that says what really ran. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { requireLink } from '../../link/start/start.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Run, RunOutcome } from '../../protocol/task/run.ts';
import type { Task } from '../../protocol/task/task.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonHome } from './daemonHome.ts';

const deadlineMs = 60_000;

export class TaskHome {
  readonly home: DaemonHome;
  readonly folder: string;
  #link: DaemonLink | undefined;

  private constructor(home: DaemonHome) {
    this.home = home;
    this.folder = join(home.directory, 'folder');
    mkdirSync(this.folder);
  }

  static async open(): Promise<TaskHome> {
    const home = new TaskHome(await DaemonHome.open());
    await home.start();
    return home;
  }

  /** Starts the daemon, or another one after the last was killed. */
  async start(): Promise<void> {
    // Kills are the point of some tests; the limit of starts is not what they look at.
    this.#link = requireLink(await this.home.ensure({ explicit: true }));
  }

  get link(): DaemonLink {
    if (this.#link === undefined) throw new Error('no daemon was started');
    return this.#link;
  }

  close(): Promise<void> {
    return this.home.close();
  }

  /** A program that writes a line to the ledger, then does what is said. */
  script(after = ''): string[] {
    return ['/bin/sh', '-c', `echo "$WAGGLE_SESSION_ID" >> "${this.ledger}"; ${after}`];
  }

  get ledger(): string {
    return join(this.folder, 'ledger');
  }

  /** How often a script ran. */
  countRan(): number {
    if (!existsSync(this.ledger)) return 0;
    return readFileSync(this.ledger, 'utf8').split('\n').length - 1;
  }

  async add(
    command: readonly string[],
    more: Partial<MethodParams<'task/create'>> = {},
  ): Promise<Task> {
    const work = { kind: 'command' as const, command: [...command] };
    const wanted = { title: 'A task', work, cwd: this.folder, ...more };
    return (await this.link.call('task/create', wanted)).task;
  }

  async get(task: Pick<Task, 'id'>): Promise<Task> {
    return (await this.link.call('task/get', { taskId: task.id })).task;
  }

  /** Runs of a task, the oldest first. */
  async runs(task: Pick<Task, 'id'>): Promise<Run[]> {
    const { runs } = await this.link.call('task/history', { taskId: task.id, limit: 500 });
    return runs.toReversed();
  }

  async outcomes(task: Pick<Task, 'id'>): Promise<(RunOutcome | null)[]> {
    return (await this.runs(task)).map(({ outcome }) => outcome);
  }

  /** Waits until a task is as wanted. */
  async reach(task: Pick<Task, 'id'>, status: Task['state']['status']): Promise<Task> {
    await until(
      async () => (await this.get(task)).state.status === status,
      `the task is ${status}`,
    );
    return this.get(task);
  }

  async output(run: Pick<Run, 'id'>): Promise<string> {
    return (await this.link.call('task/output', { runId: run.id })).output;
  }
}

const lookEveryMs = 50;

export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await delay(lookEveryMs);
  }
}
