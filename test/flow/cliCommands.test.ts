import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../../protocol/session/session.ts';
import { CliHome, until } from './cliHome.ts';

interface Status {
  readonly running: boolean;
  readonly pid: number;
  readonly hosts: readonly { readonly pid: number }[];
}

function failureOf(stderr: string): unknown {
  const { error }: { error: { code: string } } = JSON.parse(stderr);
  return error.code;
}

describe('the command without a terminal', function () {
  this.timeout(120_000);
  let cli: CliHome;

  before(async () => {
    cli = await CliHome.open();
  });
  after(() => cli.stop());

  it('says that no daemon runs without starting one', async () => {
    const [status, names] = [await cli.run('daemon', 'status'), await cli.run('session-names')];
    assert.deepEqual([status.code, names.code, names.stdout], [4, 0, '']);
    assert.match(status.stdout, /^The daemon does not run/);
    assert.deepEqual(cli.listProcesses(), []);
  });

  it('starts a session and lists it, for people and for programs', async () => {
    const session = await cli.start('api', 'sh', '-c', 'echo hello; sleep 600');
    const { sessions } = await cli.json<{ sessions: Session[] }>('list');
    assert.deepEqual(
      sessions.map(({ id, name, status, agent }) => ({ id, name, status, agent })),
      [{ id: session.id, name: 'api', status: 'running', agent: 'command' }],
    );
    const { stdout, stderr } = await cli.run();
    assert.equal(stderr, '');
    assert.match(stdout, /^NAME +STATE +AGENT +FOLDER +AGE +ID +WHAT\napi /);
    assert.doesNotMatch(stdout, /\u001b/);
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.length > 80),
      [],
    );
  });

  it('gives the session the environment of the caller, with what was added', async () => {
    const env = { ...cli.env, FROM_CALLER: 'caller' };
    const script = 'echo "$FROM_CALLER-$ADDED-$TERM_PROGRAM-"; sleep 600';
    await cli.runWith(
      env,
      'new',
      '--detach',
      '--name',
      'env',
      '--env',
      'ADDED=a=b',
      '--',
      'sh',
      '-c',
      script,
    );
    await until(async () =>
      (await cli.run('history', 'env')).stdout.includes('caller-a=b-waggle-'),
    );
  });

  it('types into a session, and reads what it wrote byte for byte', async () => {
    await cli.start(
      'typed',
      'sh',
      '-c',
      'stty -echo; read -r line; printf "got:%s\\n" "$line"; sleep 600',
    );
    await cli.run('send', 'typed', '--enter', 'two', 'words');
    await until(async () =>
      (await cli.run('history', 'typed')).stdout.endsWith('got:two words\r\n'),
    );
  });

  it('reads a long history in pages of JSON', async () => {
    const script = 'head -c 300000 /dev/zero | tr "\\0" x; sleep 600';
    const { id } = await cli.start('long', 'sh', '-c', script);
    interface Page {
      readonly data: string;
      readonly next: number;
      readonly end: number;
    }
    const read = (from: number) => cli.json<Page>('history', id, '--from', String(from));
    await until(async () => (await read(0)).end === 300_000);
    const first = await read(0);
    assert.ok(first.next < first.end);
    const second = await read(first.next);
    assert.equal(second.next, 300_000);
    const bytes = [first, second].map(({ data }) => Buffer.from(data, 'base64').length);
    assert.deepEqual(bytes, [first.next, 300_000 - first.next]);
    await cli.run('kill', id);
  });

  it('renames and tags by any unique name', async () => {
    const { id } = await cli.start('first', 'sleep', '600');
    await cli.run('rename', 'first', 'second');
    const { session } = await cli.json<{ session: Session }>('tag', id, 'a', 'b');
    assert.deepEqual(
      [session.name, session.tags, session.nameSource],
      ['second', ['a', 'b'], 'person'],
    );
  });

  it('kills every process of a session, keeps it in history, and deletes it', async () => {
    const session = await cli.start('doomed', 'sh', '-c', 'sleep 600 & sleep 601');
    const { pid } = session;
    assert.ok(pid !== null);
    const killed = await cli.json<{ session: Session; killed: number }>('kill', 'doomed');
    assert.equal(killed.session.status, 'killed');
    assert.ok(killed.killed >= 2, `killed ${killed.killed}`);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    const { sessions } = await cli.json<{ sessions: Session[] }>('list');
    assert.equal(
      sessions.find(({ name }) => name === 'doomed'),
      undefined,
    );
    assert.equal((await cli.find('doomed'))?.status, 'killed');
    assert.equal((await cli.run('delete', 'doomed')).code, 0);
    assert.equal(await cli.find('doomed'), undefined);
  });

  it('starts an ended session again as the same one', async () => {
    const { id } = await cli.start('again', 'sh', '-c', 'echo run; exit 3');
    await until(async () => (await cli.find('again'))?.status === 'ended');
    const { session } = await cli.json<{ session: Session }>('restart', 'again');
    assert.deepEqual([session.id, session.generation], [id, 1]);
    await until(async () => (await cli.run('history', 'again')).stdout === 'run\r\n');
  });

  it('tells every failure by its code, on stderr, and says what to do', async () => {
    await cli.start('twin', 'sleep', '600');
    await cli.start('twin', 'sleep', '600');
    const lines: [string[], number, string][] = [
      [['frob'], 2, 'usage'],
      [['kill'], 2, 'usage'],
      [['attach', 'x', '--detach-key', 'q'], 2, 'usage'],
      [['kill', 'nobody'], 3, 'notFound'],
      [['kill', 'twin'], 6, 'ambiguous'],
      [['new', '--detach', '--', '/no/such/program'], 1, 'commandNotFound'],
      [['new', '--detach', '--cwd', '/no/such/place', '--', 'sh'], 1, 'directoryMissing'],
      [['send', 'doomed', 'x'], 3, 'notFound'],
    ];
    for (const [words, code, name] of lines) {
      const plain = await cli.run(...words);
      assert.deepEqual([plain.code, plain.stdout], [code, ''], words.join(' '));
      assert.match(plain.stderr, new RegExp(`^waggle: .*\\[${name}\\]\n`), words.join(' '));
      const dash = words.indexOf('--');
      const at = dash === -1 ? words.length : dash;
      const json = await cli.run(...words.slice(0, at), '--json', ...words.slice(at));
      assert.deepEqual([json.code, failureOf(json.stderr)], [code, name], words.join(' '));
    }
  });

  it('acts inside a session as that session, through its socket alone', async () => {
    const script =
      'command -v waggle; unset WAGGLE_HOME; HOME=/nowhere waggle list --json; echo "rc $?"; waggle daemon stop; echo "rc $?"; sleep 600';
    await cli.start('inside', 'sh', '-c', script);
    await until(async () => /rc \d[^]*rc \d/.test((await cli.run('history', 'inside')).stdout));
    const { stdout } = await cli.run('history', 'inside');
    assert.match(stdout, /\/bin\/waggle\r\n/);
    assert.match(stdout, /"name": "inside"/);
    assert.match(stdout, /rc 0\r\n[^]*\[forbidden\][^]*rc 5\r\n/);
  });

  it('lets an agent see its own session and nothing else', async () => {
    const bin = join(cli.home, 'agents');
    mkdirSync(bin);
    const agent =
      '#!/bin/sh\n[ "$1" = --version ] && echo 2.1.0 && exit\nwaggle list\nwaggle kill api\necho "rc $?"\nwaggle new --detach -- sh\necho "rc $?"\nsleep 600\n';
    writeFileSync(join(bin, 'claude'), agent, { mode: 0o755 });
    writeFileSync(join(cli.home, '.profile'), `PATH=${bin}:$PATH\n`);
    await cli.json('daemon', 'restart');
    const trusted = await cli.json<{ session: Session }>(
      'new',
      '--name',
      'agent',
      '--agent',
      'claude',
    );
    assert.equal(trusted.session.agent, 'claude');
    await until(async () => /rc \d[^]*rc \d/.test((await cli.run('history', 'agent')).stdout));
    const { stdout } = await cli.run('history', 'agent');
    assert.match(stdout, /\nagent /);
    assert.doesNotMatch(stdout, /\napi /);
    assert.deepEqual(stdout.match(/rc \d/g), ['rc 3', 'rc 5']);
    assert.equal((await cli.find('api'))?.status, 'running');
  });

  it('starts nothing with the token of a session, and says who can', async () => {
    const socket = join(cli.home, 'elsewhere', 'run', 'waggled.sock');
    const token = `00000000-0000-7000-8000-000000000000.${'0'.repeat(64)}`;
    const env = { ...cli.env, WAGGLE_SOCKET: socket, WAGGLE_TOKEN: token };
    const { code, stderr } = await cli.runWith(env, 'list');
    assert.equal(code, 4);
    assert.match(stderr, /\[daemonUnreachable\]\n {2}To fix: Run "waggle daemon start"/);
    assert.equal(existsSync(join(cli.home, 'elsewhere')), false);
  });

  it('stops the daemon and starts it again while sessions run on', async () => {
    const before = await cli.json<Status>('daemon', 'status');
    const session = await cli.find('api');
    const stopped = await cli.json<{ pid: number }>('daemon', 'stop');
    assert.equal(stopped.pid, before.pid);
    assert.equal((await cli.run('daemon', 'status')).code, 4);
    assert.equal((await cli.json<{ pid: null }>('daemon', 'stop')).pid, null);
    const after = await cli.json<Status>('daemon', 'start');
    assert.notEqual(after.pid, before.pid);
    const kept = await cli.find('api');
    assert.deepEqual([kept?.pid, kept?.status], [session?.pid, 'running']);
    const again = await cli.json<Status>('daemon', 'restart');
    assert.notEqual(again.pid, after.pid);
  });

  it('prints the log, and finds nothing wrong', async () => {
    const { lines } = await cli.json<{ lines: string[] }>('daemon', 'logs', '-n', '5');
    assert.ok(lines.length > 0 && lines.length <= 5);
    const { ok, checks } = await cli.json<{ ok: boolean; checks: { name: string }[] }>('doctor');
    const names = new Set(checks.map(({ name }) => name));
    assert.equal(ok, true);
    for (const name of ['home', 'runtime', 'daemon', 'port', 'host', 'agent', 'program'])
      assert.ok(names.has(name), name);
  });

  it('installs a command that needs no Node on PATH and knows its data directory', async () => {
    const bin = join(cli.home, 'bin');
    const { path } = await cli.json<{ path: string }>('install', '--directory', bin);
    const bare = { HOME: '/nowhere', PATH: '/bin' };
    const { stdout, status } = spawnSync(path, ['list', '--json'], { env: bare, encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /"name": "api"/);
    assert.equal((await cli.run('uninstall', '--yes', '--directory', bin)).code, 0);
    assert.equal(existsSync(path), false);
  });

  it('writes to a reader that leaves early without a complaint', async () => {
    const script = '"$0" "$@" | head -c 3; echo';
    const [file, ...words] = cli.argv('--help');
    const ended = spawnSync('/bin/sh', ['-c', script, file, ...words], { encoding: 'utf8' });
    assert.deepEqual([ended.stdout, ended.stderr], ['Usa\n', '']);
  });

  it('ends the sessions with the daemon when asked', async () => {
    const { sessions } = await cli.json<{ sessions: Session[] }>('list');
    const pids = sessions.flatMap(({ pid }) => (pid === null ? [] : [pid]));
    const { killed } = await cli.json<{ killed: number }>('daemon', 'stop', '--sessions');
    assert.ok(pids.length > 0 && killed >= pids.length, `killed ${killed}`);
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});
