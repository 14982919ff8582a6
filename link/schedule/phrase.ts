/** What a cron pattern means, taken apart so that every view can say it in its own language. Pure. */
import { cronFields } from './cron.ts';

export type TimePhrase =
  /** At these times of the day, `[hour, minute]`, ascending. */
  | { readonly kind: 'at'; readonly times: readonly (readonly [number, number])[] }
  | { readonly kind: 'everySeconds'; readonly n: number }
  | { readonly kind: 'everyMinutes'; readonly n: number }
  /** At these minutes of every `n`th hour. */
  | { readonly kind: 'everyHours'; readonly n: number; readonly minutes: readonly number[] };

export type DayPhrase =
  | { readonly kind: 'every' }
  /** Monday to Friday. */
  | { readonly kind: 'weekdays' }
  /** 0 is Sunday; ascending. */
  | { readonly kind: 'daysOfWeek'; readonly days: readonly number[] }
  | { readonly kind: 'daysOfMonth'; readonly days: readonly number[] };

export type CronPhrase =
  | {
      readonly kind: 'phrase';
      readonly time: TimePhrase;
      readonly day: DayPhrase;
      /** 1 to 12, ascending; empty: every month. */
      readonly months: readonly number[];
    }
  /** Too much for one sentence, or not a pattern: show it as it is. */
  | { readonly kind: 'pattern' };

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const dayNames = 'sun mon tue wed thu fri sat'.split(' ');
const mostTimes = 4;

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

/** Numbers that a field lists; undefined: all of them, or `odd` when it is more than a list. */
function numbersOf(field: string, bounds: Bounds): readonly number[] | 'all' | 'odd' {
  if (field === '*' || field === '?') {
    return 'all';
  }
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^([a-z]{3}|\d+)(?:-([a-z]{3}|\d+))?$/.exec(part);
    const from = numberOf(match?.[1], bounds);
    const to = match?.[2] === undefined ? from : numberOf(match[2], bounds);
    if (from === undefined || to === undefined || to < from || to > bounds.to + 1) {
      return 'odd';
    }
    for (let each = from; each <= to; each += 1) {
      found.add(each);
    }
  }
  return [...found].sort((a, b) => a - b);
}

function numberOf(text: string | undefined, bounds: Bounds): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const index = bounds.names?.indexOf(text) ?? -1;
  return index >= 0 ? index + bounds.from : /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The step of a star with one; 1 for a plain star. */
function stepOf(field: string): number | undefined {
  const match = /^\*(?:\/(\d+))?$/.exec(field);
  return match === null ? undefined : Number(match[1] ?? 1);
}

function timeOf(second: string, minute: string, hour: string): TimePhrase | undefined {
  const seconds = stepOf(second);
  if (seconds !== undefined) {
    return minute === '*' && hour === '*' && 60 % seconds === 0
      ? { kind: 'everySeconds', n: seconds }
      : undefined;
  }
  if (second !== '0') {
    return undefined;
  }
  const step = stepOf(minute);
  if (step !== undefined) {
    return hour === '*' && 60 % step === 0 ? { kind: 'everyMinutes', n: step } : undefined;
  }
  const minutes = numbersOf(minute, { from: 0, to: 59 });
  return typeof minutes === 'string' ? undefined : atMinutes(minutes, hour);
}

function atMinutes(minutes: readonly number[], hour: string): TimePhrase | undefined {
  const step = stepOf(hour);
  if (step !== undefined) {
    return 24 % step === 0 && minutes.length <= mostTimes
      ? { kind: 'everyHours', n: step, minutes }
      : undefined;
  }
  const hours = numbersOf(hour, { from: 0, to: 23 });
  if (typeof hours === 'string' || hours.length * minutes.length > mostTimes) {
    return undefined;
  }
  return { kind: 'at', times: hours.flatMap((each) => minutes.map((at) => [each, at] as const)) };
}

function dayOf(ofMonth: string, ofWeek: string): DayPhrase | undefined {
  const month = numbersOf(ofMonth, { from: 1, to: 31 });
  const week = numbersOf(ofWeek, { from: 0, to: 6, names: dayNames });
  if (month === 'odd' || week === 'odd' || (month !== 'all' && week !== 'all')) {
    return undefined;
  }
  if (month !== 'all') {
    return { kind: 'daysOfMonth', days: month };
  }
  if (week === 'all') {
    return { kind: 'every' };
  }
  const days = [...new Set(week.map((day) => day % 7))].sort((a, b) => a - b);
  if (days.length === 7) {
    return { kind: 'every' };
  }
  return days.join() === '1,2,3,4,5' ? { kind: 'weekdays' } : { kind: 'daysOfWeek', days };
}

/** Takes a pattern apart; `pattern` when it says more than a sentence should. */
export function describeCron(pattern: string): CronPhrase {
  const [second, minute, hour, ofMonth, month, ofWeek] = cronFields(pattern) ?? [];
  if (second === undefined || minute === undefined || hour === undefined) {
    return { kind: 'pattern' };
  }
  const time = timeOf(second, minute, hour);
  const day = dayOf(ofMonth ?? '*', ofWeek ?? '*');
  const months = numbersOf(month ?? '*', { from: 1, to: 12, names: monthNames });
  if (time === undefined || day === undefined || months === 'odd') {
    return { kind: 'pattern' };
  }
  return { kind: 'phrase', time, day, months: months === 'all' ? [] : months };
}
