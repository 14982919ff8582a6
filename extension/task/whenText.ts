/**
 * When something is to be done, as a person types it: "in 20 min", "tomorrow 9", "every 2 h", "weekdays 09:00", or a cron
 * line. Reads English words and the numbers of every language; knows no editor and evaluates nothing.
 */

/** `everyMs`: counted from `anchorMs`, so that the times are round ones. */
export type TypedWhen =
  | { readonly kind: 'once'; readonly atMs: number }
  | { readonly kind: 'every'; readonly everyMs: number; readonly anchorMs: number }
  | { readonly kind: 'cron'; readonly expression: string };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
};
const unitWords = 's|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?';
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const dayWord = '(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*';
const clock = String.raw`(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?`;

type Reader = (text: string, nowMs: number) => TypedWhen | undefined;

const readers: readonly Reader[] = [
  readCron,
  readIn,
  readEvery,
  readNamedDays,
  readMonthly,
  readInstant,
  readDayAndClock,
];

/** Undefined: nothing that is understood. A cron line is taken as it is; whether it ever fires is for who evaluates it. */
export function parseWhen(typed: string, nowMs: number): TypedWhen | undefined {
  const text = typed.trim().replaceAll(/\s+/g, ' ');
  if (text === '') return undefined;
  for (const read of readers) {
    const found = read(text, nowMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readCron(text: string): TypedWhen | undefined {
  if (/^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.test(text))
    return { kind: 'cron', expression: text.toLowerCase() };
  const fields = text.split(' ');
  if (fields.length !== 5 && fields.length !== 6) return undefined;
  const isCron = fields.every(
    (field) => /^[\d*?/,\-LW#A-Za-z]+$/.test(field) && !/^at$/i.test(field),
  );
  return isCron && /[\d*]/.test(fields[0] ?? '') ? { kind: 'cron', expression: text } : undefined;
}

/** "in 20 min", "in an hour". */
function readIn(text: string, nowMs: number): TypedWhen | undefined {
  const match = new RegExp(`^in (an?|\\d{1,4}) ?(${unitWords})$`, 'i').exec(text);
  if (match === null) return undefined;
  return { kind: 'once', atMs: nowMs + lengthOf(match[1], match[2]) };
}

/** "every hour", "every 15 min", "hourly"; what divides a day stands at round times of it. */
function readEvery(text: string, nowMs: number): TypedWhen | undefined {
  if (/^hourly$/i.test(text)) return every(hourMs, nowMs);
  const match = new RegExp(`^every (?:(\\d{1,5}) ?)?(${unitWords})$`, 'i').exec(text);
  if (match === null) return undefined;
  const everyMs = lengthOf(match[1] ?? '1', match[2]);
  return everyMs > 0 ? every(everyMs, nowMs) : undefined;
}

function every(everyMs: number, nowMs: number): TypedWhen {
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
  const isRound = dayMs % everyMs === 0;
  const start = isRound ? midnight : Math.floor(nowMs / minuteMs) * minuteMs;
  const passed = Math.floor((nowMs - start) / everyMs);
  return { kind: 'every', everyMs, anchorMs: start + (passed + 1) * everyMs };
}

/** "weekdays 09:00", "daily at 7", "every monday 9:30", "mon, wed, fri 18:00". */
function readNamedDays(text: string): TypedWhen | undefined {
  const days = `daily|every ?day|weekdays?|every weekday|weekends?|${dayWord}(?: ?(?:,|and|\\+) ?${dayWord})*s?`;
  const plural = new RegExp(`^(every )?(${days})(?:,? (?:at )?${clock})$`, 'i').exec(text);
  if (plural === null) return undefined;
  const [, isEvery, named = '', hour, minute, half] = plural;
  const at = readClock(hour, minute, half);
  const fields = dayField(named.toLowerCase(), isEvery !== undefined);
  if (at === undefined || fields === undefined) return undefined;
  return { kind: 'cron', expression: `${at.minute} ${at.hour} * * ${fields}` };
}

/** One day without "every" is that day, once: read elsewhere. */
function dayField(named: string, isEvery: boolean): string | undefined {
  if (/^(daily|every ?day|day)$/.test(named)) return '*';
  if (/weekday/.test(named)) return '1-5';
  if (named.startsWith('weekend')) return '0,6';
  const days = named.match(/[a-z]+/g)?.filter((word) => word !== 'and') ?? [];
  const numbers = days.map((day) => dayNames.findIndex((name) => day.startsWith(name)));
  const isOne = days.length === 1 && !isEvery && !(days[0]?.endsWith('days') ?? false);
  return isOne ? undefined : [...new Set(numbers)].sort((left, right) => left - right).join(',');
}

/** "monthly 1 09:00": the day of the month. */
function readMonthly(text: string): TypedWhen | undefined {
  const match = new RegExp(
    `^monthly(?: on(?: the)?)? (\\d{1,2})(?:st|nd|rd|th)?,? (?:at )?${clock}$`,
    'i',
  ).exec(text);
  if (match === null) return undefined;
  const day = Number(match[1]);
  const at = readClock(match[2], match[3], match[4]);
  if (at === undefined || day < 1 || day > 31) return undefined;
  return { kind: 'cron', expression: `${at.minute} ${at.hour} ${day} * *` };
}

/** "2026-12-01 08:00", with or without seconds, zone or time; what has no zone is local. */
function readInstant(text: string): TypedWhen | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(text);
  if (match === null) return undefined;
  const [, date, time = '00:00', zone = ''] = match;
  const atMs = Date.parse(
    `${date}T${time.padStart(time.length < 7 ? 5 : 8, '0')}${zone.toUpperCase()}`,
  );
  const isThatDay = zone !== '' || new Date(atMs).getDate() === Number(date?.slice(8));
  return Number.isNaN(atMs) || !isThatDay ? undefined : { kind: 'once', atMs };
}

/** "18:00", "today 18:00", "tomorrow at 9", "monday 9:00", "next friday 17:30": the next such moment. */
function readDayAndClock(text: string, nowMs: number): TypedWhen | undefined {
  const match = new RegExp(
    `^(?:at )?(?:(today|tomorrow|(?:(?:next|on) )?${dayWord}),? ?(?:at )?)?${clock}$`,
    'i',
  ).exec(text);
  if (match === null) return undefined;
  const [, day, hour, minute, half] = match;
  // A number alone is more likely the beginning of something else.
  if (day === undefined && minute === undefined && half === undefined) return undefined;
  const at = readClock(hour, minute, half);
  if (at === undefined) return undefined;
  const date = new Date(nowMs);
  date.setHours(at.hour, at.minute, 0, 0);
  const days = daysUntil(day?.toLowerCase(), {
    today: date.getDay(),
    hasPassed: date.getTime() <= nowMs,
  });
  date.setDate(date.getDate() + days);
  return { kind: 'once', atMs: date.getTime() };
}

function daysUntil(
  day: string | undefined,
  { today, hasPassed }: { readonly today: number; readonly hasPassed: boolean },
): number {
  if (day === 'today') return 0;
  if (day === 'tomorrow') return 1;
  if (day === undefined) return hasPassed ? 1 : 0;
  const name = day.replace(/^(next|on) /, '');
  const days = (dayNames.findIndex((one) => name.startsWith(one)) - today + 7) % 7;
  return days === 0 && hasPassed ? 7 : days;
}

function readClock(
  hour: string | undefined,
  minute: string | undefined,
  half: string | undefined,
): { readonly hour: number; readonly minute: number } | undefined {
  const hours = Number(hour);
  const minutes = Number(minute ?? '0');
  if (half !== undefined && (hours < 1 || hours > 12)) return undefined;
  const isAfternoon = half?.toLowerCase() === 'pm';
  const whole = half === undefined ? hours : (hours % 12) + (isAfternoon ? 12 : 0);
  return whole <= 23 && minutes <= 59 ? { hour: whole, minute: minutes } : undefined;
}

function lengthOf(count: string | undefined, unit: string | undefined): number {
  const number = /^an?$/i.test(count ?? '') ? 1 : Number(count);
  return number * (units[(unit ?? 'm').slice(0, 1).toLowerCase()] ?? minuteMs);
}
