import assert from 'node:assert/strict';
import { readExpectation } from '../../test/support/attentionExpectation.ts';
import {
  findFalseClaims,
  listPermissionMarks,
  replay,
} from '../../test/support/attentionReplay.ts';
import { listRecordings } from '../../test/support/recording.ts';

describe('the recordings', () => {
  const expectation = readExpectation();

  it('are all expected, of each agent and of programs that are none', () => {
    assert.deepEqual(Object.keys(expectation), listRecordings());
    const agents = new Set(Object.values(expectation).map(({ agent }) => agent));
    assert.deepEqual([...agents].sort(), ['claude', 'codex', 'command', 'gemini', 'opencode']);
  });

  for (const [name, expected] of Object.entries(expectation))
    it(`show the states of ${name} when they are so, and none that is false`, () => {
      const played = replay(name);
      assert.deepEqual(played, expected);
      assert.deepEqual(findFalseClaims(played), []);
    });

  it('show a dialog wherever whoever recorded them saw one', () => {
    const marks = Object.entries(expectation).flatMap(([name, { dialogs }]) =>
      listPermissionMarks(name).map((at) => ({ name, at, dialogs })),
    );
    assert.ok(marks.length > 10);
    for (const { name, at, dialogs } of marks)
      assert.ok(
        dialogs.some(([from, to]) => from <= at + 200 && at <= to),
        `${name} at ${at}`,
      );
  });

  it('would show a false claim: one that stays too long, comes too early or overlooks a dialog', () => {
    const seen = {
      dialogs: [[1000, 2000]],
      turns: [
        [500, 1000],
        [2000, 2500],
      ],
    } as const;
    const of = (...states: [number, string][]) =>
      findFalseClaims({ ...seen, states }).map(({ state }) => state);
    assert.deepEqual(
      of([500, 'working: x'], [1010, 'asking permission: x'], [2010, 'working: x']),
      [],
    );
    assert.deepEqual(of([500, 'asking permission: x'], [2000, 'working: x']), [
      'asking permission: x',
    ]);
    assert.deepEqual(of([1000, 'asking permission: x'], [2400, 'idle: x']), [
      'asking permission: x',
    ]);
    assert.deepEqual(of([0, 'idle: idle'], [900, 'working: x']), ['idle: idle']);
    assert.deepEqual(of([2200, 'finished: done']), ['finished: done']);
  });
});
