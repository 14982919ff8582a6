import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { Run } from '../../protocol/task/run.ts';
import type { Task } from '../../protocol/task/task.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import { TaskHome, until } from './taskHome.ts';

type Create = Partial<MethodParams<'task/create'>>;

describe('tasks with a prompt', function () {
  this.timeout(240_000);
  let tasks: TaskHome;
  let environment: Record<string, string>;

  before(async () => {
    tasks = await TaskHome.open();
    const env = { PATH: process.env['PATH'] ?? '' };
    environment = installFakeClaude({ folder: tasks.folder, env });
  });

  after(() => tasks.close());

  const add = (prompt: string, away: 'readOnly' | 'editInWorktree' | 'ask', more: Create = {}) =>
    tasks.add([], {
      work: { kind: 'prompt', prompt, agent: 'claude', away },
      environment,
      ...more,
    });

  const runNow = async (task: Task): Promise<Run> =>
    (await tasks.link.call('task/run', { taskId: task.id })).run;

  const entriesOf = async (task: Task): Promise<Entry[]> => {
    const sessionId = (await tasks.get(task)).lastRun?.sessionId;
    assert.ok(sessionId);
    return (await tasks.link.call('chat/read', { sessionId, from: 0 })).entries;
  };

  it('hands it to an agent in a chat, and is done when its turn is', async () => {
    const task = await add('say Hello\nsay there', 'ask');
    const run = await runNow(task);
    const { lastRun } = await tasks.reach(task, 'done');
    assert.ok(lastRun?.outcome === 'succeeded' && lastRun.sessionId !== null);
    assert.ok(lastRun.deliveredAt !== null);
    assert.deepEqual(lastRun.cost, { tokens: 11, dollars: 0 });
    assert.equal(await tasks.output(run), 'Hello\nthere');
    const { sessions } = await tasks.link.call('session/list', {});
    const session = sessions.find(({ id }) => id === lastRun.sessionId);
    assert.deepEqual([session?.mode, session?.taskId], ['pipe', task.id]);
    await until(async () => {
      const { chats } = await tasks.link.call('chat/list', {});
      return chats.find(({ sessionId }) => sessionId === lastRun.sessionId)?.state === 'asleep';
    }, 'its process has ended');
  });

  it('believes what the agent says of its turn: one that failed is a failure', async () => {
    const task = await add('say trying\nfail API error 529', 'ask');
    await runNow(task);
    const failed = await tasks.reach(task, 'failed');
    assert.ok(failed.state.status === 'failed' && failed.state.reason.includes('API error 529'));
    const gone = await add('say trying\nkill', 'ask');
    await runNow(gone);
    assert.equal((await tasks.reach(gone, 'failed')).lastRun?.outcome, 'lost');
  });

  it('goes on in the same conversation when changes are requested', async () => {
    const task = await add('say first', 'ask', { review: true });
    const first = await runNow(task);
    const { lastRun } = await tasks.reach(task, 'review');
    const feedback = 'say second';
    await tasks.link.call('task/requestChanges', { taskId: task.id, feedback });
    await until(
      async () =>
        (await tasks.get(task)).lastRun?.outcome === 'succeeded' &&
        (await tasks.get(task)).lastRun?.id !== first.id,
      'the second run is over',
    );
    const second = (await tasks.reach(task, 'review')).lastRun;
    assert.equal(second?.sessionId, lastRun?.sessionId);
    const said = (await entriesOf(task)).flatMap(({ content }) =>
      content.kind === 'prompt' || content.kind === 'text' ? [content.text] : [],
    );
    assert.deepEqual(said, ['say first', 'first', 'say second', 'second']);
  });

  it('denies what is asked when nobody is there, and lets the agent go on without it', async () => {
    const task = await add('ask rm -rf build\nsay went on', 'readOnly');
    const run = await runNow(task);
    await tasks.reach(task, 'done');
    assert.equal(await tasks.output(run), 'went on');
    const asked = (await entriesOf(task)).find(({ content }) => content.kind === 'permission');
    assert.ok(asked?.content.kind === 'permission');
    assert.equal(asked.content.permission.state, 'void');
    const { permissions } = await tasks.link.call('chat/listPermissions', {});
    assert.deepEqual(permissions, []);
  });

  it('waits for the person with what it asks when that is its right, and runs until it is answered', async () => {
    const task = await add('ask npm publish\nsay answered', 'ask');
    const run = await runNow(task);
    await until(async () => {
      const { needs } = await tasks.link.call('attention/list', {});
      return needs.some(({ kind, text }) => kind === 'permission' && text.includes('npm publish'));
    }, 'it stands in Needs you');
    assert.equal((await tasks.get(task)).state.status, 'running');
    const { permissions } = await tasks.link.call('chat/listPermissions', {});
    const [asked] = permissions;
    assert.ok(asked);
    const { sessionId, permission } = asked;
    const { permissionId, hash } = permission;
    const answer = { behavior: 'allow' } as const;
    await tasks.link.call('chat/answer', { sessionId, permissionId, hash, answer });
    await tasks.reach(task, 'done');
    assert.equal(await tasks.output(run), 'answered');
  });

  it('ends by its time-out when nobody answers', async () => {
    const task = await add('ask npm publish', 'ask', { timeoutMs: 3000 });
    await runNow(task);
    assert.equal((await tasks.reach(task, 'failed')).lastRun?.outcome, 'timedOut');
  });

  it('gives back what its check printed until it passes', async () => {
    const file = join(tasks.folder, 'rounds');
    const script = `echo round >> "${file}"; test $(wc -l < "${file}") -ge 2 || { echo say fixed; exit 1; }`;
    const task = await add('say built', 'ask', {
      check: { command: ['/bin/sh', '-c', script], max: 3 },
    });
    await runNow(task);
    await tasks.reach(task, 'done');
    assert.deepEqual(await tasks.outcomes(task), ['failed', 'succeeded']);
    const prompts = (await entriesOf(task)).flatMap(({ content }) =>
      content.kind === 'prompt' ? [content.text] : [],
    );
    assert.equal(prompts[0], 'say built');
    assert.match(prompts[1] ?? '', /did not pass[^]*say fixed/);
  });

  it('goes on once the limit of the plan is reset, as the agent said, when the person wants that', async () => {
    const task = await add('limit 1', 'ask', { continueAfterLimit: true });
    await runNow(task);
    await until(async () => (await tasks.runs(task)).length >= 2, 'it runs again');
    await tasks.link.call('task/cancel', { taskId: task.id });
    const [first, second] = await tasks.runs(task);
    assert.deepEqual([first?.outcome, second?.trigger], ['limited', 'limit']);
    assert.ok((second?.dueAt ?? '') >= (first?.retryAt ?? '~'));
    const other = await add('limit 1', 'ask');
    await runNow(other);
    const failed = await tasks.reach(other, 'failed');
    assert.ok(failed.state.status === 'failed' && failed.state.reason.includes('limit'));
    assert.equal((await tasks.runs(other)).length, 1);
  });

  it('edits in a worktree of its own, which stays', async () => {
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
        cwd: tasks.folder,
      });
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'first');
    const task = await add('say edited', 'editInWorktree');
    await runNow(task);
    const { lastRun } = await tasks.reach(task, 'done');
    assert.ok(lastRun?.sessionId);
    const { session } = await tasks.link.call('session/get', { sessionId: lastRun.sessionId });
    assert.notEqual(session.cwd, tasks.folder);
    assert.ok(existsSync(join(session.cwd, '.git')));
    assert.match(readFileSync(join(session.cwd, '.git'), 'utf8'), /worktrees/);
    assert.ok(session.argv.includes('acceptEdits'), session.argv.join(' '));
  });

  it('goes on with what it runs when the daemon is killed, and says nothing twice', async () => {
    const task = await add('ask wait for me\nsay over', 'ask');
    const run = await runNow(task);
    const asked = async () => (await tasks.link.call('chat/listPermissions', {})).permissions;
    await until(async () => (await asked()).length > 0, 'it asks');
    await tasks.home.signal('SIGKILL');
    await tasks.start();
    // What it asks is known at once; it can be answered when its process is followed again.
    await until(async () => {
      const [one] = await asked();
      if (one === undefined) return false;
      const { sessionId, permission } = one;
      const { permissionId, hash } = permission;
      const answer = { behavior: 'allow' } as const;
      const answered = tasks.link.call('chat/answer', { sessionId, permissionId, hash, answer });
      return answered.then(
        () => true,
        () => false,
      );
    }, 'it asks still, and is answered');
    await tasks.reach(task, 'done');
    assert.equal(await tasks.output(run), 'over');
    const prompts = (await entriesOf(task)).filter(({ content }) => content.kind === 'prompt');
    assert.equal(prompts.length, 1);
  });
});
