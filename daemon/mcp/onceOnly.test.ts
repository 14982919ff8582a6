import assert from 'node:assert/strict';
import { OnceOnly } from './onceOnly.ts';

describe('what is done once', () => {
  let now: number;
  let acts: number;
  let once: OnceOnly;
  beforeEach(() => {
    [now, acts] = [0, 0];
    once = new OnceOnly({ monotonicMs: () => now });
  });
  const act = (): Promise<number> => Promise.resolve((acts += 1));
  const fail = (): Promise<number> => Promise.reject(new Error('cut'));

  it('is done once for a key, whenever it is asked for again', async () => {
    const asked = { key: 'a', input: { x: 1 } };
    const both = await Promise.all([once.run(asked, act), once.run(asked, act)]);
    assert.deepEqual([...both, await once.run(asked, act)], [1, 1, 1]);
    assert.deepEqual(await once.run({ key: 'b', input: { x: 1 } }, act), 2);
    now = 16 * 60_000;
    assert.equal(await once.run(asked, act), 3);
  });

  it('is refused for a key that was used for something else', async () => {
    await once.run({ key: 'a', input: { x: 1 } }, act);
    await assert.rejects(once.run({ key: 'a', input: { x: 2 } }, act), { code: 'conflict' });
  });

  it('is tried again when it was given up, also by whoever waited for it', async () => {
    const asked = { key: 'a', input: {} };
    const first = once.run(asked, fail);
    const second = once.run(asked, act);
    await assert.rejects(first, /cut/);
    assert.equal(await second, 1);
    assert.equal(await once.run(asked, act), 1);
  });
});
