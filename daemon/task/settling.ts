/** What follows when a run is over: another one, a review, a failure, or nothing. Pure. */
import { reduceTask } from '../../protocol/task/taskState.ts';
import type { RunOutcome, RunTrigger } from '../../protocol/task/run.ts';
import type { KeptRun, KeptTask } from './rows.ts';

/** How a run ended, as it was observed. */
export interface Ended {
  readonly outcome: RunOutcome;
  readonly reason: string | null;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
  /** With `limited`. */
  readonly retryAt?: string | null;
  /** A check that did not pass: what it printed, for the next round. */
  readonly feedback?: string;
}

/** One more run that follows by itself. */
export interface FollowUp {
  readonly trigger: RunTrigger;
  readonly dueAt: string;
  readonly feedback: string | null;
  readonly tries: number;
  readonly round: number;
}

export interface Settled {
  readonly task: KeptTask;
  readonly run: KeptRun;
  readonly followUp: FollowUp | undefined;
}

const retried: readonly RunOutcome[] = ['failed', 'timedOut', 'lost'];
/** A delay that doubles does not pass a day. */
const longestDelayMs = 86_400_000;
const leastWaitMs = 60_000;

export const outcomeWords: Readonly<Record<RunOutcome, string>> = {
  succeeded: 'succeeded',
  failed: 'It failed.',
  timedOut: 'It took too long.',
  cancelled: 'It was cancelled.',
  lost: 'Its process was lost.',
  unknown: 'Nobody knows whether it ran.',
  skipped: 'It was left out.',
  overBudget: 'Its budget was used up.',
  limited: 'The plan of the agent is used up.',
};

/** `now`: when it ended, milliseconds. */
export function settleRun(
  { task, run }: { readonly task: KeptTask; readonly run: KeptRun },
  ended: Ended,
  now: number,
): Settled {
  const over: KeptRun = {
    ...run,
    state: 'finished',
    outcome: ended.outcome,
    reason: ended.reason?.slice(0, 1000) ?? null,
    exitCode: ended.exitCode ?? run.exitCode,
    signal: ended.signal ?? run.signal,
    retryAt: ended.retryAt ?? null,
    finishedAt: new Date(now).toISOString(),
    checkSessionId: null,
  };
  const followUp = followUpOf({ task, run: over }, ended, now);
  if (followUp !== undefined) return { task, run: over, followUp };
  return { task: settleTask(task, over), run: over, followUp: undefined };
}

function followUpOf(
  { task, run }: { readonly task: KeptTask; readonly run: KeptRun },
  { feedback, retryAt }: Ended,
  now: number,
): FollowUp | undefined {
  const { outcome } = run;
  const at = (ms: number): string => new Date(ms).toISOString();
  if (outcome === null || task.state.status === 'cancelled') return undefined;
  const { tries, round } = run;
  if (feedback !== undefined)
    return round < (task.check?.max ?? 1)
      ? { trigger: 'check', dueAt: at(now), feedback, tries: 1, round: round + 1 }
      : undefined;
  const same = { feedback: run.feedback, round };
  if (outcome === 'limited' && task.continueAfterLimit && typeof retryAt === 'string') {
    // An agent may say an instant that is over and refuse all the same.
    const reset = Math.max(now + leastWaitMs, Date.parse(retryAt));
    return { ...same, trigger: 'limit', dueAt: at(reset), tries };
  }
  if (outcome === 'unknown' && task.policies.unknown === 'retry')
    return { ...same, trigger: 'retry', dueAt: at(now), tries };
  if (!retried.includes(outcome) || tries > task.retries.max) return undefined;
  const delay = Math.min(task.retries.delayMs * 2 ** (tries - 1), longestDelayMs);
  return { ...same, trigger: 'retry', dueAt: at(now + delay), tries: tries + 1 };
}

function settleTask(task: KeptTask, run: KeptRun): KeptTask {
  const { outcome } = run;
  const isGood = outcome === 'succeeded';
  const moved = reduceTask(task.state, {
    kind: 'settled',
    runId: run.id,
    failure: isGood ? null : (run.reason ?? outcomeWords[outcome ?? 'failed']),
    reviewed: isGood && task.review,
    again: task.nextRunAt !== null,
  });
  return moved.ok ? { ...task, state: moved.state } : task;
}
