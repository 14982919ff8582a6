import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectHost } from '../../link/host/host.ts';
import type { Session } from '../../protocol/session/session.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('who may touch a session', () => {
  let home: SessionHome;
  let link: DaemonLink;
  before(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  after(() => home.close());

  /** A session, and a connection with the token that its processes have. */
  async function openInside(
    agent: 'shell' | 'command',
  ): Promise<{ session: Session; inside: DaemonLink; token: string }> {
    const command = { agent, command: ['sh', '-c', 'echo token=$WAGGLE_TOKEN=; exec sleep 600'] };
    const session = await home.openSession(link, agent === 'shell' ? {} : command);
    const screen = await home.attach(link, session.id, 'window-1');
    if (agent === 'shell') await screen.type('echo token=$WAGGLE_TOKEN=\n');
    const pattern = /token=([^$=\s]+)=/;
    await until(() => pattern.test(screen.text), 'the token');
    const token = pattern.exec(screen.text)?.[1];
    assert.ok(token);
    screen.stream.dispose();
    const inside = await home.connect(`inside-${session.id.slice(-8)}`, token);
    return { session, inside, token };
  }

  it('is itself alone when an agent asks: it sees itself and nothing more', async () => {
    const { session: other } = await openInside('command');
    const { session: own, inside } = await openInside('command');
    const { sessions } = await inside.call('session/list', { history: true });
    assert.deepEqual(
      sessions.map(({ id }) => id),
      [own.id],
    );
    assert.equal((await inside.call('session/get', { sessionId: own.id })).session.id, own.id);
    const forbidden = { code: 'forbidden' };
    const text = { text: 'rm -rf /\n' };
    await assert.rejects(inside.call('session/get', { sessionId: other.id }), forbidden);
    await assert.rejects(inside.call('session/history', { sessionId: other.id }), forbidden);
    await assert.rejects(inside.call('session/send', { sessionId: other.id, ...text }), forbidden);
    await assert.rejects(inside.call('session/send', { sessionId: own.id, ...text }), forbidden);
    await assert.rejects(
      inside.call('session/attach', { sessionId: other.id, via: 'host' }),
      forbidden,
    );
    await assert.rejects(inside.call('session/kill', { sessionId: other.id }), forbidden);
    await assert.rejects(home.openSession(inside), forbidden);
  });

  it('hears of itself alone', async () => {
    const { session: other } = await openInside('command');
    const { session: own, inside } = await openInside('command');
    const heard = new Set<string>();
    await inside.call('session/subscribe', {});
    inside.onEvent('session/changed', ({ session }) => heard.add(session.id));
    await link.call('session/rename', { sessionId: other.id, name: 'other' });
    await link.call('session/rename', { sessionId: own.id, name: 'own' });
    await inside.call('session/get', { sessionId: own.id });
    assert.deepEqual([...heard], [own.id]);
  });

  it('is the person when the shell that a person opened asks', async () => {
    const { session: other } = await openInside('command');
    const { inside } = await openInside('shell');
    assert.equal((await inside.call('session/get', { sessionId: other.id })).session.id, other.id);
    const opened = await home.openSession(inside);
    await inside.call('session/kill', { sessionId: opened.id });
  });

  it('is nobody after the session was killed: its token is worth nothing', async () => {
    const { session, inside } = await openInside('shell');
    const closed = new Promise((resolve) => inside.onDidClose(resolve));
    await link.call('session/kill', { sessionId: session.id });
    await closed;
  });

  it('is nobody after the session ended by itself', async () => {
    const { session, inside, token } = await openInside('shell');
    const closed = new Promise((resolve) => inside.onDidClose(resolve));
    await link.call('session/send', { sessionId: session.id, text: 'exit\n', take: true });
    await closed;
    await assert.rejects(home.connect('late', token), { code: 'unauthenticated' });
  });

  it('stays who it is while something of the ended session runs in the background', async () => {
    const { session, inside, token } = await openInside('shell');
    const text = 'nohup sleep 600 >/dev/null 2>&1 & exit\n';
    await link.call('session/send', { sessionId: session.id, text, take: true });
    const ended = async () => (await link.call('session/get', { sessionId: session.id })).session;
    await until(async () => (await ended()).status === 'ended', 'the end');
    assert.equal((await ended()).backgroundProcesses, 1);
    assert.equal(
      (await inside.call('session/get', { sessionId: session.id })).session.id,
      session.id,
    );
    const [pid] = home.processesOf(session.id);
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await until(async () => (await ended()).backgroundProcesses === 0, 'nothing runs');
    await assert.rejects(home.connect('late', token), { code: 'unauthenticated' });
  });

  it('loses the streams it was given together with its token', async () => {
    const { session: other } = await openInside('command');
    const { session, inside } = await openInside('shell');
    const route = await inside.call('session/attach', { sessionId: other.id, via: 'host' });
    assert.ok(route.via === 'host');
    const { socket, key: secret, ticket } = route;
    const stream = await connectHost({
      ...{ socket, secret, tokenId: 'client', clientId: 'thief', kind: 'test' },
    });
    await stream.call('host/attach', { ticket });
    const closed = new Promise((resolve) => stream.onEvent('host/channelClosed', resolve));
    await link.call('session/kill', { sessionId: session.id });
    await closed;
    await assert.rejects(stream.call('host/attach', { ticket }), { code: 'forbidden' });
    stream.dispose();
  });

  it('is shown so many times at once over the daemon, and again when one was left', async () => {
    const { session, inside } = await openInside('shell');
    const attach = () =>
      inside.call('session/attach', { sessionId: session.id, via: 'channel', right: 'observe' });
    const opened = await Promise.all(Array.from({ length: 32 }, attach));
    await assert.rejects(attach(), { code: 'limitReached' });
    const [first] = opened;
    assert.ok(first?.via === 'channel');
    await inside.call('session/detach', { channel: first.channel });
    await attach();
    await link.call('session/kill', { sessionId: session.id });
  });

  it('shows a session also when the sockets of its window cannot be linked', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const links = join(home.paths.runDir, 'links');
    rmSync(links, { recursive: true, force: true });
    writeFileSync(links, '');
    const window = await home.connect('window-9');
    const environment = { SSH_AUTH_SOCK: '/tmp/agent.sock' };
    await window.call('window/reportEnvironment', { windowId: 'window-9', environment });
    try {
      await home.attach(window, session.id, 'window-9');
    } finally {
      rmSync(links);
      mkdirSync(links, { mode: 0o700 });
    }
  });

  it('is one window at a time: another is denied until it is silent, or takes over', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const first = await home.attach(await home.connect('window-1'), session.id, 'window-1');
    const second = await home.attach(await home.connect('window-2'), session.id, 'window-2');
    assert.equal(await first.type('first\n'), 'delivered');
    assert.equal(await second.type('second\n'), 'denied');
    await assert.rejects(link.call('session/send', { sessionId: session.id, text: 'x' }), {
      code: 'leaseDenied',
    });
    second.stream.take();
    assert.equal(await second.type('second\n'), 'delivered');
    assert.equal(await first.type('again\n'), 'denied');
    await link.call('session/send', { sessionId: session.id, text: 'sent\n', take: true });
    await first.waitFor('sent');
    await second.waitFor('second');
    assert.doesNotMatch(first.text, /again/);
  });
});
