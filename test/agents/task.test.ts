/** The real Claude Code hands in what a schedule asked of it: what it did, and what it was not let. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { AwayPolicy, Task } from '../../protocol/task/task.ts';
import { TaskHome, until } from '../flow/taskHome.ts';
import type { ClaudeCodeRun } from './support/claudeCode.ts';
import { prepareClaudeCode } from './support/claudeCode.ts';
import { installAgents } from './support/install.ts';

describe('Claude Code at work on tasks', function () {
  this.timeout(180_000);
  let tasks: TaskHome;
  let run: ClaudeCodeRun;
  let environment: Record<string, string>;

  before(async function () {
    this.timeout(600_000);
    await installAgents();
    run = await prepareClaudeCode();
    tasks = await TaskHome.open();
    const bin = join(tasks.home.directory, 'bin');
    mkdirSync(bin);
    symlinkSync(run.command[0], join(bin, 'claude'));
    environment = { ...run.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  });

  after(async () => {
    await tasks.close();
    await run.stop();
  });

  const add = (prompt: string, away: AwayPolicy, inMs: number): Promise<Task> =>
    tasks.add([], {
      work: { kind: 'prompt', prompt, agent: 'claude', away },
      schedule: { kind: 'once', at: new Date(Date.now() + inMs).toISOString() },
      ...{ cwd: run.cwd, environment, review: true },
    });

  it('says what it was asked to at its time, and goes on in the same conversation when it is sent back', async () => {
    const task = await add('begin [[say Done by the schedule.]]', 'ask', 1000);
    const first = (await tasks.reach(task, 'review')).lastRun;
    assert.ok(first?.outcome === 'succeeded' && first.trigger === 'schedule');
    assert.equal(await tasks.output(first), 'Done by the schedule.');
    assert.ok((first.cost?.tokens ?? 0) > 0);
    const feedback = 'more [[say Here is more.]]';
    const sent = await tasks.link.call('task/requestChanges', { taskId: task.id, feedback });
    await until(async () => (await tasks.output(sent.run)) === 'Here is more.', 'it says more');
    const second = (await tasks.reach(task, 'review')).lastRun;
    assert.equal(second?.sessionId, first.sessionId);
    const { task: done } = await tasks.link.call('task/approve', { taskId: task.id });
    assert.equal(done.state.status, 'done');
  });

  it('changes nothing when it may only read, whatever it tries', async () => {
    const write = JSON.stringify({ file_path: join(run.cwd, 'written'), content: 'x' });
    const bash = JSON.stringify({ command: 'touch touched', description: 'touch' });
    const task = await add(
      `try [[tool Write ${write}]] [[tool Bash ${bash}]] [[say tried]]`,
      'readOnly',
      500,
    );
    const { lastRun } = await tasks.reach(task, 'review');
    assert.ok(lastRun !== null);
    assert.equal(await tasks.output(lastRun), 'tried');
    assert.deepEqual(
      ['written', 'touched'].map((name) => existsSync(join(run.cwd, name))),
      [false, false],
    );
  });

  it('edits in its worktree, and nowhere else', async () => {
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
        cwd: run.cwd,
      });
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'first');
    const outside = JSON.stringify({ file_path: join(run.cwd, 'outside'), content: 'x' });
    const task = await add(`edit [[tool Write ${outside}]] [[say edited]]`, 'editInWorktree', 500);
    const { lastRun } = await tasks.reach(task, 'review');
    assert.ok(lastRun?.sessionId);
    assert.equal(existsSync(join(run.cwd, 'outside')), false);
    const { session } = await tasks.link.call('session/get', { sessionId: lastRun.sessionId });
    const inside = JSON.stringify({ file_path: join(session.cwd, 'inside'), content: 'x' });
    const feedback = `edit [[tool Write ${inside}]] [[say again]]`;
    const sent = await tasks.link.call('task/requestChanges', { taskId: task.id, feedback });
    await until(async () => (await tasks.output(sent.run)) === 'again', 'it edited');
    assert.equal(existsSync(join(session.cwd, 'inside')), true);
  });
});
