import type { NoticeSettings } from '../../protocol/attention/notice.ts';

/** Minutes since midnight of the machine's local wall time; each day has 1,440 of them, whatever its clocks do. */
export function minuteOfDay(wallMs: number): number {
  const date = new Date(wallMs);
  return date.getHours() * 60 + date.getMinutes();
}

/** From the first minute up to the last, which is outside; over midnight when it begins later than it ends; equal: all day. */
export function isQuiet(quietHours: NoticeSettings['quietHours'], minute: number): boolean {
  if (quietHours === null) return false;
  const [from, to] = [toMinute(quietHours.from), toMinute(quietHours.to)];
  if (from < to) return minute >= from && minute < to;
  return minute >= from || minute < to;
}

function toMinute(clockTime: string): number {
  const [hours = '0', minutes = '0'] = clockTime.split(':');
  return Number(hours) * 60 + Number(minutes);
}
