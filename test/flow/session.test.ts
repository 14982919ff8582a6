import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectHost } from '../../link/host/host.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import { SessionHome, size, until } from './sessionHome.ts';

describe('a session', () => {
  let home: SessionHome;
  let link: DaemonLink;
  before(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  after(() => home.close());

  const get = async (id: Session['id']): Promise<Session> =>
    (await link.call('session/get', { sessionId: id })).session;
  const kill = (id: Session['id']) => link.call('session/kill', { sessionId: id });
  const historyOf = async (id: Session['id']): Promise<string> => {
    const page = await link.call('session/history', { sessionId: id });
    return Buffer.from(page.data, 'base64').toString();
  };

  it('runs a shell that can be typed into, and runs on when everybody detached', async () => {
    const session = await home.openSession(link);
    assert.equal(session.status, 'running');
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.waitFor('$ ');
    assert.equal(await screen.type('echo $((40+2)) $WAGGLE_SESSION_ID\n'), 'delivered');
    await screen.waitFor(`42 ${session.id}`);
    await until(async () => (await get(session.id)).clients === 1, 'one client');
    screen.stream.dispose();
    await until(async () => (await get(session.id)).clients === 0, 'nobody attached');
    assert.equal((await get(session.id)).status, 'running');
    const again = await home.attach(link, session.id, 'window-2');
    await again.waitFor(`42 ${session.id}`);
    await kill(session.id);
  });

  it('is opened with the way to its host, when that is asked for, and shown without asking again', async () => {
    const { session, route } = await link.call('session/open', {
      agent: 'command',
      command: ['sh', '-c', 'echo shown at once; exec cat'],
      cwd: home.folder,
      environment: home.env,
      size,
      attach: 'host',
    });
    assert.ok(route !== undefined);
    const transport = createHostTransport({ ...route, clientId: 'window-1', kind: 'test' });
    const stream = await openSessionStream({ transport, right: 'write', size });
    const seen: string[] = [];
    stream.onOutput(({ bytes }) => seen.push(Buffer.from(bytes).toString()));
    await until(() => seen.join('').includes('shown at once'), 'its output');
    stream.dispose();
    const plain = await home.openSession(link, { agent: 'command', command: ['true'] });
    assert.ok(!('route' in plain));
    await kill(session.id);
  });

  it('has the environment of its opener, without ours of another session, and its own on top', async () => {
    const environment = {
      ...home.env,
      FROM_WINDOW: 'yes',
      WAGGLE_TOKEN: 'foreign',
      NODE_OPTIONS: '--inspect',
      VSCODE_PID: '1',
      SSH_AUTH_SOCK: '/tmp/agent-of-the-window',
    };
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['env'],
      environment,
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.waitFor('WAGGLE_HOST_ID');
    await until(async () => (await get(session.id)).status === 'ended', 'env ended');
    const lines = new Map(
      (await historyOf(session.id)).split('\r\n').map((line): [string, string] => {
        const cut = line.indexOf('=');
        return [line.slice(0, cut), line.slice(cut + 1)];
      }),
    );
    assert.deepEqual(
      ['FROM_WINDOW', 'TERM', 'COLORTERM', 'TERM_PROGRAM', 'WAGGLE_SESSION_ID', 'WAGGLE_HOME'].map(
        (name) => lines.get(name),
      ),
      ['yes', 'xterm-256color', 'truecolor', 'waggle', session.id, home.paths.home],
    );
    assert.deepEqual(
      ['NODE_OPTIONS', 'VSCODE_PID'].map((name) => lines.has(name)),
      [false, false],
    );
    assert.match(lines.get('WAGGLE_TOKEN') ?? '', /^[^.]+\.[0-9a-f]{64}$/);
    assert.match(lines.get('WAGGLE_HOST_ID') ?? '', /^[0-9a-f]{32}$/);
    assert.equal(lines.get('PATH')?.split(':')[0], join(home.paths.home, 'bin'));
    assert.match(lines.get('SSH_AUTH_SOCK') ?? '', /\/run\/links\/[0-9a-f]{12}\.ssh$/);
  });

  it('has the environment that its window reported, with given values on top', async () => {
    const windowId = 'window-7';
    const reported = { ...home.env, A: 'window', B: 'window' };
    await link.call('window/reportEnvironment', { windowId, environment: reported });
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', 'echo $A-$B-done'],
      environment: { B: 'given' },
      windowId,
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.waitFor('window-given-done');
  });

  it('tells how its process ended, and keeps the output', async () => {
    const changes: string[] = [];
    const follower = await home.connect('subscriber');
    await follower.call('session/subscribe', {});
    follower.onEvent('session/changed', ({ session: now }) =>
      changes.push(`${now.name} ${now.status}`),
    );
    const command = ['sh', '-c', 'printf tail-of-it; exit 7'];
    const session = await home.openSession(link, { agent: 'command', command, name: 'brief' });
    await until(async () => (await get(session.id)).status === 'ended', 'the end');
    const { exit, attention, pid } = await get(session.id);
    assert.deepEqual([exit?.code, exit?.signal, pid], [7, null, null]);
    assert.deepEqual([attention.state, attention.sentence], ['failed', 'exited 7']);
    await until(async () => (await historyOf(session.id)) === 'tail-of-it', 'the last byte');
    await until(() => changes.includes('brief ended'), 'the event');
    const { needs } = await link.call('attention/list', {});
    const need = needs.find((entry) => entry.sessionId === session.id);
    assert.deepEqual([need?.kind, need?.text], ['failed', 'exited 7']);
    await link.call('attention/answer', {
      id: need?.id ?? '',
      action: 'dismiss',
      revision: need?.revision ?? 0,
    });
    assert.equal((await get(session.id)).attention.state, 'ended');
  });

  it('tells a signal by its name', async () => {
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', 'kill -SEGV $$'],
    });
    await until(async () => (await get(session.id)).status === 'ended', 'the end');
    const { exit } = await get(session.id);
    assert.deepEqual([exit?.code, exit?.signal], [null, 'SIGSEGV']);
  });

  it('ends with every process of it, those that left its tree or ignore TERM too', async () => {
    const script = [
      'setsid sleep 600 &',
      'nohup sleep 601 >/dev/null 2>&1 &',
      `setsid sh -c 'trap "" TERM HUP; while :; do sleep 602; done' &`,
      '(setsid sh -c "sleep 603 & wait" >/dev/null 2>&1 &)',
      'trap "" TERM; echo all-started; while :; do sleep 1; done',
    ].join('\n');
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', script],
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.waitFor('all-started');
    await until(() => home.processesOf(session.id).length >= 7, 'all of them');
    const { killed, session: after } = await kill(session.id);
    assert.deepEqual(home.processesOf(session.id), []);
    assert.ok(killed >= 7, `${killed} killed`);
    assert.deepEqual([after.status, after.attention.state, after.pid], ['killed', 'killed', null]);
    assert.equal((await kill(session.id)).killed, 0);
  });

  it('shows what still runs behind its end, and ends that too', async () => {
    const command = ['sh', '-c', 'setsid sleep 600 >/dev/null 2>&1 & sleep 0.3'];
    const session = await home.openSession(link, { agent: 'command', command });
    await until(async () => (await get(session.id)).status === 'ended', 'the end');
    await until(
      async () => (await get(session.id)).backgroundProcesses === 1,
      'one in the background',
    );
    await assert.rejects(link.call('session/delete', { sessionId: session.id }), {
      code: 'conflict',
    });
    await kill(session.id);
    assert.deepEqual(home.processesOf(session.id), []);
    const { status, backgroundProcesses } = await get(session.id);
    assert.deepEqual([status, backgroundProcesses], ['ended', 0]);
  });

  it('is opened once for a repeated key', async () => {
    const idempotencyKey = 'same-key-1';
    const command = ['sleep', '600'];
    const opened = await Promise.all(
      [1, 2, 3].map(() => home.openSession(link, { agent: 'command', command, idempotencyKey })),
    );
    assert.equal(new Set(opened.map(({ id }) => id)).size, 1);
    const [first] = opened;
    if (first !== undefined) await kill(first.id);
  });

  it('is refused with what to do when program or folder are missing, and leaves nothing', async () => {
    const before = (await link.call('session/list', { history: true })).sessions.length;
    await assert.rejects(
      home.openSession(link, { agent: 'command', command: ['no-such-program-anywhere'] }),
      { code: 'commandNotFound', fix: 'Check the name, or give the full path.' },
    );
    await assert.rejects(home.openSession(link, { cwd: '/no/such/folder' }), {
      code: 'directoryMissing',
      message: 'The folder /no/such/folder does not exist.',
    });
    const { sessions } = await link.call('session/list', { history: true });
    assert.equal(sessions.length, before);
  });

  it('is not opened for an agent in a folder that was taken back, while a shell is', async () => {
    const folder = join(home.folder, 'hostile');
    mkdirSync(folder);
    await link.call('workspace/trust', { root: folder, trusted: false });
    await assert.rejects(home.openSession(link, { agent: 'claude', cwd: folder }), {
      code: 'untrusted',
      details: { root: folder },
    });
    const shell = await home.openSession(link, { cwd: folder });
    await kill(shell.id);
    const { workspaces } = await link.call('workspace/list', {});
    const trusted = workspaces.flatMap(({ trustedRoots }) => trustedRoots.map(({ root }) => root));
    assert.deepEqual([trusted.includes(folder), trusted.includes(home.folder)], [false, true]);
  });

  it('takes a name from its program until a person gives one', async () => {
    const script =
      'printf "\\033]0;first title\\007"; read x; printf "\\033]0;second\\007\\033]7501;state=done\\007"; read x';
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', script],
    });
    await until(async () => (await get(session.id)).name === 'first title', 'the title');
    await link.call('session/rename', { sessionId: session.id, name: 'mine' });
    await link.call('session/send', { sessionId: session.id, text: '\n' });
    await until(async () => (await get(session.id)).attention.state === 'finished', 'the report');
    assert.equal((await get(session.id)).name, 'mine');
    await link.call('session/rename', { sessionId: session.id, name: null });
    assert.equal((await get(session.id)).name, 'second');
    await kill(session.id);
  });

  it('shows what its program reports as its state', async () => {
    const report = (fields: string): string => `printf "\\033]7501;${fields}\\007"; read x;`;
    const message = Buffer.from('approve Bash: npm test').toString('base64');
    const script =
      report('state=working:app=x') +
      report(`state=blocked:kind=permission:msg=${message}`) +
      report('state=done');
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', script],
    });
    const stateIs = (state: string) => async () =>
      (await get(session.id)).attention.state === state;
    await until(stateIs('working'), 'working');
    await link.call('session/send', { sessionId: session.id, text: '\n' });
    await until(stateIs('asking'), 'asking');
    const { kind, sentence } = (await get(session.id)).attention;
    assert.deepEqual([kind, sentence], ['permission', 'wants to run `npm test`']);
    await link.call('session/send', { sessionId: session.id, text: '\n' });
    await until(stateIs('finished'), 'finished');
    await kill(session.id);
  });

  it('carries tags and can be hidden', async () => {
    const session = await home.openSession(link, { tags: ['a'] });
    const tag = { sessionId: session.id, tags: ['b', 'c', 'b\u202E'], hidden: true };
    const { session: tagged } = await link.call('session/tag', tag);
    assert.deepEqual([tagged.tags, tagged.hidden], [['b', 'c'], true]);
    await kill(session.id);
  });

  it('starts again under the same id as the next generation, with the values of who asks', async () => {
    const command = ['sh', '-c', 'echo value=$VALUE; read x'];
    const environment = { ...home.env, VALUE: 'one' };
    const session = await home.openSession(link, { agent: 'command', command, environment });
    await assert.rejects(link.call('session/restart', { sessionId: session.id }), {
      code: 'conflict',
    });
    await until(async () => (await historyOf(session.id)).includes('value=one'), 'the first');
    await kill(session.id);
    const restart = { sessionId: session.id, environment: { ...home.env, VALUE: 'two' } };
    const { session: again } = await link.call('session/restart', restart);
    assert.deepEqual([again.id, again.generation, again.status], [session.id, 1, 'running']);
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.waitFor('value=two');
    const first = await link.call('session/history', { sessionId: session.id, generation: 0 });
    assert.match(Buffer.from(first.data, 'base64').toString(), /value=one/);
    await kill(session.id);
  });

  it('is deleted with everything kept of it, when it has ended', async () => {
    const session = await home.openSession(link);
    await assert.rejects(link.call('session/delete', { sessionId: session.id }), {
      code: 'conflict',
    });
    await kill(session.id);
    await link.call('session/delete', { sessionId: session.id });
    await assert.rejects(get(session.id), { code: 'notFound' });
    await assert.rejects(link.call('session/history', { sessionId: session.id }), {
      code: 'notFound',
    });
    const { sessions } = await link.call('session/list', { history: true });
    assert.equal(
      sessions.some(({ id }) => id === session.id),
      false,
    );
  });

  it('is gone with its process when it is killed while it starts', async () => {
    const starting = new Promise<Session>((resolve) => {
      const listening = link.onEvent('session/opened', ({ session }) => {
        listening.dispose();
        resolve(session);
      });
    });
    await link.call('session/subscribe', {});
    const opening = home.openSession(link, { agent: 'command', command: ['sleep', '600'] });
    const { id } = await starting;
    const [killed] = await Promise.all([kill(id), opening]);
    assert.equal(killed.session.status, 'killed');
    assert.deepEqual(home.processesOf(id), []);
    assert.equal((await get(id)).status, 'killed');
  });

  it('goes into another host when its own takes no more', async () => {
    const [file] = home.readHostFiles();
    assert.ok(file);
    const control = await connectHost({
      ...{ socket: file.socket, secret: file.key, tokenId: 'control', clientId: 'test' },
      kind: 'test',
    });
    await control.call('host/drain', {});
    control.dispose();
    const session = await home.openSession(link);
    const route = await link.call('session/attach', { sessionId: session.id, via: 'host' });
    assert.notEqual(route.via === 'host' && route.hostId, file.id);
    await kill(session.id);
  });

  it('is a size of its own until a client with the lease brings another', async () => {
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', 'read x; stty size; read x'],
      size: { cols: 91, rows: 17 },
    });
    const screen = await home.attach(link, session.id, 'window-1');
    screen.stream.resize({ cols: 100, rows: 30 });
    await until(async () => (await get(session.id)).size.cols === 100, 'the size');
    await screen.type('\n');
    await screen.waitFor('30 100');
    await kill(session.id);
    assert.notDeepEqual(size, (await get(session.id)).size);
  });
});
