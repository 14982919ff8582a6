import assert from 'node:assert/strict';
import { aRow } from '../../test/support/sessionRow.ts';
import { readStatusReport, toSignal } from '../signal/signal.ts';
import { judge } from './evidence.ts';
import { nothingHeard } from './heard.ts';
import { factsOf } from './need.ts';
import type { SessionRow } from './row.ts';

const said = '2026-11-20T08:00:00.000Z';
const before = '2026-11-20T07:00:00.000Z';
const after = '2026-11-20T09:00:00.000Z';

function done(over: Partial<SessionRow['heard']> = {}): SessionRow {
  const reading = readStatusReport('state=done');
  assert.ok(reading);
  const signals = [toSignal('status', reading, { at: said, generation: 1, seq: 0 })];
  const heard = { ...nothingHeard, signals, turn: { since: null, ms: 61_000 }, ...over };
  const row = aRow({ status: 'running', generation: 1, name: 'fix', cwd: '/w', heard });
  return { ...row, attention: judge(row, undefined, said) };
}

describe('what calling a person depends on', () => {
  it('is the name, the folder, how long the turn took, and whether it is private', () => {
    assert.deepEqual(factsOf(done(), before), {
      ...{ name: 'fix', turnMs: 61_000, folder: '/w', isRestored: false, isPrivate: false },
    });
    const secret = { ...done(), private: true };
    assert.equal(factsOf(secret, before).isPrivate, true);
  });

  it('is no news when it was so before the daemon began, or was said before it listened', () => {
    assert.equal(factsOf(done(), after).isRestored, true);
    assert.equal(factsOf(done({ isRestored: true }), before).isRestored, true);
    const exit = { code: 1, signal: null, at: said };
    const ended = { ...done(), status: 'ended' as const, exit };
    const failed = { ...ended, attention: judge(ended, undefined, after) };
    assert.deepEqual(
      [factsOf(failed, after).isRestored, factsOf(failed, before).isRestored],
      [true, false],
    );
  });
});
