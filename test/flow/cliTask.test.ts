import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../../protocol/task/run.ts';
import type { Task } from '../../protocol/task/task.ts';
import { CliHome } from './cliHome.ts';

describe('tasks with the command', function () {
  this.timeout(180_000);
  let cli: CliHome;
  let folder: string;

  before(async () => {
    cli = await CliHome.open();
    folder = join(cli.home, 'folder');
    mkdirSync(folder);
  });

  after(() => cli.stop());

  const json = async <T>(...words: string[]): Promise<T> => {
    const [head = '', ...rest] = words;
    const at = rest.indexOf('--');
    const line = at < 0 ? [...rest, '--json'] : [...rest.slice(0, at), '--json', ...rest.slice(at)];
    const { code, stdout, stderr } = await cli.run('task', head, ...line);
    assert.equal(code, 0, stderr);
    const value: T = JSON.parse(stdout);
    return value;
  };

  it('adds a command with a schedule and says when it comes, and that Waggle has to run for it', async () => {
    const said = await cli.run(
      ...['task', 'add', 'Nightly tests', '--cwd', folder],
      ...['--cron', '30 2 * * 1-5', '--zone', 'Europe/Berlin', '--missed', 'skip'],
      ...['--', '/bin/sh', '-c', 'echo tested'],
    );
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stdout, /^Added "Nightly tests" \([0-9a-f]{8}\): .* on weekdays at 02:30/);
    assert.match(said.stderr, /waggle service install/);
    const { tasks } = await json<{ tasks: Task[] }>('list');
    assert.deepEqual(tasks[0]?.work, {
      kind: 'command',
      command: ['/bin/sh', '-c', 'echo tested'],
    });
    assert.deepEqual(tasks[0]?.policies.missed, { kind: 'skip' });
  });

  it('runs it now, waits, prints what it wrote, and lists what happened', async () => {
    const ran = await cli.run('task', 'run', 'nightly tests', '--wait');
    assert.deepEqual([ran.code, ran.stdout], [0, 'tested\nsucceeded\n']);
    const { runs } = await json<{ runs: Run[] }>('history', 'Nightly tests');
    assert.deepEqual(
      runs.map(({ outcome, trigger }) => [outcome, trigger]),
      [['succeeded', 'person']],
    );
    const shown = await cli.run('task', 'history', '--output', runs[0]?.id ?? '');
    assert.equal(shown.stdout, 'tested\n');
    const { stdout } = await cli.run('task', 'show', 'Nightly tests');
    assert.match(stdout, /next {5}\S+ \S+ · /);
    assert.match(stdout, /what is missed is left out/);
  });

  it('reviews, sends back, approves, pauses, cancels and deletes', async () => {
    await json('add', 'Reviewed', '--cwd', folder, '--review', '--', '/bin/sh', '-c', 'true');
    assert.equal((await cli.run('task', 'run', 'Reviewed', '--wait')).code, 0);
    const listed = await cli.run('task', 'list');
    assert.match(listed.stdout.split('\n')[1] ?? '', /to review +Reviewed/);
    assert.equal((await cli.run('task', 'change', 'Reviewed', 'more', 'please', '--wait')).code, 0);
    const { task } = await json<{ task: Task }>('approve', 'Reviewed', 'good');
    assert.deepEqual(task.state, { status: 'done', summary: 'good' });
    const paused = await json<{ task: Task }>('pause', 'Nightly tests');
    assert.deepEqual([paused.task.paused, paused.task.nextRunAt], [true, null]);
    const on = await json<{ task: Task }>('pause', 'Nightly tests', '--off');
    assert.notEqual(on.task.nextRunAt, null);
    const cancelled = await json<{ task: Task }>('cancel', 'Nightly tests');
    assert.equal(cancelled.task.state.status, 'cancelled');
    assert.equal((await cli.run('task', 'delete', 'Nightly tests')).code, 0);
  });

  it('says what is wrong, and what to do, with an exit status for scripts', async () => {
    const wrong: [string[], number, RegExp][] = [
      [['add', 'x', '--cron', '0 0 30 2 *', '--', 'true'], 2, /never comes[^]*To fix/],
      [['add', 'x', '--cron', '0 9 * * *', '--zone', 'Mars/Base', '--', 'true'], 2, /zone is not/],
      [['add', 'x', '--at', '2020-01-01T00:00', '--', 'true'], 2, /has passed/],
      [['add', 'x', '--every', 'often', '--', 'true'], 2, /How long/],
      [['add', 'x', '--cwd', join(folder, 'none'), '--', 'true'], 1, /does not exist/],
      [['add', 'x', '--agent', 'nobody', '--prompt', 'hi'], 2, /cannot be handed a prompt/],
      [['show', 'no such task'], 3, /no task/],
      [['approve', 'Reviewed'], 1, /cannot be approved/],
    ];
    for (const [words, code, text] of wrong) {
      const said = await cli.run('task', ...words);
      assert.match(said.stderr, text);
      assert.equal(said.code, code, `${words.join(' ')}: ${said.stderr}`);
    }
  });
});
