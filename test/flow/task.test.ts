import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TaskHome, until } from './taskHome.ts';

describe('tasks', function () {
  this.timeout(180_000);
  let tasks: TaskHome;

  before(async () => {
    tasks = await TaskHome.open();
  });

  after(() => tasks.close());

  it('runs a command now, in a session of its task, and keeps what was seen of it', async () => {
    const task = await tasks.add(tasks.script('echo hello; exit 0'));
    const { run } = await tasks.link.call('task/run', { taskId: task.id });
    assert.equal(run.trigger, 'person');
    const done = await tasks.reach(task, 'done');
    const last = done.lastRun;
    assert.ok(last?.outcome === 'succeeded' && last.exitCode === 0 && last.sessionId !== null);
    assert.ok(last.startedAt !== null && last.finishedAt !== null);
    assert.match(await tasks.output(last), /hello/);
    const { session } = await tasks.link.call('session/get', { sessionId: last.sessionId });
    assert.deepEqual([session.taskId, session.name], [task.id, 'A task']);
  });

  it('calls an exit code that is not 0 a failure, says it, and tries again as often as it may', async () => {
    const task = await tasks.add(['/bin/sh', '-c', 'exit 3'], {
      retries: { max: 1, delayMs: 0 },
    });
    await tasks.link.call('task/run', { taskId: task.id });
    const failed = await tasks.reach(task, 'failed');
    assert.deepEqual(failed.state, { status: 'failed', reason: 'It exited 3.' });
    const runs = await tasks.runs(task);
    assert.deepEqual(
      runs.map(({ attempt, trigger, exitCode }) => [attempt, trigger, exitCode]),
      [
        [1, 'person', 3],
        [2, 'retry', 3],
      ],
    );
    const { needs } = await tasks.link.call('attention/list', {});
    assert.ok(needs.some(({ taskId, kind }) => taskId === task.id && kind === 'failed'));
  });

  it('runs at its planned time by itself, once', async () => {
    const at = new Date(Date.now() + 1500).toISOString();
    const before = tasks.countRan();
    const task = await tasks.add(tasks.script(), { schedule: { kind: 'once', at } });
    assert.equal(task.nextRunAt, at);
    const done = await tasks.reach(task, 'done');
    assert.deepEqual([done.lastRun?.plannedAt, done.nextRunAt], [at, null]);
    assert.equal(tasks.countRan(), before + 1);
  });

  it('ends what runs when it is cancelled, and everything below it', async () => {
    const parent = await tasks.add([], { work: { kind: 'none' }, title: 'Parent' });
    const child = await tasks.add(tasks.script('exec sleep 600'), { parentId: parent.id });
    await tasks.link.call('task/run', { taskId: child.id });
    await tasks.reach(child, 'running');
    await until(
      async () => (await tasks.get(child)).lastRun?.state === 'started',
      'it has started',
    );
    assert.equal((await tasks.get(parent)).state.status, 'running');
    await tasks.link.call('task/cancel', { taskId: parent.id, comment: 'not needed' });
    const run = (await tasks.get(child)).lastRun;
    assert.deepEqual([run?.outcome, run?.reason], ['cancelled', 'not needed']);
    assert.equal((await tasks.get(parent)).state.status, 'cancelled');
    assert.ok(run?.sessionId);
    const { session } = await tasks.link.call('session/get', { sessionId: run.sessionId });
    assert.equal(session.status, 'killed');
  });

  it('waits for a review, goes on with what is missing, and is done when it is approved', async () => {
    const file = join(tasks.folder, 'reviewed');
    const task = await tasks.add(['/bin/sh', '-c', `echo ran >> "${file}"`], { review: true });
    await tasks.link.call('task/run', { taskId: task.id });
    await tasks.reach(task, 'review');
    const { needs } = await tasks.link.call('attention/list', {});
    assert.ok(needs.some(({ taskId, isReview }) => taskId === task.id && isReview));
    await tasks.link.call('task/requestChanges', { taskId: task.id, feedback: 'once more' });
    await until(() => readFileSync(file, 'utf8') === 'ran\nran\n', 'it ran again');
    await tasks.reach(task, 'review');
    const { task: done } = await tasks.link.call('task/approve', { taskId: task.id });
    assert.equal(done.state.status, 'done');
  });

  it('repeats until its check passes, at most as often as it may', async () => {
    const file = join(tasks.folder, 'checked');
    const task = await tasks.add(['/bin/sh', '-c', `echo x >> "${file}"`], {
      check: { command: ['/bin/sh', '-c', `test $(wc -l < "${file}") -ge 2`], max: 3 },
    });
    await tasks.link.call('task/run', { taskId: task.id });
    await tasks.reach(task, 'done');
    assert.deepEqual(await tasks.outcomes(task), ['failed', 'succeeded']);
    const never = await tasks.add(['/bin/sh', '-c', 'true'], {
      check: { command: ['/bin/sh', '-c', 'echo no; exit 1'], max: 2 },
    });
    await tasks.link.call('task/run', { taskId: never.id });
    const failed = await tasks.reach(never, 'failed');
    assert.deepEqual(failed.state, {
      status: 'failed',
      reason: 'The check did not pass: exited 1.',
    });
    assert.equal((await tasks.runs(never)).length, 2);
  });

  it('ends what takes too long and says so', async () => {
    const task = await tasks.add(['/bin/sh', '-c', 'exec sleep 600'], { timeoutMs: 1000 });
    await tasks.link.call('task/run', { taskId: task.id });
    const failed = await tasks.reach(task, 'failed');
    assert.deepEqual(
      [failed.lastRun?.outcome, failed.lastRun?.reason],
      ['timedOut', 'It took longer than 1 s.'],
    );
  });

  it('works in a worktree of its own when it is told to', async () => {
    const marker = join(tasks.folder, 'marker');
    writeFileSync(marker, '');
    const task = await tasks.add(['/bin/sh', '-c', 'touch marker-of-the-task'], { worktree: true });
    await tasks.link.call('task/run', { taskId: task.id });
    const failed = await tasks.reach(task, 'failed');
    assert.equal(
      failed.state.status === 'failed' && failed.state.reason.includes('worktree'),
      true,
    );
    assert.equal(existsSync(join(tasks.folder, 'marker-of-the-task')), false);
  });

  it('brings deleted tasks back with their parts and their history, as long as that was a short while ago', async () => {
    const parent = await tasks.add(['/bin/sh', '-c', 'echo hello'], {
      schedule: { kind: 'every', everyMs: 86_400_000, anchor: '2026-01-01T00:00:00.000Z' },
    });
    const child = await tasks.add(['true'], { parentId: parent.id, title: 'Part' });
    await tasks.link.call('task/run', { taskId: parent.id });
    await until(async () => (await tasks.get(parent)).lastRun?.outcome === 'succeeded', 'it ran');
    const { deleted } = await tasks.link.call('task/delete', { taskId: parent.id });
    assert.deepEqual(new Set(deleted), new Set([parent.id, child.id]));
    await assert.rejects(tasks.get(parent), { code: 'notFound' });
    const { runs } = await tasks.link.call('task/history', {});
    assert.ok(runs.every(({ taskId }) => taskId !== parent.id));
    const back = await tasks.link.call('task/restore', { taskIds: deleted });
    assert.equal(back.tasks.length, 2);
    const [again, part] = [await tasks.get(parent), await tasks.get(child)];
    assert.ok(again.nextRunAt !== null && Date.parse(again.nextRunAt) > Date.now());
    assert.equal(part.parentId, parent.id);
    assert.equal((await tasks.runs(parent)).length, 1);
    await assert.rejects(tasks.link.call('task/restore', { taskIds: deleted }), {
      code: 'notFound',
    });
  });
});
