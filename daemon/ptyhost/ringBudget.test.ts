import assert from 'node:assert/strict';
import type { BudgetedRing } from './ringBudget.ts';
import { RingBudget } from './ringBudget.ts';

const kiB = 1024;

function createRing(capacityBytes: number, activeAt: number, minimumBytes = 0): BudgetedRing {
  const ring = {
    activeAt,
    minimumBytes,
    wantedBytes: capacityBytes,
    capacityBytes,
    setCapacity: (bytes: number) => {
      ring.capacityBytes = bytes;
    },
  };
  return ring;
}

describe('the memory of all rings', () => {
  it('is given without shrinking anything while there is room', () => {
    const rings = [createRing(400 * kiB, 1)];
    const granted = new RingBudget(1024 * kiB).grant(600 * kiB, rings);
    assert.deepEqual([granted, rings[0]?.capacityBytes], [600 * kiB, 400 * kiB]);
  });

  it('comes from the longest idle rings first', () => {
    const rings = [createRing(400 * kiB, 2), createRing(400 * kiB, 1)];
    const granted = new RingBudget(1024 * kiB).grant(400 * kiB, rings);
    const left = rings.map(({ capacityBytes }) => capacityBytes / kiB);
    assert.deepEqual([granted, left], [400 * kiB, [400, 224]]);
  });

  it('goes back to the rings that shrank when some becomes free, to those in use first', () => {
    const rings = [createRing(400 * kiB, 1), createRing(400 * kiB, 2), createRing(100 * kiB, 3)];
    const budget = new RingBudget(1024 * kiB);
    budget.grant(700 * kiB, rings);
    const sizes = (): number[] => rings.map(({ capacityBytes }) => capacityBytes / kiB);
    assert.deepEqual(sizes(), [64, 160, 100]);
    budget.giveBack([...rings, createRing(300 * kiB, 4)]);
    assert.deepEqual(sizes(), [224, 400, 100]);
    budget.giveBack(rings);
    assert.deepEqual(sizes(), [400, 400, 100]);
  });

  it('stays under its cap with two hundred that want 4 MiB, and leaves each something', () => {
    const budget = new RingBudget();
    const rings: BudgetedRing[] = [];
    for (let at = 0; at < 200; at += 1) rings.push(createRing(budget.grant(4096 * kiB, rings), at));
    const sizes = rings.map(({ capacityBytes }) => capacityBytes);
    const sum = sizes.reduce((total, size) => total + size, 0);
    assert.ok(sum <= 256 * 1024 * kiB, `${sum} bytes`);
    assert.ok(Math.min(...sizes) >= 64 * kiB);
    assert.equal(sizes.at(-1), 4096 * kiB);
  });

  it('leaves each ring 64 KiB and a queue all it has', () => {
    const rings = [createRing(500 * kiB, 1), createRing(500 * kiB, 0, 500 * kiB)];
    const granted = new RingBudget(1024 * kiB).grant(800 * kiB, rings);
    const left = rings.map(({ capacityBytes }) => capacityBytes / kiB);
    assert.deepEqual([granted / kiB, left], [460, [64, 500]]);
  });
});
