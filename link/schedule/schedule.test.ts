import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { checkSchedule, nextTime, nextTimes, saySchedule } from './schedule.ts';
import type { Schedule } from '../../protocol/task/schedule.ts';

function cron(pattern: string, zone = 'UTC'): Schedule {
  return { kind: 'cron', pattern, zone };
}

function times(schedule: Schedule, after: string, count: number): string[] {
  return nextTimes(schedule, Date.parse(after), count).map((at) => new Date(at).toISOString());
}

describe('planned times', () => {
  it('come from an anchor for every n, before and after it', () => {
    const every: Schedule = { kind: 'every', everyMs: 3_600_000, anchor: '2026-01-01T00:10:00Z' };
    assert.deepEqual(times(every, '2026-01-01T05:10:00Z', 2), [
      '2026-01-01T06:10:00.000Z',
      '2026-01-01T07:10:00.000Z',
    ]);
    assert.deepEqual(times(every, '2025-12-01T00:00:00Z', 1), ['2026-01-01T00:10:00.000Z']);
  });

  it('are one for once, and none when it has passed', () => {
    const once: Schedule = { kind: 'once', at: '2026-01-01T00:10:00Z' };
    assert.deepEqual(times(once, '2026-01-01T00:00:00Z', 3), ['2026-01-01T00:10:00.000Z']);
    assert.equal(nextTime(once, Date.parse('2026-01-01T00:10:00Z')), undefined);
  });

  it('of an hour that the clock jumps over come at the end of the gap, once', () => {
    assert.deepEqual(times(cron('0,30 2 * * *', 'Europe/Berlin'), '2026-03-28T12:00:00Z', 3), [
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  it('of an hour that comes twice come once, at the first', () => {
    assert.deepEqual(times(cron('30 2 * * *', 'Europe/Berlin'), '2026-10-24T12:00:00Z', 2), [
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('of every hour go with the clock that passes', () => {
    const hourly = cron('30 * * * *', 'Europe/Berlin');
    assert.deepEqual(times(hourly, '2026-10-25T00:00:00Z', 3), [
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T02:30:00.000Z',
    ]);
    assert.deepEqual(times(hourly, '2026-03-29T00:00:00Z', 2), [
      '2026-03-29T00:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
    ]);
  });

  it('know seconds, names, nicknames and the last day', () => {
    assert.deepEqual(times(cron('*/20 0 9 * * MON'), '2026-11-27T00:00:00Z', 2), [
      '2026-11-30T09:00:00.000Z',
      '2026-11-30T09:00:20.000Z',
    ]);
    assert.deepEqual(times(cron('@weekly'), '2026-11-27T00:00:00Z', 1), [
      '2026-11-29T00:00:00.000Z',
    ]);
    assert.deepEqual(times(cron('0 0 L * *'), '2026-02-01T00:00:00Z', 1), [
      '2026-02-28T00:00:00.000Z',
    ]);
  });
});

describe('a schedule', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');

  it('is refused with the field, what is wrong and what to do', () => {
    const refused: [Schedule, string, RegExp][] = [
      [cron('0 0 30 2 *'), 'pattern', /never comes/],
      [cron('99 * * * *'), 'pattern', /minute/],
      [cron('* * *'), 'pattern', /five fields/],
      [cron('0 9 * * *', 'Mars/Olympus'), 'zone', /not known/],
      [cron('0 9 * * *', '+02:00'), 'zone', /not known/],
      [{ kind: 'once', at: '2026-11-28T11:59:59Z' }, 'at', /passed/],
    ];
    for (const [schedule, field, reason] of refused) {
      const check = checkSchedule(schedule, now);
      assert.ok(!check.ok);
      assert.equal(check.field, field);
      assert.match(check.reason, reason);
      assert.ok(check.fix.length > 10);
    }
  });

  it('says itself in plain words', () => {
    const said: [Schedule, string][] = [
      [cron('0 9 * * 1-5'), 'on weekdays at 09:00'],
      [cron('0 9,17 * * *'), 'every day at 09:00 and 17:00'],
      [cron('*/5 * * * *'), 'every 5 minutes'],
      [cron('* * * * *'), 'every minute'],
      [cron('@hourly'), 'every hour'],
      [cron('15 */2 * * *'), 'every 2 hours at minute 15'],
      [cron('*/10 * * * * *'), 'every 10 seconds'],
      [cron('30 6 1,15 * *'), 'on day 1 and 15 of the month at 06:30'],
      [cron('0 8 * jan,jul sun'), 'on Sunday in January and July at 08:00'],
      [cron('0 8 * * 7'), 'on Sunday at 08:00'],
      [cron('0 0 L * *'), 'cron 0 0 L * *'],
      [{ kind: 'every', everyMs: 5_400_000, anchor: '2026-01-01T00:00:00Z' }, 'every 90 minutes'],
      [{ kind: 'every', everyMs: 3_600_000, anchor: '2026-01-01T00:00:00Z' }, 'every hour'],
    ];
    for (const [schedule, words] of said) {
      assert.equal(saySchedule(schedule, 'UTC'), words);
    }
    assert.equal(
      saySchedule(cron('0 9 * * *', 'Asia/Tokyo'), 'UTC'),
      'every day at 09:00 (Asia/Tokyo)',
    );
  });
});
