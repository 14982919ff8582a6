/** What is due, as a pure function of a schedule, its policies and what runs: nothing here knows a clock or a database. */
import { nextTime } from '../../link/schedule/schedule.ts';
import type { MissedPolicy, OverlapPolicy, Schedule } from '../../protocol/task/schedule.ts';

/** A planned time that is older than this was missed; a younger one is only late. */
export const missedAfterMs = 60_000;
/** At most so many late ones are handled one by one. */
const mostOnTime = 100;

export interface Due {
  /** Planned times that run as planned, ascending. */
  readonly onTime: readonly number[];
  /** Missed ones that the policy makes up for, ascending. */
  readonly madeUp: readonly number[];
  /** The last one that nothing becomes of, and how many there are at least. */
  readonly leftOut: {
    readonly last: number;
    readonly count: number;
    readonly isMore: boolean;
  } | null;
  /** The first one after now; null: there is none any more. */
  readonly next: number | null;
}

export interface PlanningInput {
  readonly schedule: Schedule;
  readonly missed: MissedPolicy;
  /** The earliest planned time that was not handled yet. */
  readonly from: number;
  readonly now: number;
}

/** Counting further would take long and tell nothing. */
const countMax = 1000;

/** Everything planned from `from` up to now, and what becomes of it. */
export function planDue({ schedule, missed, from, now }: PlanningInput): Due {
  const fresh = now - missedAfterMs;
  const onTime = timesBetween(schedule, { from: Math.max(from, fresh), to: now, max: mostOnTime });
  const next = nextTime(schedule, now) ?? null;
  const nothing = { onTime, madeUp: [], leftOut: null, next };
  if (from >= fresh) return nothing;
  const kept = keepMissed({ schedule, missed, from, to: fresh - 1 });
  const { times: counted, isMore } = countFrom(schedule, from, fresh - 1);
  const left = counted.filter((time) => !kept.includes(time));
  const last = left.at(-1);
  if (last === undefined && !isMore) return { ...nothing, madeUp: kept };
  const leftOut = { last: last ?? from, count: left.length, isMore };
  return { ...nothing, madeUp: kept, leftOut };
}

interface Span {
  readonly from: number;
  /** Included, as `from` is. */
  readonly to: number;
}

function timesBetween(schedule: Schedule, { from, to, max }: Span & { max: number }): number[] {
  const times: number[] = [];
  let at = nextTime(schedule, from - 1);
  while (at !== undefined && at <= to && times.length < max) {
    times.push(at);
    at = nextTime(schedule, at);
  }
  return times;
}

function countFrom(
  schedule: Schedule,
  from: number,
  to: number,
): { readonly times: number[]; readonly isMore: boolean } {
  const times = timesBetween(schedule, { from, to, max: countMax });
  return { times, isMore: times.length === countMax };
}

function keepMissed({
  schedule,
  missed,
  from,
  to,
}: Span & { readonly schedule: Schedule; readonly missed: MissedPolicy }): number[] {
  switch (missed.kind) {
    case 'skip':
      return [];
    case 'once':
      return lastTimes(schedule, { from, to, max: 1 });
    case 'all':
      return lastTimes(schedule, {
        from: Math.max(from, to + 1 + missedAfterMs - missed.withinMs),
        to,
        max: missed.max,
      });
  }
}

/** The newest of a span, ascending: looks back further and further, so that a year of seconds costs no year. */
function lastTimes(schedule: Schedule, { from, to, max }: Span & { max: number }): number[] {
  const most = max * 64;
  for (let span = 60_000; ; span *= 4) {
    const start = Math.max(from, to - span);
    const times = timesBetween(schedule, { from: start, to, max: most });
    if (times.length >= most && span > 60_000) return newestOf(schedule, { from: start, to, max });
    if (times.length >= max || start === from) return times.slice(-max);
  }
}

function newestOf(schedule: Schedule, { from, to, max }: Span & { max: number }): number[] {
  const kept: number[] = [];
  let at = nextTime(schedule, from - 1);
  while (at !== undefined && at <= to) {
    kept.push(at);
    if (kept.length > max) kept.shift();
    at = nextTime(schedule, at);
  }
  return kept;
}

export type OverlapDecision = 'start' | 'wait' | 'skip' | 'replace';

/** What becomes of one more run of a task while `active` are not over, of which `waiting` have not begun. */
export function decideOverlap(
  policy: OverlapPolicy,
  { active, waiting }: { readonly active: number; readonly waiting: number },
): OverlapDecision {
  if (active === 0) return 'start';
  switch (policy.kind) {
    case 'skip':
      return 'skip';
    case 'queue':
      return waiting === 0 ? 'wait' : 'skip';
    case 'parallel':
      return active < policy.max ? 'start' : 'skip';
    case 'replace':
      return 'replace';
  }
}

/** The same for the same planned time, whoever asks: a hash of both, spread over the jitter. */
export function jitterOf(taskId: string, plannedAt: number, jitterMs: number): number {
  if (jitterMs === 0) return 0;
  let hash = 2_166_136_261;
  for (const letter of `${taskId} ${plannedAt}`)
    hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
  return (hash >>> 0) % (jitterMs + 1);
}
