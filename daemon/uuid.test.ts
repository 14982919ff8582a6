import assert from 'node:assert/strict';
import { createUuid } from './uuid.ts';

describe('ids', () => {
  it('are UUIDs of version 7', () => {
    assert.match(
      createUuid(),
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('sort as they were made, within a millisecond and when the clock is set back', () => {
    const now = Date.now();
    const clocks = [now, now, now - 86_400_000, now + 5, now, ...Array<number>(10_000).fill(now)];
    const made = clocks.map((nowMs) => createUuid(nowMs));
    assert.deepEqual(made, made.toSorted());
    assert.equal(new Set(made).size, made.length);
  });
});
