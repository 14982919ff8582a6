/**
 * When: planned times of a schedule, whether it can be at all, and what it says. Pure but for the runtime's zone tables;
 * the daemon runs by it, command and editor show by it. Does not know tasks.
 */
import type { Schedule } from '../../protocol/task/schedule.ts';
import { type CronTimes, parseCron } from './cron.ts';
import { isZone } from './zone.ts';

export { describeCron } from './phrase.ts';
export type { CronPhrase, DayPhrase, TimePhrase } from './phrase.ts';
export { readDuration, saySchedule } from './words.ts';
export { localZone } from './zone.ts';

export type ScheduleCheck =
  | { readonly ok: true }
  /** `reason` and `fix` are sentences; `field` is what a form marks. */
  | {
      readonly ok: false;
      readonly field: 'at' | 'pattern' | 'zone';
      readonly reason: string;
      readonly fix: string;
    };

const parsed = new Map<string, CronTimes>();
const keptPatterns = 1000;

function timesOf(pattern: string, zone: string): CronTimes | undefined {
  const key = `${zone} ${pattern}`;
  const known = parsed.get(key);
  if (known !== undefined) {
    return known;
  }
  const result = isZone(zone) ? parseCron(pattern, zone) : undefined;
  if (result?.ok !== true) {
    return undefined;
  }
  if (parsed.size >= keptPatterns) {
    parsed.clear();
  }
  parsed.set(key, result.times);
  return result.times;
}

/** The first planned time after an instant (both milliseconds since 1970); undefined when there is none, or it cannot be read. */
export function nextTime(schedule: Schedule, after: number): number | undefined {
  switch (schedule.kind) {
    case 'none':
      return undefined;
    case 'once': {
      const at = Date.parse(schedule.at);
      return at > after ? at : undefined;
    }
    case 'every': {
      const anchor = Date.parse(schedule.anchor);
      const passed = Math.floor((after - anchor) / schedule.everyMs) + 1;
      return anchor + Math.max(0, passed) * schedule.everyMs;
    }
    case 'cron':
      return timesOf(schedule.pattern, schedule.zone)?.next(after);
  }
}

/** The next planned times after an instant, ascending; fewer than `count` when there are no more. */
export function nextTimes(schedule: Schedule, after: number, count: number): readonly number[] {
  const times: number[] = [];
  let at = nextTime(schedule, after);
  while (at !== undefined && times.length < count) {
    times.push(at);
    at = times.length < count ? nextTime(schedule, at) : undefined;
  }
  return times;
}

/** Whether a schedule can be taken now: it can be read, and it comes at least once after `now`. */
export function checkSchedule(schedule: Schedule, now: number): ScheduleCheck {
  if (schedule.kind === 'once' && Date.parse(schedule.at) <= now) {
    return {
      ok: false,
      field: 'at',
      reason: 'This time has passed.',
      fix: 'Choose a later time, or run it once now.',
    };
  }
  return schedule.kind === 'cron' ? checkCron(schedule.pattern, schedule.zone, now) : { ok: true };
}

function checkCron(pattern: string, zone: string, now: number): ScheduleCheck {
  if (!isZone(zone)) {
    return {
      ok: false,
      field: 'zone',
      reason: 'The time zone is not known.',
      fix: 'Name one like Europe/Berlin, or UTC.',
    };
  }
  const result = parseCron(pattern, zone);
  if (!result.ok) {
    return {
      ok: false,
      field: 'pattern',
      reason: result.reason,
      fix: 'Write minute, hour, day, month and weekday, as in "0 9 * * 1-5".',
    };
  }
  return result.times.next(now) === undefined
    ? {
        ok: false,
        field: 'pattern',
        reason: 'This cron pattern never comes.',
        fix: 'Choose a day that exists, as in "0 9 28 2 *".',
      }
    : { ok: true };
}
