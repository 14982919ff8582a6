/** Moments that lie ahead, and lengths of time, in the words of rows. Knows no editor. */
import { describeClock } from '../clock.ts';
import type { Translate } from '../translate.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** "in 12 min", "18:00", "tomorrow 09:00", "Mon 09:00", "1 Dec 09:00": no longer than one must read. Local. */
export function describeMoment(at: string, nowMs: number, t: Translate): string {
  const atMs = Date.parse(at);
  const minutes = Math.round((atMs - nowMs) / minuteMs);
  if (minutes >= 0 && minutes < 1) return t('now');
  if (minutes > 0 && minutes < 60) return t('in {0} min', minutes);
  const clock = describeClock(at);
  const days = daysBetween(nowMs, atMs);
  if (days === 0) return clock;
  if (days === 1) return t('tomorrow {0}', clock);
  const isNear = days > 1 && days < 7;
  return `${nameDay(atMs, isNear ? 'near' : sameYear(nowMs, atMs) ? 'far' : 'year')} ${clock}`;
}

/** "Tue 1 Dec 09:00:30": what stands in lists of times, where each must say its day. Local. */
export function describeExactly(at: string): string {
  const date = new Date(at);
  const seconds = date.getSeconds();
  const rest = seconds === 0 ? '' : `:${String(seconds).padStart(2, '0')}`;
  return `${nameDay(date.getTime(), 'whole')} ${describeClock(at)}${rest}`;
}

/** "40 s", "12 min", "1 h 5 min". */
export function describeLength(ms: number, t: Translate): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return t('{0} s', seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('{0} min', minutes);
  const rest = minutes % 60;
  const hours = Math.floor(minutes / 60);
  return rest === 0 ? t('{0} h', hours) : t('{0} h {1} min', hours, rest);
}

function daysBetween(fromMs: number, toMs: number): number {
  const midnight = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((midnight(toMs) - midnight(fromMs)) / dayMs);
}

function sameYear(leftMs: number, rightMs: number): boolean {
  return new Date(leftMs).getFullYear() === new Date(rightMs).getFullYear();
}

const dayParts: Readonly<Record<'near' | 'far' | 'year' | 'whole', Intl.DateTimeFormatOptions>> = {
  near: { weekday: 'short' },
  far: { day: 'numeric', month: 'short' },
  year: { day: 'numeric', month: 'short', year: 'numeric' },
  whole: { weekday: 'short', day: 'numeric', month: 'short' },
};

function nameDay(ms: number, parts: keyof typeof dayParts): string {
  return new Date(ms).toLocaleDateString(undefined, dayParts[parts]);
}
