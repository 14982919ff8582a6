/** A schedule in plain words, in English: for the command and for text that is kept. */
import type { Schedule } from '../../protocol/task/schedule.ts';
import { type CronPhrase, type DayPhrase, describeCron, type TimePhrase } from './phrase.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const units: readonly (readonly [number, string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

function list(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

function every(n: number, unit: string): string {
  return n === 1 ? `every ${unit}` : `every ${n} ${unit}s`;
}

/** `90 minutes`, `2 hours`: whole numbers of the largest unit that fits. */
function sayDuration(ms: number): string {
  const [size, unit] = units.find(([each]) => ms >= each && ms % each === 0) ?? [1000, 'second'];
  const n = Math.round((ms / size) * 10) / 10;
  return n === 1 ? `1 ${unit}` : `${n} ${unit}s`;
}

function sayTime(time: TimePhrase): string {
  switch (time.kind) {
    case 'at':
      return `at ${list(time.times.map(([hour, minute]) => `${two(hour)}:${two(minute)}`))}`;
    case 'everySeconds':
      return every(time.n, 'second');
    case 'everyMinutes':
      return every(time.n, 'minute');
    case 'everyHours':
      return time.minutes.join() === '0'
        ? every(time.n, 'hour')
        : `${every(time.n, 'hour')} at minute ${list(time.minutes.map(String))}`;
  }
}

function sayDay(day: DayPhrase, isTimed: boolean): string {
  switch (day.kind) {
    case 'every':
      return isTimed ? 'every day' : '';
    case 'weekdays':
      return 'on weekdays';
    case 'daysOfWeek':
      return `on ${list(day.days.map((each) => days[each] ?? ''))}`;
    case 'daysOfMonth':
      return `on day ${list(day.days.map(String))} of the month`;
  }
}

function sayPhrase(phrase: CronPhrase, pattern: string): string {
  if (phrase.kind === 'pattern') {
    return `cron ${pattern}`;
  }
  const isTimed = phrase.time.kind === 'at';
  const parts = [
    sayDay(phrase.day, isTimed),
    phrase.months.length === 0 ? '' : `in ${list(phrase.months.map((n) => months[n - 1] ?? ''))}`,
  ].filter((part) => part !== '');
  const time = sayTime(phrase.time);
  return isTimed ? [...parts, time].join(' ') : [time, ...parts].join(' ');
}

/** "every 2 hours", "on weekdays at 09:00 (Europe/Berlin)"; without the zone when it is `home`. */
export function saySchedule(schedule: Schedule, home?: string): string {
  switch (schedule.kind) {
    case 'none':
      return 'when you run it';
    case 'once':
      return 'once';
    case 'every':
      return `every ${sayDuration(schedule.everyMs).replace(/^1 /, '')}`;
    case 'cron': {
      const said = sayPhrase(describeCron(schedule.pattern), schedule.pattern);
      return schedule.zone === home ? said : `${said} (${schedule.zone})`;
    }
  }
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s`, `30m`, `1h30m`, `2d` in milliseconds; undefined for what is none. */
export function readDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d{1,6})([smhd])/g)];
  const ms = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0),
    0,
  );
  return parts.map(([part]) => part).join('') === text && ms > 0 ? ms : undefined;
}
