import type { task as taskNoun, Task } from '../../protocol/task/task.ts';
import { isEnded, reduceTask } from '../../protocol/task/taskState.ts';
import type { TaskId } from '../../protocol/wire/brand.ts';
import { taskIdSchema } from '../../protocol/wire/brand.ts';
import type { ParamsOut } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { checkSchedule, nextTime } from '../../link/schedule/schedule.ts';
import type { FeatureContext } from '../context.ts';
import type { Principal } from '../feature.ts';
import { createUuid } from '../uuid.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import type { Book } from './book.ts';
import type { TaskNouns } from './nouns.ts';
import type { KeptSettings, KeptTask } from './rows.ts';
import { withNext } from './scheduler.ts';

type Methods = (typeof taskNoun)['methods'];
export type CreateParams = ParamsOut<Methods['task/create']>;
export type EditParams = ParamsOut<Methods['task/edit']>;

export interface EditingContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'daemonId'>;
  readonly book: Book;
  readonly nouns: Pick<TaskNouns, 'chats' | 'roles' | 'workspaces'>;
}

export interface Edited {
  readonly task: Task;
  readonly askLogin: boolean;
}

/** What people fill in: tasks are made, changed, moved, enabled, paused. Refuses what could never run. */
export class Editing {
  readonly #context: EditingContext;

  constructor(context: EditingContext) {
    this.#context = context;
  }

  /** @throws WaggleError `badRequest`, `conflict`, `directoryMissing`, `notFound`. */
  async create(
    { draft, paused, idempotencyKey, ...fields }: CreateParams,
    { by, source }: { readonly by: Principal; readonly source: Task['source'] },
  ): Promise<Edited> {
    const { book, daemon, nouns } = this.#context;
    const known = book.list().find((task) => task.idempotencyKey === (idempotencyKey ?? '~'));
    if (known !== undefined) return { task: book.toWire(known.id), askLogin: false };
    const now = daemon.clock.now();
    const cwd = await resolveFolder(fields.cwd);
    this.#refuseUnfit(fields, now);
    if (source.kind === 'person' && nouns.workspaces.trustOf(cwd) === 'undecided')
      await nouns.workspaces.vouch(cwd, by);
    const workspaceId = await nouns.workspaces.locate(cwd);
    const id = taskIdSchema.parse(createUuid(now));
    const at = new Date(now).toISOString();
    const row: KeptTask = {
      ...fields,
      ...{ id, cwd, paused, source, workspaceId },
      roleId: await this.#roleOf(fields.assignee, workspaceId),
      ownerDaemonId: daemon.daemonId,
      state: { status: draft ? 'draft' : 'ready' },
      ...{ nextRunAt: null, nextDueAt: null, lastRun: null, results: [], progress: null },
      by: by.id,
      idempotencyKey: idempotencyKey ?? null,
      ...{ worktreePath: null, file: null, createdAt: at, updatedAt: at, revision: 0 },
    };
    await book.act(() => {
      this.#refuseParent(row.id, row.parentId);
      return { tasks: [planned(row, now)] };
    });
    return this.#edited(id);
  }

  /** @throws WaggleError as `create` does. */
  async edit({ taskId, revision, change }: EditParams, by: Principal): Promise<Edited> {
    const { book, daemon, nouns } = this.#context;
    const seen = book.get(taskId);
    if (seen.source.kind === 'file') refuseFileChange(change);
    const given = withoutUndefined(change);
    const cwd = change.cwd === undefined ? seen.cwd : await resolveFolder(change.cwd);
    const now = daemon.clock.now();
    this.#refuseUnfit({ ...seen, ...given }, change.schedule === undefined ? undefined : now);
    if (cwd !== seen.cwd && nouns.workspaces.trustOf(cwd) === 'undecided')
      await nouns.workspaces.vouch(cwd, by);
    const workspaceId = await nouns.workspaces.locate(cwd);
    const assignee = change.assignee === undefined ? seen.assignee : change.assignee;
    const roleId = await this.#roleOf(assignee, workspaceId);
    await book.act(() => {
      const task = book.get(taskId);
      refuseOther(task, revision);
      const next: KeptTask = {
        ...task,
        ...given,
        ...{ cwd, workspaceId, roleId, updatedAt: new Date(now).toISOString() },
        worktreePath: cwd === task.cwd ? task.worktreePath : null,
        by: by.id,
      };
      this.#refuseParent(taskId, next.parentId);
      const isReplanned = change.schedule !== undefined || change.policies !== undefined;
      return { tasks: [isReplanned ? planned(reopened(next, change), now) : next] };
    });
    return this.#edited(taskId);
  }

