/** Times in the words of rows: the hour of an instant, and how long something has been going on. */
import type { Translate } from './translate.ts';

const minuteMs = 60_000;

/** `08:12`, local. `at` is an ISO instant. */
export function describeClock(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** "now", "2 min", "3 h", "5 d". The times may be off by a clock's jump: what lies ahead is "now". */
export function describeAge(since: string, nowMs: number, t: Translate): string {
  const minutes = Math.floor((nowMs - Date.parse(since)) / minuteMs);
  if (!(minutes >= 1)) return t('now');
  if (minutes < 60) return t('{0} min', minutes);
  if (minutes < 48 * 60) return t('{0} h', Math.floor(minutes / 60));
  return t('{0} d', Math.floor(minutes / (24 * 60)));
}
