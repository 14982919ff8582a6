/** The tasks as this window knows them: in step with the daemon over every new connection; newest revision wins. Decides nothing. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Run, Task, TaskSettings } from '../../protocol/task/task.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Log } from '../log.ts';

export interface TaskListOptions {
  readonly onDidConnect: Event<DaemonLink>;
  readonly log: Log;
}

/** What holds for all tasks, before the daemon said it. */
const noSettings: TaskSettings = {
  paused: false,
  pausedReason: null,
  maxRunning: 1,
  maxPerAgent: 1,
  askedLogin: true,
};

export class TaskList implements Disposable {
  readonly #log: Log;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<void>());
  readonly #ran = this.#owned.add(new Emitter<Run>());
  readonly #tasks = new Map<string, Task>();
  #settings = noSettings;

  readonly onDidChange = this.#changed.event;
  /** A run began, went on or ended. */
  readonly onDidRun = this.#ran.event;

  constructor({ onDidConnect, log }: TaskListOptions) {
    this.#log = log;
    this.#owned.add(onDidConnect((link) => this.#follow(link)));
  }

  get settings(): TaskSettings {
    return this.#settings;
  }

  get(id: string): Task | undefined {
    return this.#tasks.get(id);
  }

  list(): Task[] {
    return [...this.#tasks.values()];
  }

  /** What an answer brought, before its event comes. */
  put(task: Task): void {
    if (this.#store(task)) this.#changed.fire();
  }

  putSettings(settings: TaskSettings): void {
    this.#settings = settings;
    this.#changed.fire();
  }

  /** Takes over a whole list; what is newer by an event stays. */
  replace(tasks: readonly Task[], settings: TaskSettings): void {
    const listed = new Set<string>(tasks.map(({ id }) => id));
    for (const id of this.#tasks.keys()) if (!listed.has(id)) this.#tasks.delete(id);
    for (const task of tasks) this.#store(task);
    this.#settings = settings;
    this.#changed.fire();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #follow(link: DaemonLink): void {
    link.onEvent('task/changed', ({ tasks, deleted }) => {
      for (const id of deleted) this.#tasks.delete(id);
      for (const task of tasks) this.#store(task);
      this.#changed.fire();
    });
    link.onEvent('task/configured', ({ settings }) => this.putSettings(settings));
    link.onEvent('task/runChanged', ({ run }) => this.#ran.fire(run));
    link.call('task/subscribe', {}).then(
      ({ tasks, settings }) => this.replace(tasks, settings),
      (error: unknown) => {
        // An older daemon knows no tasks; the view then says so by being empty.
        if (errorCodeOf(error) !== 'methodNotFound')
          this.#log.warn('tasks were not listed', errorMessageOf(error));
      },
    );
  }

  #store(task: Task): boolean {
    const known = this.#tasks.get(task.id);
    if (known !== undefined && known.revision > task.revision) return false;
    this.#tasks.set(task.id, task);
    return true;
  }
}
