import assert from 'node:assert/strict';
import { aRow } from '../../test/support/sessionRow.ts';
import { judge } from './evidence.ts';
import type { Heard } from './heard.ts';
import { nothingHeard } from './heard.ts';
import { fromKept } from './row.ts';

/** As programs before this one wrote it. */
function oldHeard(over: object): Heard {
  const kept: unknown = { report: null, title: 'x', titleState: 'idle', dismissed: false, ...over };
  return kept as Heard;
}

const now = '2026-11-20T08:05:00.000Z';

describe('what earlier programs kept of a session', () => {
  it('still says what was reported', () => {
    const report = {
      state: 'blocked',
      app: 'claude-code',
      kind: 'question',
      message: 'answer: Ok?',
    };
    const row = fromKept(aRow({ status: 'running', heard: oldHeard({ report }) }));
    const { state, kind, sentence } = judge(row, undefined, now);
    assert.deepEqual([state, kind, sentence], ['asking', 'question', 'asks: Ok?']);
    assert.equal(row.heard.title, 'x');
  });

  it('stays seen, and is nothing where nothing was reported', () => {
    const report = { state: 'done', app: null, kind: null, message: '' };
    const row = fromKept(aRow({ status: 'running', heard: oldHeard({ report, dismissed: true }) }));
    assert.equal(judge(row, undefined, now).state, 'idle');
    const silent = fromKept(aRow({ status: 'running', heard: oldHeard({}) }));
    assert.deepEqual(silent.heard, { ...nothingHeard, title: 'x' });
  });
});
