import assert from 'node:assert/strict';
import type { SessionId, WorkspaceId } from '../../protocol/wire/brand.ts';
import { dayOf, firstOfDays } from './day.ts';
import type { SummingNouns } from './summing.ts';
import { sumUp } from './summing.ts';
import type { SummedRow } from './usage.store.ts';

const [session, workspace] = ['s-1' as SessionId, 'w-1' as WorkspaceId];

function row(over: Partial<SummedRow>): SummedRow {
  return {
    ...{ agent: 'claude', conversation: 'c-1', day: '2026-11-27', model: 'm', directory: '/w/a' },
    ...{ input: 1, output: 1, cacheRead: 0, cacheWrite: 0, costUsd: 1, answers: 1 },
    open: [0, 0, 0, 0],
    lastAt: '2026-11-27T10:00:00.000Z',
    ...over,
  };
}

const nouns: SummingNouns = {
  sessionOf: (agent, conversation) =>
    agent === 'claude' && conversation === 'c-1'
      ? { id: session, name: 'mine\u202e', workspaceId: workspace }
      : undefined,
  workspaceOf: (directory, known) =>
    known !== undefined
      ? { id: workspace, name: 'a', key: 'w-1' }
      : directory === null
        ? undefined
        : { id: null, name: directory, key: directory },
};
const about = { nouns, prices: new Map() };
const rows = [
  row({}),
  row({ day: '2026-11-28', costUsd: 2, lastAt: '2026-11-28T10:00:00.000Z' }),
  row({ agent: 'codex', conversation: 'c-2', costUsd: 9 }),
  row({ agent: 'codex', conversation: 'c-3', directory: null, costUsd: 0 }),
];

describe('sums of usage', () => {
  const shown = (by: 'session' | 'repository' | 'day' | 'agent' | 'model') =>
    sumUp(rows, { by }, about).rows.map(({ key, label, sum }) => [key, label, sum.costUsd]);

  it('stand under sessions, repositories, days and agents, what was used most first', () => {
    assert.deepEqual(
      [shown('session'), shown('repository'), shown('day'), shown('agent')],
      [
        [
          ['codex c-2', 'a c-2', 9],
          ['s-1', 'mine', 3],
          ['codex c-3', 'c-3', 0],
        ],
        [
          ['/w/a', '/w/a', 9],
          ['w-1', 'a', 3],
          ['', '', 0],
        ],
        [
          ['2026-11-28', '2026-11-28', 2],
          ['2026-11-27', '2026-11-27', 10],
        ],
        [
          ['codex', 'codex', 9],
          ['claude', 'claude', 3],
        ],
      ],
    );
  });

  it('of one session or repository leave out all others, in the total too', () => {
    const one = sumUp(rows, { by: 'day', sessionId: session }, about);
    const two = sumUp(rows, { by: 'day', workspaceId: workspace }, about);
    assert.deepEqual([one.total.costUsd, two.total.costUsd, one.rows.length], [3, 3, 2]);
    assert.equal(sumUp(rows, { by: 'model' }, about).rows[0]?.lastAt, '2026-11-28T10:00:00.000Z');
  });

  it('go over days of the calendar, also where the clocks are set', () => {
    const at = (day: string): number => new Date(`${day}T00:30:00`).getTime();
    assert.deepEqual(
      [dayOf(at('2026-03-29')), firstOfDays(at('2026-03-30'), 3), firstOfDays(at('2026-01-01'), 1)],
      ['2026-03-29', '2026-03-28', '2026-01-01'],
    );
  });
});
