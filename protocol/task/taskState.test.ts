import assert from 'node:assert/strict';
import { runIdSchema } from '../wire/brand.ts';
import type { TaskEvent, TaskState } from './taskState.ts';
import { reduceTask, rollUp } from './taskState.ts';

const runId = runIdSchema.parse('01890a5d-ac96-774b-bcce-b302099a8057');
const states: Record<TaskState['status'], TaskState> = {
  draft: { status: 'draft' },
  ready: { status: 'ready' },
  running: { status: 'running', active: 1 },
  review: { status: 'review', runId },
  blocked: { status: 'blocked', reason: 'why' },
  done: { status: 'done', summary: null },
  failed: { status: 'failed', reason: 'why' },
  cancelled: { status: 'cancelled', reason: null },
};

function settled(over: Partial<Extract<TaskEvent, { kind: 'settled' }>> = {}): TaskEvent {
  return { kind: 'settled', runId, failure: null, reviewed: false, again: false, ...over };
}

/** Where an event leads from each state; `-`: it is refused. */
const table: [TaskEvent, Record<TaskState['status'], TaskState['status'] | '-'>][] = [
  [
    { kind: 'started' },
    {
      ...{ draft: '-', ready: 'running', running: 'running', review: 'running' },
      ...{ blocked: 'running', done: 'running', failed: 'running', cancelled: '-' },
    },
  ],
  [
    { kind: 'approved', summary: null, again: false },
    {
      ...{ draft: '-', ready: '-', running: '-', review: 'done' },
      ...{ blocked: '-', done: '-', failed: '-', cancelled: '-' },
    },
  ],
  [
    { kind: 'changesRequested' },
    {
      ...{ draft: '-', ready: '-', running: '-', review: 'ready' },
      ...{ blocked: 'ready', done: '-', failed: 'ready', cancelled: '-' },
    },
  ],
  [
    { kind: 'cancelled', reason: null },
    {
      ...{ draft: 'cancelled', ready: 'cancelled', running: 'cancelled', review: 'cancelled' },
      ...{ blocked: 'cancelled', done: '-', failed: 'cancelled', cancelled: '-' },
    },
  ],
  [
    { kind: 'retried' },
    {
      ...{ draft: '-', ready: '-', running: '-', review: '-' },
      ...{ blocked: 'ready', done: '-', failed: 'ready', cancelled: 'ready' },
    },
  ],
  [
    { kind: 'reopened' },
    {
      ...{ draft: '-', ready: '-', running: '-', review: '-' },
      ...{ blocked: '-', done: 'ready', failed: 'ready', cancelled: 'ready' },
    },
  ],
];

describe('the life of a task', () => {
  it('goes from state to state as the table says, and is refused with a sentence otherwise', () => {
    for (const [event, expected] of table)
      for (const state of Object.values(states)) {
        const moved = reduceTask(state, event);
        assert.equal(
          moved.ok ? moved.state.status : '-',
          expected[state.status],
          `${event.kind} while ${state.status}`,
        );
        if (!moved.ok) assert.match(moved.reason, /^A task that is .+ cannot be .+\.$/);
      }
  });

  it('follows how a run came out: failure, review, the next time, or done', () => {
    const after = (event: TaskEvent) => {
      const moved = reduceTask(states.running, event);
      return moved.ok ? moved.state.status : '-';
    };
    assert.equal(after(settled({ failure: 'no', reviewed: true, again: true })), 'failed');
    assert.equal(after(settled({ reviewed: true, again: true })), 'review');
    assert.equal(after(settled({ again: true })), 'ready');
    assert.equal(after(settled()), 'done');
    const two = reduceTask({ status: 'running', active: 2 }, settled({ failure: 'no' }));
    assert.deepEqual(two, { ok: true, state: { status: 'running', active: 1 } });
  });

  it('of a parent is what its children come to', () => {
    const { done, failed, cancelled, running, ready, review } = states;
    assert.deepEqual(rollUp([done, cancelled]), { kind: 'done' });
    assert.deepEqual(rollUp([done, failed]), {
      kind: 'failed',
      reason: 'One of its tasks failed.',
    });
    assert.deepEqual(rollUp([done, running, review]), { kind: 'open', active: 1 });
    const up = (children: TaskState[], reviewed: boolean) => {
      const moved = reduceTask(
        ready,
        { kind: 'childrenChanged', roll: rollUp(children) },
        reviewed,
      );
      return moved.ok ? moved.state.status : '-';
    };
    assert.equal(up([done], true), 'review');
    assert.equal(up([done], false), 'done');
    assert.equal(up([ready, failed], false), 'ready');
  });
});
