import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { CliHome, until } from './cliHome.ts';

describe('the command about what was interrupted', function () {
  this.timeout(120_000);
  let cli: CliHome;

  beforeEach(async () => {
    cli = await CliHome.open();
  });
  afterEach(() => cli.stop());

  /** As a power cut does it to daemon and hosts, and the terminals of their sessions. */
  async function cutPower(): Promise<void> {
    const known = cli.listProcesses();
    for (const { pid } of known) process.kill(pid, 'SIGKILL');
    await until(() => known.every(({ pid, startTime }) => !isSameProcess(pid, startTime)));
    await until(async () => (await listStates()).every(([, status]) => status === 'interrupted'));
  }

  /** Name, status and generation. */
  async function listStates(): Promise<[string, string, number][]> {
    const { sessions } = await cli.json<{ sessions: Session[] }>('list', '--all');
    const states = sessions.map(({ name, status, generation }): [string, string, number] => [
      name,
      status,
      generation,
    ]);
    return states.sort(([left], [right]) => left.localeCompare(right));
  }

  it('lists it and what would become of it, and starts nothing', async () => {
    await cli.start('api', 'sleep', '600');
    await cli.start('web', 'sleep', '600');
    assert.equal((await cli.run('resume')).stdout, 'Nothing was interrupted.\n');
    await cutPower();
    const { code, stdout } = await cli.run('resume');
    assert.equal(code, 0);
    assert.match(stdout, /^NAME +AGENT +FOLDER +SINCE +COMES BACK\n/);
    for (const name of ['api', 'web'])
      assert.match(stdout, new RegExp(`^${name} +command +\\S+ +\\d+ s +started again$`, 'm'));
    const { sessions } = await cli.json<{ sessions: Session[] }>('resume');
    assert.deepEqual(sessions.map(({ name }) => name).toSorted(), ['api', 'web']);
    assert.deepEqual(await listStates(), [
      ['api', 'interrupted', 0],
      ['web', 'interrupted', 0],
    ]);
  });

  it('brings the named ones back in their own session, and then all that are left', async () => {
    for (const name of ['api', 'db', 'web']) await cli.start(name, 'sleep', '600');
    const before = await cli.find('api');
    await cutPower();
    const one = await cli.run('resume', 'api');
    assert.deepEqual([one.code, one.stdout.split(':')[0]], [0, 'Resumed "api"']);
    assert.equal((await cli.find('api'))?.id, before?.id);
    assert.deepEqual(await listStates(), [
      ['api', 'running', 1],
      ['db', 'interrupted', 0],
      ['web', 'interrupted', 0],
    ]);
    assert.equal((await cli.run('resume', '--agents')).stdout, 'Nothing to resume.\n');
    const all = await cli.run('resume', '--all');
    assert.equal(all.code, 0);
    assert.deepEqual(
      new Set([...all.stdout.matchAll(/^Resumed "(\w+)": /gm)].map(([, name]) => name)),
      new Set(['db', 'web']),
    );
    assert.deepEqual(await listStates(), [
      ['api', 'running', 1],
      ['db', 'running', 1],
      ['web', 'running', 1],
    ]);
    assert.equal((await cli.run('resume', '--all')).stdout, 'Nothing to resume.\n');
  });

  it('says which one does not come back and why, and brings the others back all the same', async () => {
    const folder = join(cli.home, 'gone');
    mkdirSync(folder);
    const inFolder = ['new', '--detach', '--name', 'lost', '--cwd', folder, '--', 'sleep', '600'];
    assert.equal((await cli.run(...inFolder)).code, 0);
    for (const name of ['api', 'web']) await cli.start(name, 'sleep', '600');
    await cutPower();
    rmSync(folder, { recursive: true });
    const { code, stdout } = await cli.run('resume', '--all');
    assert.notEqual(code, 0);
    assert.match(stdout, /^Not resumed "lost": The folder .*gone does not exist/m);
    assert.deepEqual(await listStates(), [
      ['api', 'running', 1],
      ['lost', 'interrupted', 0],
      ['web', 'running', 1],
    ]);
    mkdirSync(folder);
    const { results } = await cli.json<{ results: { session: Session }[] }>('resume', '--all');
    assert.deepEqual(
      results.map(({ session }) => [session.name, session.status]),
      [['lost', 'running']],
    );
  });

  it('refuses names together with --all, and a name that there is not', async () => {
    await cli.start('api', 'sleep', '600');
    await cutPower();
    const both = await cli.run('resume', 'api', '--all');
    assert.match(both.stderr, /Name sessions, or give --all or --agents/);
    const unknown = await cli.run('resume', 'nobody');
    assert.match(unknown.stderr, /nobody/);
    assert.deepEqual([both.code, unknown.code], [2, 3]);
    assert.deepEqual(await listStates(), [['api', 'interrupted', 0]]);
  });
});
