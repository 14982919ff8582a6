import assert from 'node:assert/strict';
import type { UsageSum } from '../../protocol/usage/usage.ts';
import { inEnglish as t } from '../translate.ts';
import { describeToday, describeUsage, parseAmount } from './usageText.ts';

const none: UsageSum = {
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  ...{ costUsd: 0, unpricedTokens: 0, answers: 0 },
};
const some = {
  ...none,
  inputTokens: 12_300,
  outputTokens: 700,
  cacheReadTokens: 2e6,
  costUsd: 1.2,
};
const nowMs = Date.parse('2026-11-28T12:00:00.000Z');
const limit = {
  ...{ agent: 'codex', name: '5 hours', usedPercent: 42.4, resetsAt: null },
  seenAt: '2026-11-28T11:59:50.000Z',
};
const context = { nowMs, t };

describe('usage as text', () => {
  it('is one line about today, or nothing', () => {
    assert.deepEqual(
      [describeToday(none, [], context), describeToday(some, [limit], context)],
      ['', 'Today 13k tokens, about $1.20 · 42 % of 5 hours (codex)'],
    );
  });

  it('is a page whose figures stand under each other', () => {
    const row = (label: string, sum: UsageSum) => ({
      ...{ key: label, label, sum, agent: null, sessionId: null, workspaceId: null },
      lastAt: '2026-11-28T11:00:00.000Z',
    });
    const days = {
      ...{ rows: [row('2026-11-28', some)], total: some, from: '2026-10-30' },
      ...{ today: { day: '2026-11-28', sum: some }, limits: [limit], sources: [] },
      pricesOf: '2026-11-20',
    };
    const groups = [
      { title: 'By session', rows: [row('a'.repeat(60), some), row('b', none)] },
      { title: 'By model', rows: [] },
    ];
    const ceiling = {
      ...{ id: 'c', per: 'day' as const, sessionId: null, tokens: null, usd: 5 },
      createdAt: '2026-11-28T11:00:00.000Z',
    };
    const text = describeUsage({ days, groups, ceilings: [ceiling], nameOf: String }, context);
    assert.match(text, /^Today {41}input {2}cached {2}output {3}cost\n─{74}\n2026-11-28 {38}12k/);
    assert.match(text, /codex: 42 % of 5 hours used\n/);
    assert.match(text, /\$5\.00 a day, all sessions together\n/);
    assert.match(text, /…a{43} +12k +2\.0M +700 +\$1\.20\nb {43} +0 +0 +0 +\$0\.00\n/);
    assert.doesNotMatch(text, /By model/);
  });

  it('says why there is none', () => {
    const days = {
      ...{ rows: [], total: none, from: '2026-10-30', limits: [], sources: [] },
      ...{ today: { day: '2026-11-28', sum: none }, pricesOf: '2026-11-20' },
    };
    const told = { days, groups: [], ceilings: [], nameOf: String };
    assert.match(describeUsage(told, context), /^Nothing was used yet: Claude Code/);
  });

  it('takes amounts as people write them', () => {
    assert.deepEqual(['$5', '2.5 usd', '200k', '1.5 M', '7', '0', '$0', 'x', ''].map(parseAmount), [
      ...[{ usd: 5 }, { usd: 2.5 }, { tokens: 200_000 }, { tokens: 1_500_000 }, { tokens: 7 }],
      ...[undefined, undefined, undefined, undefined],
    ]);
  });
});
