import { reduceTask } from '../../protocol/task/taskState.ts';
import type { RunState, RunTrigger } from '../../protocol/task/run.ts';
import type { RunId, SessionId } from '../../protocol/wire/brand.ts';
import { runIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { createUuid } from '../uuid.ts';
import type { Change } from './book.ts';
import type { Ended } from './settling.ts';
import { settleRun } from './settling.ts';
import type { KeptOutput, KeptRun, KeptTask, Spent } from './rows.ts';

export interface NewRun {
  readonly trigger: RunTrigger;
  readonly plannedAt: number;
  readonly dueAt: number;
  readonly state: Extract<RunState, 'waiting' | 'claimed'>;
  readonly reason?: string;
  readonly feedback?: string | null;
  readonly resumes?: SessionId | null;
}

const nothingSpent: Spent = { tokens: 0, dollars: 0, ms: 0 };

/** `now`: milliseconds; ids sort by the order in which they are made. */
export function createRun(task: Pick<KeptTask, 'id'>, wanted: NewRun, now: number): KeptRun {
  const id: RunId = runIdSchema.parse(createUuid(now));
  const at = (ms: number): string => new Date(ms).toISOString();
  return {
    ...{ id, group: id, taskId: task.id, trigger: wanted.trigger, state: wanted.state },
    ...{ outcome: null, reason: wanted.reason ?? null, attempt: 1, tries: 1, round: 1 },
    ...{ plannedAt: at(wanted.plannedAt), dueAt: at(wanted.dueAt) },
    claimedAt: wanted.state === 'claimed' ? at(now) : null,
    ...{ startedAt: null, deliveredAt: null, finishedAt: null, sessionId: null },
    ...{ exitCode: null, signal: null, cost: null, retryAt: null, revision: 0 },
    ...{ feedback: wanted.feedback ?? null, resumes: wanted.resumes ?? null },
    ...{ checkSessionId: null, turnsBefore: null, usedBefore: { tokens: 0, dollars: 0 } },
    ...{ wish: null, wishReason: null, spentBefore: nothingSpent },
  };
}

/** One of a planned time that nothing becomes of. */
export function createSkipped(
  task: Pick<KeptTask, 'id'>,
  { plannedAt, reason }: { readonly plannedAt: number; readonly reason: string },
  now: number,
): KeptRun {
  const run = createRun(
    task,
    { trigger: 'schedule', plannedAt, dueAt: plannedAt, state: 'claimed' },
    now,
  );
  const finishedAt = new Date(now).toISOString();
  return { ...run, claimedAt: null, state: 'finished', outcome: 'skipped', reason, finishedAt };
}

/** The task with one more run that is not over. @throws WaggleError `conflict`. */
export function withStarted(task: KeptTask): KeptTask {
  const moved = reduceTask(task.state, { kind: 'started' });
  if (!moved.ok)
    throw new WaggleError('conflict', moved.reason, {
      fix: task.state.status === 'draft' ? 'Enable it first.' : 'Reopen it first.',
    });
  return { ...task, state: moved.state };
}

/** Everything that follows when a run is over, in one change. */
export function settleChange(
  { task, run }: { readonly task: KeptTask; readonly run: KeptRun },
  ended: Ended,
  { now, output }: { readonly now: number; readonly output?: KeptOutput | undefined },
): Change {
  const settled = settleRun({ task, run }, ended, now);
  const { followUp } = settled;
  const outputs = output === undefined ? [] : [output];
  if (followUp === undefined) return { tasks: [settled.task], runs: [settled.run], outputs };
  const created = createRun(
    task,
    {
      ...{ trigger: followUp.trigger, state: 'waiting', feedback: followUp.feedback },
      plannedAt: now,
      dueAt: Date.parse(followUp.dueAt),
      resumes: run.sessionId,
    },
    now,
  );
  const next: KeptRun = {
    ...created,
    ...{ group: run.group, attempt: run.attempt + 1 },
    ...{ tries: followUp.tries, round: followUp.round },
    spentBefore: spentBy(settled.run),
  };
  return { tasks: [task], runs: [settled.run, next], outputs };
}

/** By the runs of its group up to and with this one. */
export function spentBy({ spentBefore, cost, startedAt, finishedAt }: KeptRun): Spent {
  const from = startedAt === null ? undefined : Date.parse(startedAt);
  const ms = from === undefined || finishedAt === null ? 0 : Date.parse(finishedAt) - from;
  return {
    tokens: spentBefore.tokens + (cost?.tokens ?? 0),
    dollars: spentBefore.dollars + (cost?.dollars ?? 0),
    ms: spentBefore.ms + Math.max(0, ms),
  };
}
