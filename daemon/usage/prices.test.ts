import assert from 'node:assert/strict';
import type { Price } from '../../protocol/usage/usage.ts';
import { addSums, countedTokens, findPrice, listPrices, noUsage, toSum } from './prices.ts';

const own: Price = { input: 1, output: 2, cacheRead: 0.5, cacheWrite: 4 };
const sum = { model: 'claude-opus-4-5-20251101', costUsd: 0, answers: 1 };
const counts = { input: 1e6, output: 1e6, cacheRead: 1e6, cacheWrite: 1e6 };

describe('prices', () => {
  it('are those of the longest name, never of another number', () => {
    const inputOf = (model: string): number | undefined => findPrice(model, new Map())?.input;
    assert.deepEqual(
      [
        'claude-opus-4-5-20251101',
        'claude-opus-4-1-20250805',
        'anthropic/claude-sonnet-4-5',
        'gpt-5-codex',
        'gpt-5-mini-2025',
        'gpt-5.5',
        'gpt-50',
        'scripted',
      ].map(inputOf),
      [5, 15, 3, 1.25, 0.25, undefined, undefined, undefined],
    );
  });

  it('that a person sets come before the list', () => {
    const set = new Map([
      ['claude-opus', own],
      ['my/model', own],
    ]);
    assert.deepEqual(
      [findPrice('claude-opus-4-5', set), findPrice('my/model', set), findPrice('model', set)],
      [own, own, undefined],
    );
    const listed = listPrices(new Map([['gpt-5', own]])).filter(({ model }) => model === 'gpt-5');
    assert.deepEqual(listed, [{ model: 'gpt-5', price: own, from: 'person' }]);
  });

  it('are taken for what the agent did not reckon itself, and what has none is told', () => {
    const known = toSum({ ...sum, ...counts, open: [1e6, 1e6, 1e6, 1e6] }, new Map());
    assert.equal(known.costUsd, 5 + 25 + 0.5 + 6.25);
    const partly = toSum({ ...sum, ...counts, costUsd: 3, open: [1e6, 0, 0, 0] }, new Map());
    assert.equal(partly.costUsd, 8);
    const unknown = toSum({ ...sum, ...counts, model: 'x', open: [1e6, 0, 0, 5] }, new Map());
    assert.deepEqual([unknown.costUsd, unknown.unpricedTokens], [0, 1_000_005]);
    assert.equal(countedTokens(addSums(known, noUsage)), 3e6);
  });
});
