import assert from 'node:assert/strict';
import { Slices } from './slices.ts';

describe('rows that are drawn for the first time', () => {
  const eye = 5;
  const share = (slices: Slices, positions: readonly number[], isSettling = false): number[] => {
    const describeRow = (position: number) => ({
      position,
      weight: 2500,
      distance: Math.abs(position - eye),
    });
    slices.share(positions, describeRow, isSettling);
    return positions.filter((position) => slices.isDrawn(position));
  };
  const rows = [1, 2, 3, 4, 5, 6, 7];

  it('come nearest first, as many as fit into a frame, until all are there', () => {
    const slices = new Slices();
    assert.deepEqual(share(slices, rows), [4, 5]);
    assert.equal(slices.pending, 5);
    assert.deepEqual(share(slices, rows), [3, 4, 5, 6]);
    assert.deepEqual(share(slices, rows), [2, 3, 4, 5, 6, 7]);
    assert.deepEqual(share(slices, rows), rows);
    assert.equal(slices.pending, 0);
  });

  it('wait while the frame is drawn once more', () => {
    const slices = new Slices();
    share(slices, rows);
    assert.deepEqual(share(slices, rows, true), [4, 5]);
    assert.equal(slices.pending, 5);
  });

  it('are new again after they were gone', () => {
    const slices = new Slices();
    share(slices, [4, 5]);
    share(slices, [20]);
    assert.deepEqual(share(slices, rows), [4, 5]);
    assert.equal(slices.pending, 5);
  });

  it('are fewer after a frame that took long, but one at least, and more after short ones', () => {
    const slices = new Slices();
    for (let frame = 0; frame < 10; frame += 1) slices.took(200);
    assert.deepEqual(share(slices, rows), [5]);
    for (let frame = 0; frame < 20; frame += 1) slices.took(1);
    assert.deepEqual(share(slices, rows), rows);
  });
});
