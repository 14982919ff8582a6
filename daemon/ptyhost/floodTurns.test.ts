import assert from 'node:assert/strict';
import type { Flood } from './floodTurns.ts';
import { FloodTurns } from './floodTurns.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Has so many reads to give, each of which takes a while. */
class CountedFlood implements Flood {
  reads = 0;
  isResting = false;
  readonly #work: () => void;
  #left: number;

  constructor(left: number, work: () => void) {
    this.#left = left;
    this.#work = work;
  }

  readOn(): number {
    if (this.#left === 0) return 0;
    this.#left -= 1;
    this.reads += 1;
    this.#work();
    return 1;
  }

  rest(): void {
    this.isResting = true;
  }
}

describe('the turns of floods', () => {
  let now: number;
  let turns: FloodTurns;
  beforeEach(() => {
    now = 1000;
    turns = new FloodTurns(() => now);
  });

  /** Each of its reads takes so long. */
  const flood = (reads: number, ms: number): CountedFlood =>
    new CountedFlood(reads, () => (now += ms));

  async function untilResting(floods: readonly CountedFlood[]): Promise<void> {
    while (!floods.every(({ isResting }) => isResting)) await turn();
  }

  it('read one after the other: none gets two more reads than another', async () => {
    const floods = Array.from({ length: 5 }, () => flood(20, 0.15));
    for (const one of floods) turns.add(one);
    while (floods.some(({ reads }) => reads < 20)) {
      await turn();
      const counts = floods.map(({ reads }) => reads);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
    }
    await untilResting(floods);
  });

  it('end behind the first read that took the whole time, whoever else waits', async () => {
    const floods = Array.from({ length: 4 }, () => flood(1, 1));
    for (const one of floods) turns.add(one);
    const counts = [];
    for (let count = 0; count < 4; count += 1) {
      await turn();
      counts.push(floods.filter(({ reads }) => reads > 0).length);
    }
    assert.deepEqual(counts, [1, 2, 3, 4]);
    await untilResting(floods);
  });

  it('let a flood rest that has no more, and pass over one that left', async () => {
    const [done, left] = [flood(2, 0.01), flood(2, 0.01)];
    turns.add(done);
    turns.add(left);
    turns.delete(left);
    await untilResting([done]);
    assert.deepEqual([done.reads, left.reads, left.isResting], [2, 0, false]);
  });

  it('read nothing for a moment after a key, and go on when its echo came', async () => {
    const loud = flood(1000, 0.01);
    turns.hold();
    turns.add(loud);
    assert.equal(turns.hasTime(), false);
    now += 1.9;
    await turn();
    assert.equal(loud.reads, 0);
    turns.release();
    await turn();
    assert.ok(loud.reads >= 19 && loud.reads <= 21, `${loud.reads} reads in a turn of 0.2 ms`);
    await untilResting([loud]);
  });

  it('go on by themselves when no echo comes', async () => {
    const loud = flood(3, 0.01);
    turns.hold();
    turns.add(loud);
    await turn();
    assert.equal(loud.reads, 0);
    now += 2;
    await untilResting([loud]);
    assert.equal(loud.reads, 3);
  });
});
