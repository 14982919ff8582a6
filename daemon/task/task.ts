/**
 * Tasks: work that is handed out, when it is to happen, and what happened. Runs are ordinary sessions and chats; this
 * folder decides when they begin, watches how they end, and keeps that as it was seen. What an agent says of its task is
 * data: only a person approves.
 */
import { join } from 'node:path';
import type { FeatureContext } from '../context.ts';
import type { Feature, Resource, Tool } from '../feature.ts';
import { Acting } from './acting.ts';
import { Book } from './book.ts';
import { Editing } from './editing.ts';
import { Executing } from './executing.ts';
import { FileTasks } from './fileTasks.ts';
import { TaskNeeds } from './needs.ts';
import type { TaskNouns } from './nouns.ts';
import { Runner } from './runner.ts';
import { Scheduler } from './scheduler.ts';
import { createHandlers } from './task.handlers.ts';
import { createTaskResources, createTaskTools } from './task.tools.ts';
import { isOver } from './rows.ts';
import { taskIdSchema } from '../../protocol/wire/brand.ts';

export type { TaskNouns } from './nouns.ts';

export interface TaskFeature extends Feature<'task'> {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
}

const tickMs = 1000;
const keptRuns = 10_000;
const pruneEveryTicks = 3600;
/** A deleted task can be brought back for so long. */
const undoMs = 86_400_000;
/** Nothing that is older is made up for, or claimed by a clock that was set back a little. */
const occurrencesMs = 400 * 86_400_000;
const filesEveryTicks = 30;

export function createTaskFeature(context: FeatureContext, nouns: TaskNouns): TaskFeature {
  const book = new Book(context);
  const executing = new Executing({
    ...nouns,
    worktreeDirectory: join(context.paths.home, 'worktrees'),
  });
  const runner: Runner = new Runner({
    ...{ daemon: context, book, executing },
    freed: () => void scheduler.tick(),
  });
  const scheduler: Scheduler = new Scheduler({ daemon: context, book, runner });
  const editing = new Editing({ daemon: context, book, nouns });
  const begin = (): Promise<void> => scheduler.tick();
  const acting = new Acting({ daemon: context, book, runner, begin });
  const files = new FileTasks({ daemon: context, book, nouns });
  const needs = createNeeds(context, { nouns, book, acting });
  let timer: NodeJS.Timeout | undefined;
  let ticks = 0;
  const tick = (): void => {
    ticks += 1;
    runner.tick();
    void scheduler.tick();
    if (ticks % filesEveryTicks === 0) void files.refresh();
    if (ticks % pruneEveryTicks === 1) prune(context, book);
  };
  return {
    noun: 'task',
    resources: createTaskResources(book),
    tools: createTaskTools({ book, acting, editing, sessions: nouns.sessions }),
    handlers: createHandlers({ book, editing, acting, refresh: () => files.refresh(true) }),
    async start() {
      await book.load();
      await ownSchedules(context, book);
      needs.follow(book);
      nouns.sessions.onDidChange((id) => runner.heard(id));
      nouns.chats.onDidAdvance((id) => runner.heard(id));
      runner.recover();
      timer = setInterval(tick, tickMs).unref();
      void scheduler.tick();
    },
    isBusy: () =>
      book.activeRuns().some((run) => !isOver(run)) ||
      (!book.settings.paused && book.list().some(({ nextRunAt }) => nextRunAt !== null)),
    async stop() {
      clearInterval(timer);
      await book.settle();
    },
    dispose: () => clearInterval(timer),
  };
}

/** A copied data directory has another id: its schedules would run twice, here and where they come from. */
async function ownSchedules({ daemonId }: FeatureContext, book: Book): Promise<void> {
  const { settings } = book;
  if (settings.daemonId === daemonId) return;
  const isCopy = settings.daemonId !== null && book.list().length > 0;
  const paused = isCopy || settings.paused;
  const pausedReason = isCopy ? copied : settings.pausedReason;
  await book.act(() => ({ settings: { ...settings, daemonId, paused, pausedReason } }));
}

const copied = 'This data directory is a copy: its schedules are paused until you resume them.';

function createNeeds(
  context: FeatureContext,
  {
    nouns,
    book,
    acting,
  }: { readonly nouns: TaskNouns; readonly book: Book; readonly acting: Acting },
): TaskNeeds {
  const source = nouns.attention.register({
    kinds: ['failed', 'question'],
    async answer(need, action) {
      const taskId = taskIdSchema.safeParse(need.taskId).data;
      if (taskId === undefined) return;
      context.log.debug('a need of a task is answered', { taskId, action });
      if (action === 'approve') await acting.approve(taskId, undefined);
      if (action === 'retry') await acting.retry(taskId);
      if (action === 'dismiss') needs.dismiss(book, taskId);
    },
  });
  const needs: TaskNeeds = new TaskNeeds(source);
  return needs;
}

function prune({ log, clock }: FeatureContext, book: Book): void {
  const deletedBefore = new Date(clock.now() - undoMs).toISOString();
  const plannedBefore = new Date(clock.now() - occurrencesMs).toISOString();
  book.store
    .prune({ keep: keptRuns, deletedBefore, plannedBefore })
    .catch((error: unknown) => log.warn('old runs were not removed', { error }));
}
