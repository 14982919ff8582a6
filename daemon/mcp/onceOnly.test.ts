import assert from 'node:assert/strict';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { silentLogger } from '../log/log.ts';
import type { KeptCall, KeyedCall } from './ledger.ts';
import { LastingLedger, PassingLedger } from './ledger.ts';
import type { KeyedAsk } from './onceOnly.ts';
import { OnceOnly } from './onceOnly.ts';

describe('what is done once', () => {
  let now: number;
  let acts: number;
  let once: OnceOnly;
  let ledger: PassingLedger;
  beforeEach(() => {
    [now, acts] = [0, 0];
    once = new OnceOnly();
    ledger = new PassingLedger({ monotonicMs: () => now });
  });
  const act = (): Promise<number> => Promise.resolve((acts += 1));
  const fail = (): Promise<number> => Promise.reject(new Error('cut'));
  const ask = (key: string, over: Partial<KeyedAsk> = {}): KeyedAsk => ({
    ...{ principalId: 'p', tool: 'act', key, input: { x: 1 }, ledger, isRepeatable: false },
    ...over,
  });

  it('is done once for a key, whenever it is asked for again', async () => {
    const both = await Promise.all([once.run(ask('a'), act), once.run(ask('a'), act)]);
    assert.deepEqual([...both, await once.run(ask('a'), act)], [1, 1, 1]);
    assert.deepEqual(await once.run(ask('b'), act), 2);
    assert.deepEqual(await once.run(ask('a', { principalId: 'q' }), act), 3);
    assert.deepEqual(await once.run(ask('a', { tool: 'other' }), act), 4);
    now = 16 * 60_000;
    assert.equal(await once.run(ask('a'), act), 5);
  });

  it('is refused for a key that was used for something else', async () => {
    await once.run(ask('a'), act);
    await assert.rejects(once.run(ask('a', { input: { x: 2 } }), act), { code: 'conflict' });
  });

  it('is tried again when it was given up, also by whoever waited for it', async () => {
    const first = once.run(ask('a'), fail);
    const second = once.run(ask('a'), act);
    await assert.rejects(first, /cut/);
    assert.equal(await second, 1);
    assert.equal(await once.run(ask('a'), act), 1);
  });

  it('is not done again when nobody knows whether it was, unless doing it again does no harm', async () => {
    const never = new Promise<number>(() => undefined);
    void once.run(ask('a'), () => never);
    const afterDeath = new OnceOnly();
    await assert.rejects(afterDeath.run(ask('a'), act), { code: 'conflict', message: /not known/ });
    assert.equal(acts, 0);
    assert.equal(await afterDeath.run(ask('a', { isRepeatable: true }), act), 1);
    assert.equal(await afterDeath.run(ask('a'), act), 1);
  });

  it('is kept in memory while the disk takes nothing, and on disk again after', async () => {
    const rows = new Map<string, KeptCall>();
    let isFull = true;
    const write = <T>(value: T): Promise<T> =>
      isFull ? Promise.reject(new WaggleError('diskFull')) : Promise.resolve(value);
    const lasting = new LastingLedger({
      store: {
        beginCall: async ({ key, input }: KeyedCall) => {
          await write(undefined);
          const known = rows.get(key);
          if (known === undefined) rows.set(key, { input, result: null });
          return known;
        },
        finishCall: async ({ key, result }) => {
          const known = await write(rows.get(key));
          if (known !== undefined) rows.set(key, { ...known, result });
          return known !== undefined;
        },
        dropCall: async ({ key }) => void (await write(rows.delete(key))),
      },
      clock: { monotonicMs: () => now },
      log: silentLogger,
    });
    for (const _ of [1, 2]) assert.equal(await once.run(ask('a', { ledger: lasting }), act), 1);
    isFull = false;
    assert.equal(await once.run(ask('a', { ledger: lasting }), act), 1);
    for (const _ of [1, 2]) assert.equal(await once.run(ask('b', { ledger: lasting }), act), 2);
    assert.deepEqual(
      [...rows.values()].map(({ result }) => result),
      ['2'],
    );
    const fill = async (): Promise<number> => {
      isFull = true;
      return act();
    };
    for (const _ of [1, 2]) assert.equal(await once.run(ask('c', { ledger: lasting }), fill), 3);
  });
});
