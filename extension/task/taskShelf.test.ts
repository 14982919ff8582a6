import assert from 'node:assert/strict';
import { fakeId, fakeRun, fakeTask } from './fakeTask.test.ts';
import { canHold, childrenOf, sortTasks } from './taskShelf.ts';

const hourly = { kind: 'every', everyMs: 3_600_000, anchor: '2026-11-20T08:00:00.000Z' };

function titles(tasks: Parameters<typeof sortTasks>[0]): Record<string, string[]> {
  return Object.fromEntries(
    sortTasks(tasks).map(({ id, tasks: own }) => [id, own.map(({ title }) => title)]),
  );
}

describe('the shelf of tasks', () => {
  it('sorts what waits, runs, is planned, open, off and over, the most urgent first', () => {
    const runId = fakeId(9);
    const tasks = [
      { title: 'open' },
      { title: 'urgent', priority: 'critical' },
      { title: 'look', state: { status: 'review', runId } },
      { title: 'stuck', state: { status: 'blocked', reason: 'no key' }, priority: 'high' },
      { title: 'runs', state: { status: 'running', active: 1 }, schedule: hourly },
      { title: 'later', schedule: hourly, nextRunAt: '2026-11-20T12:00:00.000Z' },
      { title: 'soon', schedule: hourly, nextRunAt: '2026-11-20T09:00:00.000Z' },
      { title: 'off', schedule: hourly, paused: true },
      { title: 'by an agent', schedule: hourly, state: { status: 'draft' } },
      {
        title: 'from a file',
        state: { status: 'draft' },
        source: { kind: 'file', path: '.waggle/tasks/a.md', problem: null, changed: false },
      },
      {
        title: 'old',
        state: { status: 'done', summary: null },
        updatedAt: '2026-11-19T08:00:00.000Z',
      },
      { title: 'broke', state: { status: 'failed', reason: 'exited 1' }, lastRun: fakeRun() },
    ].map((change, index) => fakeTask({ id: fakeId(20 + index), ...change }));
    assert.deepEqual(titles(tasks), {
      review: ['stuck', 'look'],
      running: ['runs'],
      scheduled: ['soon', 'later', 'off', 'by an agent'],
      open: ['urgent', 'open'],
      files: ['from a file'],
      done: ['broke', 'old'],
    });
    assert.equal(sortTasks(tasks).at(-1)?.failed, 1);
  });

  it('keeps children below their parent, and lists them beside it while they wait for a person', () => {
    const parent = fakeTask({ title: 'release' });
    const child = fakeTask({
      id: fakeId(2),
      title: 'notes',
      parentId: parent.id,
      state: { status: 'review', runId: null },
    });
    const other = fakeTask({ id: fakeId(3), title: 'tag', parentId: parent.id });
    const orphan = fakeTask({ id: fakeId(4), title: 'left', parentId: fakeId(77) });
    assert.deepEqual(titles([parent, child, other, orphan]), {
      review: ['notes'],
      open: ['release', 'left'],
    });
    assert.deepEqual(childrenOf(parent, [parent, child, other]), [child, other]);
  });

  it('puts nothing below itself', () => {
    const top = fakeTask();
    const middle = fakeTask({ id: fakeId(2), parentId: top.id });
    const bottom = fakeTask({ id: fakeId(3), parentId: middle.id });
    const tasks = [top, middle, bottom];
    assert.equal(canHold(bottom, top, tasks), false);
    assert.equal(canHold(top, top, tasks), false);
    assert.equal(canHold(top, bottom, tasks), true);
  });
});