  /** A draft, or a task file as it is now, may run from now on. @throws WaggleError `conflict`, `notFound`. */
  async enable(taskId: TaskId, revision: number, by: Principal): Promise<Edited> {
    const { book, daemon, nouns } = this.#context;
    const seen = book.get(taskId);
    if (seen.source.kind === 'file' && seen.source.problem !== null)
      throw new WaggleError('conflict', seen.source.problem, { fix: 'Correct the file first.' });
    const now = daemon.clock.now();
    this.#refuseUnfit(seen, seen.schedule.kind === 'none' ? undefined : now);
    const isFile = seen.source.kind === 'file';
    if (!isFile && nouns.workspaces.trustOf(seen.cwd) === 'undecided')
      await nouns.workspaces.vouch(seen.cwd, by);
    await book.act(() => {
      const task = book.get(taskId);
      refuseOther(task, revision);
      const moved = reduceTask(task.state, { kind: 'enabled' });
      const state = moved.ok ? moved.state : task.state;
      const { source, file } = task;
      return {
        tasks: [
          planned(
            {
              ...{ ...task, state, by: by.id },
              source: source.kind === 'file' ? { ...source, changed: false } : source,
              file: file === null ? null : { ...file, enabledHash: file.hash },
            },
            now,
          ),
        ],
      };
    });
    return this.#edited(taskId);
  }

  async pause(taskId: TaskId, paused: boolean): Promise<Edited> {
    const { book, daemon } = this.#context;
    await book.act(() => {
      const task = book.get(taskId);
      return { tasks: [planned({ ...task, paused }, daemon.clock.now())] };
    });
    return this.#edited(taskId);
  }

  /** What passed while everything was paused is not made up for. */
  async configure(change: {
    readonly [K in keyof KeptSettings]?: KeptSettings[K] | undefined;
  }): Promise<void> {
    const { book, daemon } = this.#context;
    await book.act(() => {
      const before = book.settings;
      const settings = { ...before, ...withoutUndefined(change) };
      if (change.paused === undefined) return { settings };
      const now = daemon.clock.now();
      const isResumed = before.paused && !change.paused;
      const tasks = isResumed ? book.list().filter(({ nextRunAt }) => nextRunAt !== null) : [];
      return {
        settings: { ...settings, pausedReason: null },
        tasks: tasks.map((task) => planned(task, now)),
      };
    });
  }

  #edited(id: TaskId): Edited {
    const { book } = this.#context;
    const task = book.toWire(id);
    return { task, askLogin: task.nextRunAt !== null && !book.settings.askedLogin };
  }

  /** `now`: undefined when the schedule is as it was. */
  #refuseUnfit(
    { work, schedule, check }: Pick<KeptTask, 'work' | 'schedule' | 'check'>,
    now: number | undefined,
  ): void {
    if (work.kind === 'prompt') this.#context.nouns.chats.refuseUnable(work.agent, work.away);
    if (work.kind === 'none' && (schedule.kind !== 'none' || check !== null))
      throw new WaggleError('badRequest', 'A task that does nothing itself has no schedule.', {
        fix: 'Give it a prompt or a command.',
      });
    const fit = now === undefined ? { ok: true as const } : checkSchedule(schedule, now);
    if (!fit.ok)
      throw new WaggleError('badRequest', fit.reason, {
        fix: fit.fix,
        details: { field: `schedule.${fit.field}` },
      });
  }

  #refuseParent(id: TaskId, parentId: TaskId | null): void {
    const { book } = this.#context;
    if (parentId === null) return;
    book.get(parentId);
    if (parentId === id || book.familyOf(id).some((child) => child.id === parentId))
      throw new WaggleError('badRequest', 'A task cannot be below itself.', {
        fix: 'Choose another parent.',
      });
  }

  async #roleOf(assignee: KeptTask['assignee'], workspaceId: KeptTask['workspaceId']) {
    const { roles } = this.#context.nouns;
    return assignee === null
      ? roles.ensureDefault(workspaceId)
      : roles.getWorking(assignee, workspaceId).id;
  }
}

/** With its next planned time, from now on. */
export function planned(task: KeptTask, now: number): KeptTask {
  const { status } = task.state;
  const isOff = task.paused || status === 'draft' || status === 'cancelled';
  return withNext(task, isOff ? null : (nextTime(task.schedule, now) ?? null));
}

/** Who gives a new time to what was over wants it to happen again. */
function reopened(task: KeptTask, { schedule }: EditParams['change']): KeptTask {
  const wantsMore = schedule !== undefined && schedule.kind !== 'none';
  const isOver = isEnded(task.state.status) && task.state.status !== 'cancelled';
  return wantsMore && isOver ? { ...task, state: { status: 'ready' } } : task;
}

function refuseOther(task: KeptTask, revision: number | undefined): void {
  if (revision !== undefined && revision !== task.revision)
    throw new WaggleError('conflict', 'The task was changed in the meantime.', {
      fix: 'Look at it again.',
    });
}

const ownOfFiles = new Set(['parentId', 'priority', 'labels', 'policies']);

function refuseFileChange(change: EditParams['change']): void {
  if (Object.keys(change).every((key) => ownOfFiles.has(key))) return;
  throw new WaggleError('conflict', 'This task stands in a file of its repository.', {
    fix: 'Change the file; then enable it again.',
  });
}

function withoutUndefined<T extends object>(
  value: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  const known = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]: Exclude<T[K], undefined> };
}
