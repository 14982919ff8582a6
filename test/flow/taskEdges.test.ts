import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Task } from '../../protocol/task/task.ts';
import { errorCodeOf, WaggleError } from '../../protocol/wire/errors.ts';
import { ask, call, outcomeOf } from './mcpRequest.ts';
import { DaemonHome } from './daemonHome.ts';
import { TaskHome, until } from './taskHome.ts';

type Create = MethodParams<'task/create'>;

describe('tasks at their edges', function () {
  this.timeout(240_000);
  let tasks: TaskHome;

  before(async () => {
    tasks = await TaskHome.open();
  });

  after(() => tasks.close());

  const listed = async (): Promise<Task[]> => (await tasks.link.call('task/list', {})).tasks;

  it('are refused with what to do when they could never run, and nothing of them is written', async () => {
    const { link, folder: cwd } = tasks;
    const command = { kind: 'command' as const, command: ['true'] };
    const base: Create = { title: 'x', work: command, cwd };
    const cron = (pattern: string, zone = 'UTC') => ({ kind: 'cron' as const, pattern, zone });
    const prompt = { kind: 'prompt' as const, prompt: 'hi', agent: 'claude' };
    const refused: [object, string][] = [
      [{ ...base, schedule: cron('0 0 30 2 *') }, 'badRequest'],
      [{ ...base, schedule: cron('nonsense') }, 'badRequest'],
      [{ ...base, schedule: cron('0 9 * * *', 'Mars/Base') }, 'badRequest'],
      [{ ...base, schedule: { kind: 'once', at: '2020-01-01T00:00:00Z' } }, 'badRequest'],
      [{ ...base, cwd: join(cwd, 'missing') }, 'directoryMissing'],
      [{ ...base, cwd: 'relative' }, 'directoryMissing'],
      [{ ...base, work: { ...prompt, agent: 'nobody' } }, 'badRequest'],
      [{ ...base, work: { ...prompt, prompt: 'x'.repeat(300_000) } }, 'badRequest'],
      [{ ...base, work: { kind: 'none' }, schedule: cron('@daily') }, 'badRequest'],
      [{ ...base, uid: 0 }, 'badRequest'],
      [{ ...base, work: { ...command, uid: 0 } }, 'badRequest'],
      [{ ...base, environment: { 'not a name': 'x' } }, 'badRequest'],
      [{ ...base, parentId: '01890a5d-ac96-774b-bcce-b302099a8057' }, 'notFound'],
    ];
    for (const [params, code] of refused) {
      const error: unknown = await link.call('task/create', params as Create).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.equal(errorCodeOf(error), code, JSON.stringify(params).slice(0, 120));
      if (code !== 'badRequest') assert.ok(error instanceof WaggleError && error.fix !== undefined);
    }
    assert.deepEqual(await listed(), []);
  });

  it('are never below themselves', async () => {
    const parent = await tasks.add([], { work: { kind: 'none' }, title: 'parent' });
    const child = await tasks.add(['true'], { parentId: parent.id, title: 'child' });
    const move = tasks.link.call('task/edit', {
      taskId: parent.id,
      change: { parentId: child.id },
    });
    await assert.rejects(move, /below itself/);
    const stale = tasks.link.call('task/edit', {
      ...{ taskId: child.id, revision: 1, change: { title: 'new' } },
    });
    await assert.rejects(stale, /changed in the meantime/);
    const early = tasks.link.call('task/approve', { taskId: parent.id });
    await assert.rejects(early, /below it is still open/);
    await tasks.link.call('task/delete', { taskId: parent.id });
    assert.deepEqual(await listed(), []);
  });

  it('show the failures of those below them, and honour their own review', async () => {
    const parent = await tasks.add([], { work: { kind: 'none' }, title: 'p', review: true });
    const good = await tasks.add(['/bin/true'], { parentId: parent.id });
    const bad = await tasks.add(['/bin/false'], { parentId: parent.id });
    await tasks.link.call('task/run', { taskId: good.id });
    await tasks.link.call('task/run', { taskId: bad.id });
    const failed = await tasks.reach(parent, 'failed');
    assert.deepEqual(failed.state, { status: 'failed', reason: 'One of its tasks failed.' });
    const change = { work: { kind: 'command' as const, command: ['/bin/true'] } };
    await tasks.link.call('task/edit', { taskId: bad.id, change });
    await tasks.link.call('task/retry', { taskId: bad.id });
    await tasks.reach(parent, 'review');
    await tasks.link.call('task/approve', { taskId: parent.id });
    await tasks.reach(parent, 'done');
    await tasks.link.call('task/delete', { taskId: parent.id });
  });

  it('in files are listed where they are trusted, off until enabled, and off again when their file changed', async () => {
    const root = join(tasks.home.directory, 'repository');
    const directory = join(root, '.waggle', 'tasks');
    mkdirSync(directory, { recursive: true });
    mkdirSync(join(root, '.git'));
    const file = join(directory, 'greet.md');
    const write = (word: string): void =>
      writeFileSync(file, `---\ntitle: Greet\ncommand: [/bin/echo, ${word}]\nevery: 1d\n---\n`);
    write('hello');
    writeFileSync(join(directory, 'hostile.md'), '---\nrun: "rm -rf ~"\n---\nx');
    symlinkSync('/etc/passwd', join(directory, 'link.md'));
    assert.deepEqual(await listed(), []);
    await tasks.link.call('workspace/trust', { root, trusted: true });
    const found = await listed();
    assert.deepEqual(
      new Map(found.map(({ title, state, nextRunAt }) => [title, [state.status, nextRunAt]])),
      new Map([
        ['Greet', ['draft', null]],
        ['hostile', ['draft', null]],
      ]),
    );
    const [greet, hostile] = ['Greet', 'hostile'].map((title) =>
      found.find((task) => task.title === title),
    );
    assert.ok(greet && hostile);
    assert.ok(hostile.source.kind === 'file' && hostile.source.problem?.includes('run'));
    await assert.rejects(tasks.link.call('task/run', { taskId: greet.id }), /draft/);
    const no = tasks.link.call('task/enable', { taskId: hostile.id, revision: hostile.revision });
    await assert.rejects(no, /wrong/);
    const enable = async (): Promise<Task> => {
      const { revision } = await tasks.get(greet);
      return (await tasks.link.call('task/enable', { taskId: greet.id, revision })).task;
    };
    assert.notEqual((await enable()).nextRunAt, null);
    const { run } = await tasks.link.call('task/run', { taskId: greet.id });
    await until(async () => (await tasks.output(run)).includes('hello'), 'it ran');
    write('goodbye');
    // Before anybody looked: what runs is what was enabled, or nothing.
    const { run: changed } = await tasks.link.call('task/run', { taskId: greet.id });
    const failed = await tasks.reach(greet, 'failed');
    assert.equal(failed.lastRun?.id, changed.id);
    assert.ok(failed.state.status === 'failed' && failed.state.reason.includes('has changed'));
    const off = (await listed()).find(({ id }) => id === greet.id);
    assert.ok(off?.source.kind === 'file' && off.source.changed);
    assert.deepEqual([off.state.status, off.nextRunAt], ['draft', null]);
    assert.equal((await enable()).state.status, 'ready');
    rmSync(file);
    const gone = (await listed()).find(({ id }) => id === greet.id);
    assert.ok(gone?.source.kind === 'file' && gone.source.problem !== null);
    await tasks.link.call('workspace/trust', { root, trusted: false });
    assert.equal(
      (await listed()).some(({ title }) => title === 'hostile'),
      false,
    );
  });

  it('in files run nothing that nobody enabled when their file changes while they run, or back and forth', async () => {
    const root = join(tasks.home.directory, 'changing');
    const directory = join(root, '.waggle', 'tasks');
    mkdirSync(directory, { recursive: true });
    const [gate, bad] = [join(root, 'gate'), join(root, 'bad')];
    const waits = `while [ ! -e ${gate} ]; do sleep 0.1; done; echo reviewed`;
    const write = (command: string, check: string): void =>
      writeFileSync(
        join(directory, 'build.md'),
        `---\ntitle: Build\ncommand: [/bin/sh, -c, "${command}"]\ncheck: [/bin/sh, -c, "${check}"]\n---\n`,
      );
    const enabled = (): void => write(waits, 'true');
    const hostile = (): void => write(`touch ${bad}`, `touch ${bad}`);
    enabled();
    await tasks.link.call('workspace/trust', { root, trusted: true });
    const seen = async (): Promise<Task> => {
      const found = (await listed()).find(({ title }) => title === 'Build');
      assert.ok(found);
      return found;
    };
    const build = await seen();
    const enable = async (): Promise<unknown> =>
      tasks.link.call('task/enable', { taskId: build.id, revision: (await seen()).revision });
    await enable();
    const { run } = await tasks.link.call('task/run', { taskId: build.id });
    await until(async () => (await tasks.get(build)).lastRun?.state === 'started', 'it runs');
    hostile();
    const atWork = await seen();
    assert.ok(atWork.source.kind === 'file' && atWork.source.changed);
    assert.deepEqual([atWork.work, atWork.check], [build.work, build.check]);
    writeFileSync(gate, '');
    const failed = await tasks.reach(build, 'failed');
    assert.deepEqual([failed.lastRun?.id, existsSync(bad)], [run.id, false]);
    assert.ok(failed.state.status === 'failed' && failed.state.reason.includes('has changed'));
    const off = await seen();
    assert.equal(off.state.status, 'draft');
    assert.notDeepEqual(off.work, build.work);
    enabled();
    const back = await seen();
    assert.deepEqual([back.work, back.check], [build.work, build.check]);
    await enable();
    const { run: again } = await tasks.link.call('task/run', { taskId: build.id });
    await tasks.reach(build, 'done');
    assert.match(await tasks.output(again), /reviewed/);
    assert.equal(existsSync(bad), false);
    await tasks.link.call('workspace/trust', { root, trusted: false });
  });

  it('are reported on by their own agent with its token, and by no other', async () => {
    const token = join(tasks.folder, 'token');
    const script = `echo "$WAGGLE_HOOK_TOKEN" > "${token}"; exec sleep 600`;
    const task = await tasks.add(['/bin/sh', '-c', script], { title: 'Worker' });
    await tasks.link.call('task/run', { taskId: task.id });
    await until(() => existsSync(token) && readFileSync(token, 'utf8').length > 60, 'a token');
    const { port } = tasks.home.runtimeFile;
    const say = async (name: string, given: object) =>
      outcomeOf(
        await ask({
          ...{ port: port ?? 0, token: readFileSync(token, 'utf8').trim() },
          body: call(name, given),
        }),
      );
    await tasks.link.call('mcp/choose', { folder: tasks.folder, choice: 'all' });
    await say('report_task', { kind: 'progress', text: 'half\u001b[31m way' });
    await say('report_task', { kind: 'link', text: 'https://example.org/1', title: 'PR' });
    assert.equal(await say('report_task', { kind: 'link', text: 'javascript:x' }), 'badRequest');
    const { progress, results } = await tasks.get(task);
    assert.ok(progress?.startsWith('half') === true && !progress.includes('\u001b'));
    assert.deepEqual(
      results.map(({ kind, target, by }) => [kind, target, by]),
      [['link', 'https://example.org/1', 'agent']],
    );
    const made = (await say('create_task', { title: 'More', prompt: 'go on' })) as {
      taskId: string;
    };
    const draft = (await listed()).find(({ id }) => id === made.taskId);
    assert.deepEqual([draft?.state.status, draft?.source.kind], ['draft', 'agent']);
    await say('report_task', { kind: 'blocked', text: 'no key' });
    assert.equal((await tasks.get(task)).state.status, 'blocked');
    const { needs } = await tasks.link.call('attention/list', {});
    assert.ok(needs.some(({ taskId, text }) => taskId === task.id && text.includes('no key')));
    await tasks.link.call('task/cancel', { taskId: task.id });
  });

  it('are paused in a copy of the data directory, which says so', async () => {
    const at = new Date(Date.now() + 86_400_000).toISOString();
    const task = await tasks.add(['true'], { schedule: { kind: 'once', at }, title: 'Later' });
    await tasks.home.signal('SIGTERM');
    const copy = await DaemonHome.open();
    try {
      cpSync(join(tasks.home.paths.home), copy.paths.home, {
        recursive: true,
        filter: (path) => !path.includes('/run'),
      });
      const link = await copy.start();
      const { tasks: copied, settings } = await link.call('task/list', {});
      assert.ok(copied.some(({ id }) => id === task.id));
      assert.equal(settings.paused, true);
      assert.match(settings.pausedReason ?? '', /copy/);
      const { settings: on } = await link.call('task/configure', { change: { paused: false } });
      assert.deepEqual([on.paused, on.pausedReason], [false, null]);
    } finally {
      await copy.close();
      await tasks.start();
    }
    const { settings } = await tasks.link.call('task/list', {});
    assert.equal(settings.paused, false);
  });
});
