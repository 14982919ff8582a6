import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Heights } from './heights.ts';

describe('the heights of rows', () => {
  it('say where a row stands, however they change', () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 90 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const heights = new Heights();
        heights.grow(20, 40);
        heights.grow(50, 30);
        const plain: number[] = Array.from({ length: 50 }, (_, index) => (index < 20 ? 40 : 30));
        for (const [position, height] of changes) {
          heights.set(position, height);
          plain[position - 1] = height;
          const top = plain.slice(0, position).reduce((sum, one) => sum + one, 0);
          assert.equal(heights.topOf(position + 1), top);
        }
        assert.equal(
          heights.total,
          plain.reduce((sum, one) => sum + one, 0),
        );
      }),
      { seed: 4711, numRuns: 100 },
    );
  });

  it('find the row at a place, past those without a height', () => {
    const heights = new Heights();
    heights.grow(4, 10);
    heights.set(2, 0);
    assert.deepEqual(
      [0, 9, 10, 19, 20, 999].map((y) => heights.positionAt(y)),
      [1, 1, 3, 3, 4, 4],
    );
    heights.clear();
    assert.equal(heights.total, 0);
  });
});
