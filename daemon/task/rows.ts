import type { Run } from '../../protocol/task/run.ts';
import type { Task } from '../../protocol/task/task.ts';
import type { RunId, SessionId } from '../../protocol/wire/brand.ts';

/** Everything kept of a task, as plain values. */
export interface KeptTask extends Omit<Task, 'lastRun'> {
  readonly lastRun: KeptRun | null;
  /** `nextRunAt` and its jitter: when it is looked at. */
  readonly nextDueAt: string | null;
  /** Id of the principal that made or enabled it. */
  readonly by: string;
  readonly idempotencyKey: string | null;
  /** Where it works, when it has a worktree of its own; made with its first run. */
  readonly worktreePath: string | null;
  /** Of a task file: the content that a person enabled, and the one that is there. */
  readonly file: { readonly enabledHash: string | null; readonly hash: string } | null;
}

export interface Spent {
  readonly tokens: number;
  readonly dollars: number;
  readonly ms: number;
}

/** Why a run is being ended, before it has. */
export type EndWish = 'cancelled' | 'timedOut' | 'overBudget';

/** Everything kept of a run but its output. */
export interface KeptRun extends Run {
  /** The first of the runs that follow from each other: what a budget counts. */
  readonly group: RunId;
  /** What is said instead of the prompt: a review, or what a check printed. */
  readonly feedback: string | null;
  /** Tries of this round, and the round of a check command; 1 for the first. */
  readonly tries: number;
  readonly round: number;
  /** What the runs of its group before it used. */
  readonly spentBefore: Spent;
  /** The conversation that goes on; null: a new one. */
  readonly resumes: SessionId | null;
  /** A check command that runs now. */
  readonly checkSessionId: SessionId | null;
  /** Of a chat: turns that there were before. */
  readonly turnsBefore: number | null;
  /** What the conversation had used before: its usage counts from its beginning. */
  readonly usedBefore: { readonly tokens: number; readonly dollars: number };
  readonly wish: EndWish | null;
  readonly wishReason: string | null;
}

/** The end of what a run wrote. */
export interface KeptOutput {
  readonly runId: string;
  readonly output: string;
  readonly isTail: boolean;
}

export interface KeptSettings {
  readonly paused: boolean;
  readonly pausedReason: string | null;
  readonly maxRunning: number;
  readonly maxPerAgent: number;
  readonly askedLogin: boolean;
  /** Whose schedules these are: a copied data directory has another id. */
  readonly daemonId: string | null;
}

export const firstSettings: KeptSettings = {
  paused: false,
  pausedReason: null,
  maxRunning: 8,
  maxPerAgent: 4,
  askedLogin: false,
  daemonId: null,
};

/** The run as clients see it. */
export function toRun(run: KeptRun): Run {
  const { id, taskId, trigger, state, outcome, reason, attempt, plannedAt, dueAt } = run;
  const { claimedAt, startedAt, deliveredAt, finishedAt, sessionId, exitCode, signal } = run;
  const { cost, retryAt, revision } = run;
  return {
    ...{ id, taskId, trigger, state, outcome, reason, attempt, plannedAt, dueAt },
    ...{ claimedAt, startedAt, deliveredAt, finishedAt, sessionId, exitCode, signal },
    ...{ cost, retryAt, revision },
  };
}

/** The task as clients see it. */
export function toTask(kept: KeptTask): Task {
  const { nextDueAt: _due, by: _by, idempotencyKey: _key, file: _file, ...task } = kept;
  const { worktreePath: _path, lastRun, ...rest } = task;
  return { ...rest, lastRun: lastRun === null ? null : toRun(lastRun) };
}

/** Nothing more happens in it. */
export function isOver(run: Pick<Run, 'state'>): boolean {
  return run.state === 'finished';
}
