import assert from 'node:assert/strict';
import type { TypedWhen } from './whenText.ts';
import { parseWhen } from './whenText.ts';

// A Wednesday.
const now = new Date(2026, 10, 25, 10, 7, 30).getTime();
const at = (...parts: [number, number, number, number, number]): number =>
  new Date(...parts).getTime();

function read(text: string): TypedWhen | undefined {
  return parseWhen(text, now);
}

describe('when, as a person types it', () => {
  it('is a moment, counted from now or named', () => {
    const moments: Record<string, number> = {
      'in 20 min': now + 20 * 60_000,
      'in an hour': now + 3_600_000,
      'in 2 days': now + 2 * 86_400_000,
      '18:00': at(2026, 10, 25, 18, 0),
      '9:30': at(2026, 10, 26, 9, 30),
      '6pm': at(2026, 10, 25, 18, 0),
      'at 12am': at(2026, 10, 26, 0, 0),
      'today 18:00': at(2026, 10, 25, 18, 0),
      'today 8:00': at(2026, 10, 25, 8, 0),
      'tomorrow at 9': at(2026, 10, 26, 9, 0),
      'Tomorrow 9:15': at(2026, 10, 26, 9, 15),
      'friday 17:30': at(2026, 10, 27, 17, 30),
      'wednesday 9:00': at(2026, 11, 2, 9, 0),
      'next mon at 8am': at(2026, 10, 30, 8, 0),
      '2026-12-01 8:05': at(2026, 11, 1, 8, 5),
      '2026-12-01': at(2026, 11, 1, 0, 0),
      '2026-12-01T08:00Z': Date.UTC(2026, 11, 1, 8),
    };
    for (const [text, atMs] of Object.entries(moments))
      assert.deepEqual(read(text), { kind: 'once', atMs }, text);
  });

  it('is every so often, at round times when they divide the day', () => {
    const hour = 3_600_000;
    const often: Record<string, readonly [number, number]> = {
      'every hour': [hour, at(2026, 10, 25, 11, 0)],
      hourly: [hour, at(2026, 10, 25, 11, 0)],
      'every 15 min': [hour / 4, at(2026, 10, 25, 10, 15)],
      'every 2h': [2 * hour, at(2026, 10, 25, 12, 0)],
      'every 7 minutes': [7 * 60_000, at(2026, 10, 25, 10, 14)],
      'every day': [24 * hour, at(2026, 10, 26, 0, 0)],
    };
    for (const [text, [everyMs, anchorMs]] of Object.entries(often))
      assert.deepEqual(read(text), { kind: 'every', everyMs, anchorMs }, text);
  });

  it('is days of the week or the month, as cron says them', () => {
    const lines: Record<string, string> = {
      'weekdays 09:00': '0 9 * * 1-5',
      'every weekday at 9:30': '30 9 * * 1-5',
      'daily at 7': '0 7 * * *',
      'every day 7pm': '0 19 * * *',
      'weekends 10:00': '0 10 * * 0,6',
      'every monday 9:30': '30 9 * * 1',
      'mondays at 9': '0 9 * * 1',
      'mon, wed and fri 18:00': '0 18 * * 1,3,5',
      'monthly on the 1st at 9:00': '0 9 1 * *',
      '0 9 * * 1-5': '0 9 * * 1-5',
      '*/10 * * * * *': '*/10 * * * * *',
      '0  9 * * MON#1': '0 9 * * MON#1',
      '@daily': '@daily',
    };
    for (const [text, expression] of Object.entries(lines))
      assert.deepEqual(read(text), { kind: 'cron', expression }, text);
  });

  it('is nothing while it is not understood', () => {
    const others = [
      '',
      '9',
      'every',
      'every 0 min',
      'tomorrow',
      '25:00',
      '13pm',
      '2026-02-31 08:00',
      'soon',
      'a b c d e',
    ];
    for (const text of others) assert.equal(read(text), undefined, text);
  });
});
