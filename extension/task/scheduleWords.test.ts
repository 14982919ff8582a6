import assert from 'node:assert/strict';
import { localZone } from '../../link/schedule/schedule.ts';
import { inEnglish as t } from '../translate.ts';
import { describeSchedule } from './scheduleWords.ts';

const cron = (pattern: string, zone = localZone()): string =>
  describeSchedule({ kind: 'cron', pattern, zone }, t);
const every = (everyMs: number): string =>
  describeSchedule({ kind: 'every', everyMs, anchor: '2026-11-20T08:00:00.000Z' }, t);

describe('a schedule in plain words', () => {
  it('says how often', () => {
    assert.deepEqual(
      [3_600_000, 7_200_000, 900_000, 60_000, 86_400_000, 172_800_000, 10_000].map(every),
      [
        'every hour',
        'every 2 h',
        'every 15 min',
        'every minute',
        'every day',
        'every 2 days',
        'every 10 s',
      ],
    );
  });

  it('says a cron line, also a rare one', () => {
    const said: Record<string, string> = {
      '0 9 * * 1-5': 'weekdays 09:00',
      '30 9 * * *': 'daily 09:30',
      '0 9,18 * * *': 'daily 09:00, 18:00',
      '0 9 * * 1,3': 'Mon, Wed 09:00',
      '*/15 * * * *': 'every 15 min',
      '0 */2 * * 1-5': 'every 2 h weekdays',
      '0 9 1 * *': 'on day 1 of the month 09:00',
      '0 9 * 12 *': 'daily 09:00 in Dec',
      '@daily': 'daily 00:00',
      '0 9 * * MON#1': 'at 09:00, on the first Monday of the month',
      'not a pattern at all': 'cron not a pattern at all',
    };
    for (const [pattern, words] of Object.entries(said))
      assert.equal(cron(pattern), words, pattern);
  });

  it('names a zone that is not this machine’s', () => {
    const zone = localZone() === 'Asia/Tokyo' ? 'Europe/Berlin' : 'Asia/Tokyo';
    assert.equal(cron('0 9 * * *', zone), `daily 09:00 (${zone})`);
  });
});
