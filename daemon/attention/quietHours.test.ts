import assert from 'node:assert/strict';
import { isQuiet, minuteOfDay } from './quietHours.ts';

const night = { from: '22:30', to: '07:00' };

describe('quiet hours', () => {
  const before = process.env['TZ'];
  afterEach(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  const quietAt = (instant: string): boolean => isQuiet(night, minuteOfDay(Date.parse(instant)));

  it('go over midnight: the first minute is in them, the last is not', () => {
    const minutes = [22 * 60 + 29, 22 * 60 + 30, 0, 6 * 60 + 59, 7 * 60, 12 * 60];
    assert.deepEqual(
      minutes.map((minute) => isQuiet(night, minute)),
      [false, true, true, true, false, false],
    );
  });

  it('lie within a day, or fill it when both ends are the same', () => {
    const lunch = { from: '12:00', to: '13:00' };
    const minutes = [11 * 60 + 59, 12 * 60, 13 * 60];
    assert.deepEqual(
      minutes.map((minute) => isQuiet(lunch, minute)),
      [false, true, false],
    );
    assert.ok(isQuiet({ from: '08:00', to: '08:00' }, 0));
    assert.ok(!isQuiet(null, 0));
  });

  it('end by the clock on the wall on both days on which it is changed', () => {
    process.env['TZ'] = 'Europe/Berlin';
    // In spring 07:00 comes an hour earlier after midnight, in autumn an hour later.
    assert.deepEqual(['2026-03-29T04:59:00Z', '2026-03-29T05:00:00Z'].map(quietAt), [true, false]);
    assert.deepEqual(['2026-10-25T05:59:00Z', '2026-10-25T06:00:00Z'].map(quietAt), [true, false]);
    // 02:30 comes twice in autumn, and both are at night.
    assert.deepEqual(['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(quietAt), [true, true]);
  });
});
