import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ClockBelief } from './trustedClock.ts';
import { lookAtClock } from './trustedClock.ts';

const hourMs = 3_600_000;

/** Looks once per hour; each entry says how far the clock moved meanwhile, in hours. */
function lookHourly(moves: readonly number[], from: ClockBelief): boolean[] {
  let belief = from;
  return moves.map((hours) => {
    const wallMs = belief.wallMs + hours * hourMs;
    belief = lookAtClock(belief, { wallMs, passedMs: hourMs });
    return belief.doubtMs === 0;
  });
}

const believed: ClockBelief = { wallMs: 1_800_000_000_000, doubtMs: 0 };
const steady = (hours: number): number[] => Array.from({ length: hours }, () => 1);

describe('the belief in the clock', () => {
  it('holds while the clock moves with time, also over a night of sleep', () => {
    assert.deepEqual(lookHourly([1, 1, 9, 1, 9], believed), [true, true, true, true, true]);
  });

  it('ends at a jump of two days, and comes back after a day without another one', () => {
    const looks = lookHourly([48, ...steady(23), 1, 1], believed);
    assert.deepEqual(looks.slice(0, -2).includes(true), false);
    assert.deepEqual(looks.slice(-2), [true, true]);
  });

  it('outlives a jump that was corrected: nothing was believed in between', () => {
    assert.deepEqual(lookHourly([48, -47, 1], believed), [false, false, false]);
  });

  it('comes for a machine that is off each night, although its clock jumps each morning', () => {
    const days = Array.from({ length: 4 }, () => [15, ...steady(9)]).flat();
    assert.ok(lookHourly(days, believed).slice(1).includes(true));
  });

  it('is not there in a data directory that no clock was seen in', () => {
    assert.ok(lookAtClock(undefined, { wallMs: 1, passedMs: 0 }).doubtMs > 0);
  });

  it('never comes sooner after a jump than a day of looks, whatever else happens', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 22 }), (moves) => {
        assert.ok(!lookHourly([40, ...moves], believed).includes(true));
      }),
    );
  });
});
