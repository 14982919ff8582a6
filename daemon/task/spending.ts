/** What a run may take and use, beside what it does. Pure. */
import type { EndWish, KeptRun, KeptTask } from './rows.ts';

export interface Use {
  readonly run: Pick<KeptRun, 'spentBefore'>;
  /** Since it was started, and since its check was; null: none runs. */
  readonly ms: number;
  readonly checkMs: number | null;
  readonly cost: KeptRun['cost'];
}

export interface Excess {
  readonly wish: EndWish;
  /** A sentence. */
  readonly reason: string;
}

const minuteMs = 60_000;

/** Undefined: it may go on. */
export function findExcess(
  { timeoutMs, check, budget }: Pick<KeptTask, 'timeoutMs' | 'check' | 'budget'>,
  { run, ms, checkMs, cost }: Use,
): Excess | undefined {
  if (checkMs === null && timeoutMs !== null && ms > timeoutMs)
    return { wish: 'timedOut', reason: `It took longer than ${say(timeoutMs)}.` };
  if (checkMs !== null && check !== null && checkMs > check.timeoutMs)
    return { wish: 'timedOut', reason: `Its check took longer than ${say(check.timeoutMs)}.` };
  const { spentBefore } = run;
  const tokens = spentBefore.tokens + (cost?.tokens ?? 0);
  if (budget.tokens !== null && tokens > budget.tokens)
    return over(`${tokens} of ${budget.tokens} tokens`);
  const dollars = spentBefore.dollars + (cost?.dollars ?? 0);
  if (budget.dollars !== null && dollars > budget.dollars)
    return over(`$${dollars.toFixed(2)} of $${budget.dollars.toFixed(2)}`);
  if (budget.minutes !== null && spentBefore.ms + ms > budget.minutes * minuteMs)
    return over(`${budget.minutes} minutes`);
  return undefined;
}

function over(what: string): Excess {
  return { wish: 'overBudget', reason: `Its budget is used up: ${what}.` };
}

function say(ms: number): string {
  return ms % minuteMs === 0 ? `${ms / minuteMs} min` : `${Math.round(ms / 1000)} s`;
}
