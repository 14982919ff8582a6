import assert from 'node:assert/strict';
import { findGate } from './gating.ts';
import type { KeptRun, KeptTask } from './rows.ts';

const now = '2026-01-05T00:00:00.000Z';

/** What decides, of a task and of a run. */
function task(agent: string | undefined, overlap: object = { kind: 'skip' }): KeptTask {
  const work = agent === undefined ? { kind: 'command' } : { kind: 'prompt', agent };
  return { work, policies: { overlap } } as unknown as KeptTask;
}

function run(taskId: string, state: 'waiting' | 'started'): KeptRun {
  return { taskId, state, dueAt: now } as unknown as KeptRun;
}

function gateOf(asked: string, tasks: Record<string, KeptTask>, active: readonly KeptRun[]) {
  const find = (id: string): KeptTask | undefined => tasks[id];
  const settings = { paused: false, maxRunning: 3, maxPerAgent: 1 };
  return findGate(run(asked, 'waiting'), { active, find, settings, now });
}

describe('a run that waits', () => {
  it('waits for a place of its agent, and others pass it by', () => {
    const tasks = { a: task('claude'), b: task('claude'), c: task('codex'), d: task(undefined) };
    const active = [run('a', 'started')];
    assert.equal(
      gateOf('b', tasks, active),
      'It waits for a place of its agent: 1 run is at work.',
    );
    assert.deepEqual(
      [gateOf('c', tasks, active), gateOf('d', tasks, active)],
      [undefined, undefined],
    );
  });

  it('waits for a place among all, whatever it is', () => {
    const tasks = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, task(undefined)]));
    const active = ['a', 'b', 'c'].map((id) => run(id, 'started'));
    assert.equal(gateOf('d', tasks, active), 'It waits for a place: 3 runs are at work.');
    assert.equal(gateOf('d', tasks, active.slice(1)), undefined);
  });

  it('waits for its time, and for the run before it unless so many may run at once', () => {
    const tasks = { a: task(undefined), p: task(undefined, { kind: 'parallel', max: 2 }) };
    assert.equal(gateOf('a', tasks, [run('a', 'started')]), 'It waits for the run before it.');
    assert.equal(gateOf('p', tasks, [run('p', 'started')]), undefined);
    const early = { ...run('a', 'waiting'), dueAt: '2026-01-05T00:00:01.000Z' } as KeptRun;
    const around = { active: [], find: () => tasks.a, now } as const;
    const settings = { paused: false, maxRunning: 3, maxPerAgent: 1 };
    assert.equal(findGate(early, { ...around, settings }), 'later');
  });
});
