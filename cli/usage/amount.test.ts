import assert from 'node:assert/strict';
import { costText, parseAmount, tokensText } from './amount.ts';

const none = {
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  ...{ costUsd: 0, unpricedTokens: 0, answers: 0 },
};

describe('amounts of usage', () => {
  it('are read as people write them', () => {
    assert.deepEqual(['$5', '2.50usd', '3 USD', '200000', '200k', '1.5M'].map(parseAmount), [
      { usd: 5 },
      { usd: 2.5 },
      { usd: 3 },
      { tokens: 200_000 },
      { tokens: 200_000 },
      { tokens: 1_500_000 },
    ]);
    for (const wrong of ['', '0', '$0', 'much', '5€', '-3', '1e9'])
      assert.throws(() => parseAmount(wrong), { code: 'usage' }, wrong);
  });

  it('are short, and never say less than was used', () => {
    assert.deepEqual([0, 999, 1000, 9949, 12_345, 999_499, 999_500, 12_000_000].map(tokensText), [
      '0',
      '999',
      '1.0k',
      '9.9k',
      '12k',
      '999k',
      '1.0M',
      '12M',
    ]);
    assert.deepEqual(
      [
        costText(none),
        costText({ ...none, costUsd: 0.0001 }),
        costText({ ...none, costUsd: 12.345, unpricedTokens: 3 }),
        costText({ ...none, unpricedTokens: 3 }),
      ],
      ['$0.00', '$0.01', '$12.35+', 'unknown'],
    );
  });
});
