import assert from 'node:assert/strict';
import { findExcess } from './spending.ts';

type Limits = Parameters<typeof findExcess>[0];
type Use = Parameters<typeof findExcess>[1];

const nothing = { tokens: null, dollars: null, minutes: null };
const limits = (over: Partial<Limits>): Limits => ({
  ...{ timeoutMs: null, check: null, budget: nothing },
  ...over,
});
const use = (over: Partial<Use> = {}): Use => ({
  ...{ run: { spentBefore: { tokens: 0, dollars: 0, ms: 0 } }, ms: 0, checkMs: null, cost: null },
  ...over,
});
const before = { spentBefore: { tokens: 900, dollars: 1.5, ms: 0 } };

describe('what a run may use', () => {
  it('is tokens: those of the runs before it count, and exactly so many are no more', () => {
    const budget = { ...nothing, tokens: 1000 };
    const cost = (tokens: number): Use => use({ run: before, cost: { tokens, dollars: 0 } });
    assert.equal(findExcess(limits({ budget }), cost(100)), undefined);
    assert.deepEqual(findExcess(limits({ budget }), cost(101)), {
      ...{ wish: 'overBudget', reason: 'Its budget is used up: 1001 of 1000 tokens.' },
    });
  });

  it('is money: what the runs before it cost counts', () => {
    const budget = { ...nothing, dollars: 2 };
    const cost = (dollars: number): Use => use({ run: before, cost: { tokens: 0, dollars } });
    assert.equal(findExcess(limits({ budget }), cost(0.5)), undefined);
    assert.deepEqual(findExcess(limits({ budget }), cost(0.75)), {
      ...{ wish: 'overBudget', reason: 'Its budget is used up: $2.25 of $2.00.' },
    });
  });

  it('is time, of its work and of its check apart', () => {
    const check = {
      command: ['true'],
      timeoutMs: 30_000,
      maxRounds: 3,
    } as unknown as Limits['check'];
    const both = limits({ timeoutMs: 60_000, check });
    assert.equal(findExcess(both, use({ ms: 60_000 })), undefined);
    assert.equal(findExcess(both, use({ ms: 60_001 }))?.reason, 'It took longer than 1 min.');
    assert.equal(findExcess(both, use({ ms: 90_000, checkMs: 30_000 })), undefined);
    const late = findExcess(both, use({ ms: 90_000, checkMs: 30_001 }));
    assert.deepEqual([late?.wish, late?.reason], ['timedOut', 'Its check took longer than 30 s.']);
  });

  it('is everything where nothing limits it', () => {
    const much = use({ run: before, ms: 1e12, cost: { tokens: 1e12, dollars: 1e9 } });
    assert.equal(findExcess(limits({}), much), undefined);
  });
});
