import assert from 'node:assert/strict';
import { PauseBudget } from './pauseBudget.ts';

describe('the pause budget', () => {
  it('is a quarter of a second in all', () => {
    const budget = new PauseBudget();
    const steps = [budget.start(0), budget.leftMs(100)];
    budget.stop(100);
    steps.push(budget.leftMs(5000), budget.start(5000), budget.leftMs(5150));
    budget.stop(5150);
    steps.push(budget.start(6000));
    assert.deepEqual(steps, [true, 150, 150, true, 0, false]);
  });

  it('comes back when the client has everything', () => {
    const budget = new PauseBudget();
    budget.start(0);
    budget.stop(300);
    const before = budget.start(300);
    budget.restore();
    assert.deepEqual([before, budget.start(300)], [false, true]);
  });

  it('is not for a client that said nothing in a pause, until it says something', () => {
    const budget = new PauseBudget();
    budget.start(0);
    budget.stop(50);
    budget.notHeard();
    const before = budget.start(100);
    budget.heard();
    assert.deepEqual([before, budget.start(200), budget.leftMs(200)], [false, true, 200]);
  });
});
