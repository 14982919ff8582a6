/** A schedule in the words of this person's language: "weekdays 09:00", "every 2 h", and what becomes of missed times. Knows no editor. */
import { toString as sayCron } from 'cronstrue';
import type { CronPhrase, DayPhrase, TimePhrase } from '../../link/schedule/schedule.ts';
import { describeCron, localZone } from '../../link/schedule/schedule.ts';
import type { MissedPolicy, OverlapPolicy, Schedule } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';
import { describeExactly } from './moment.ts';

const unitsMs = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 } as const;

/** As it stands in a row; empty without a schedule. The zone is named when it is not this machine's. */
export function describeSchedule(schedule: Schedule, t: Translate): string {
  switch (schedule.kind) {
    case 'none':
      return '';
    case 'once':
      return t('once, {0}', describeExactly(schedule.at));
    case 'every':
      return describeEvery(schedule.everyMs, t);
    case 'cron': {
      const words = describePattern(schedule.pattern, t);
      const zone = toPlainLine(schedule.zone, 64);
      return schedule.zone === localZone() ? words : t('{0} ({1})', words, zone);
    }
  }
}

/** "every 15 min": in the largest unit that gives a whole number. */
export function describeEvery(everyMs: number, t: Translate): string {
  const [count, unit] = splitLength(everyMs);
  if (count === 1) return everyOne(unit, t);
  switch (unit) {
    case 'day':
      return t('every {0} days', count);
    case 'hour':
      return t('every {0} h', count);
    case 'minute':
      return t('every {0} min', count);
    case 'second':
      return t('every {0} s', count);
  }
}

type Unit = keyof typeof unitsMs;

function everyOne(unit: Unit, t: Translate): string {
  switch (unit) {
    case 'day':
      return t('every day');
    case 'hour':
      return t('every hour');
    case 'minute':
      return t('every minute');
    case 'second':
      return t('every second');
  }
}

/** A length as a whole number of the largest unit that allows one. */
export function splitLength(ms: number): readonly [count: number, unit: Unit] {
  const units = Object.entries(unitsMs) as [Unit, number][];
  const [unit, size] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['second', 1000];
  return [Math.round(ms / size), unit];
}

export function describePattern(pattern: string, t: Translate): string {
  const phrase = describeCron(pattern);
  if (phrase.kind === 'phrase') return sayPhrase(phrase, t);
  return sayRarePattern(pattern) ?? t('cron {0}', toPlainLine(pattern, 60));
}

/** What is more than a sentence of ours; English, as the pattern's own names of days and months are. */
function sayRarePattern(pattern: string): string | undefined {
  try {
    const said = sayCron(pattern, { use24HourTimeFormat: true });
    return toPlainLine(said.slice(0, 1).toLowerCase() + said.slice(1), 160);
  } catch (error) {
    // It throws sentences about patterns that it cannot read.
    if (typeof error === 'string' || error instanceof Error) return undefined;
    throw error;
  }
}

function sayPhrase(
  { time, day, months }: Extract<CronPhrase, { kind: 'phrase' }>,
  t: Translate,
): string {
  const days = sayDay(day, time.kind === 'at', t);
  const names = months.map((month) => nameMonth(month));
  const parts = [
    ...(time.kind === 'at' ? [days, sayTime(time, t)] : [sayTime(time, t), days]),
    names.length === 0 ? '' : t('in {0}', names.join(', ')),
  ];
  return parts.filter(Boolean).join(' ');
}

function sayTime(time: TimePhrase, t: Translate): string {
  switch (time.kind) {
    case 'at':
      return time.times.map(([hour, minute]) => `${two(hour)}:${two(minute)}`).join(', ');
    case 'everySeconds':
      return describeEvery(time.n * unitsMs.second, t);
    case 'everyMinutes':
      return describeEvery(time.n * unitsMs.minute, t);
    case 'everyHours': {
      const every = describeEvery(time.n * unitsMs.hour, t);
      const minutes = time.minutes.map(two).join(', ');
      return minutes === '00' ? every : t('{0} at minute {1}', every, minutes);
    }
  }
}

function sayDay(day: DayPhrase, isTimed: boolean, t: Translate): string {
  switch (day.kind) {
    case 'every':
      return isTimed ? t('daily') : '';
    case 'weekdays':
      return t('weekdays');
    case 'daysOfWeek':
      return day.days.map(nameDay).join(', ');
    case 'daysOfMonth':
      return day.days.length === 1
        ? t('on day {0} of the month', day.days[0] ?? 1)
        : t('on days {0} of the month', day.days.join(', '));
  }
}

/** 2023 began on a Sunday. */
function nameDay(day: number): string {
  return new Date(2023, 0, 1 + day).toLocaleDateString(undefined, { weekday: 'short' });
}

function nameMonth(month: number): string {
  return new Date(2023, month - 1, 1).toLocaleDateString(undefined, { month: 'short' });
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** What becomes of times at which Waggle did not run. */
export function describeMissed(missed: MissedPolicy, t: Translate): string {
  switch (missed.kind) {
    case 'skip':
      return t('If Waggle does not run then, that time is left out');
    case 'once':
      return t('If Waggle does not run then, it runs once when it is back');
    case 'all':
      return t('If Waggle does not run then, up to {0} missed times are made up for', missed.max);
  }
}

/** What becomes of a time that comes while the run before goes on. */
export function describeOverlap(overlap: OverlapPolicy, t: Translate): string {
  switch (overlap.kind) {
    case 'skip':
      return t('If the last run still goes on, that time is left out');
    case 'queue':
      return t('If the last run still goes on, it waits for it');
    case 'parallel':
      return t('Up to {0} runs at the same time', overlap.max);
    case 'replace':
      return t('If the last run still goes on, it is cancelled');
  }
}
