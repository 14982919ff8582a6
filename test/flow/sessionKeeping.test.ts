import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { keepAtFirst } from '../../protocol/session/keeping.ts';
import type { Session } from '../../protocol/session/session.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('what is kept of a session', () => {
  let home: SessionHome;
  let link: DaemonLink;
  beforeEach(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  /** Files of the data directory that hold the text, as it is or in UTF-16. */
  const filesWith = (text: string): string[] => {
    const needles = [Buffer.from(text), Buffer.from(text, 'utf16le')];
    return readdirSync(home.paths.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.startsWith(home.paths.programDir))
      .filter((path) => needles.some((needle) => readFileSync(path).includes(needle)));
  };
  const historyOf = async (sessionId: Session['id']): Promise<string> => {
    const page = await link.call('session/history', { sessionId });
    return Buffer.from(page.data, 'base64').toString('latin1');
  };
  const isGone = async (id: Session['id']): Promise<boolean> => {
    const { sessions } = await link.call('session/list', { history: true });
    return sessions.every((session) => session.id !== id);
  };
  /** Speaks, listens and is called with the secret. */
  const openWith = async (secret: string, over: object = {}): Promise<Session> => {
    const script = `printf '\\033]0;title ${secret}\\007'; read typed; echo "got $typed"; read x`;
    const session = await home.openSession(link, {
      ...{ agent: 'command', command: ['sh', '-c', script, secret] },
      ...{ name: `name ${secret}`, tags: [secret] },
      environment: { ...home.env, SECRET: secret },
      ...over,
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.type(`${secret}-typed\n`);
    await screen.waitFor(`got ${secret}-typed`);
    screen.stream.dispose();
    return session;
  };

  it('is nothing when it is private: not while it runs, not over the death of the daemon, not after it', async function () {
    this.timeout(90_000);
    const secret = 'pelican-in-the-rain';
    const cwd = join(home.folder, secret);
    mkdirSync(cwd);
    const session = await openWith(secret, { private: true, cwd });
    assert.equal(session.private, true);
    assert.equal(await historyOf(session.id), '');
    assert.deepEqual(filesWith(secret), []);
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-0');
    const { sessions } = await link.call('session/list', {});
    assert.deepEqual(
      sessions.map(({ id, status, private: isPrivate, name }) => [id, status, isPrivate, name]),
      [[session.id, 'running', true, `name ${secret}`]],
    );
    const { workspaces } = await link.call('workspace/list', {});
    const now = sessions[0]?.workspaceId;
    assert.deepEqual(workspaces.find(({ id }) => id === now)?.roots, [cwd]);
    await assert.rejects(
      link.call('session/keep', { sessionId: session.id, change: { output: 'tail' } }),
      { code: 'conflict' },
    );
    await link.call('session/rename', { sessionId: session.id, name: `again ${secret}` });
    assert.deepEqual(filesWith(secret), []);
    await link.call('session/kill', { sessionId: session.id });
    await until(() => isGone(session.id), 'it is forgotten', 60_000);
    assert.deepEqual(filesWith(secret), []);
    assert.deepEqual(readdirSync(home.paths.spoolDir), []);
  });

  it('is gone from the disk when it is deleted: database, log, copies, spool', async function () {
    this.timeout(60_000);
    const secret = 'heron-under-the-bridge';
    const session = await openWith(secret);
    await until(async () => (await historyOf(session.id)).includes(`got ${secret}`), 'the history');
    const found = filesWith(secret).map((path) => path.slice(home.paths.home.length));
    assert.ok(found.some((path) => path.startsWith('/spool/')) && found.length > 1, found.join());
    await link.call('session/kill', { sessionId: session.id });
    await home.killDaemon('SIGTERM');
    mkdirSync(home.paths.backupDir, { recursive: true });
    const copy = join(home.paths.backupDir, 'waggle-120-2026-11-20.db');
    copyFileSync(home.paths.database, copy);
    await home.startDaemon();
    link = await home.connect('window-0');
    const other = await openWith('a-swan-that-stays');
    assert.ok(filesWith(secret).includes(copy));
    await link.call('session/delete', { sessionId: session.id });
    assert.deepEqual(filesWith(secret), []);
    assert.ok(readdirSync(home.paths.backupDir).length > 0, 'the copy itself stays');
    assert.ok((await historyOf(other.id)).includes('a-swan-that-stays'));
    await link.call('session/kill', { sessionId: other.id });
  });

  it('ends at once when nothing is to be kept any more, and begins again when it is', async () => {
    const secret = 'owl-on-the-roof';
    const session = await openWith(secret);
    await until(async () => (await historyOf(session.id)).includes(`got ${secret}`), 'the history');
    const { keep } = await link.call('session/keep', {
      sessionId: session.id,
      change: { output: 'none' },
    });
    assert.deepEqual(keep, { ...keepAtFirst, output: 'none' });
    assert.equal(await historyOf(session.id), '');
    assert.deepEqual(readdirSync(home.paths.spoolDir), []);
    const { session: now } = await link.call('session/get', { sessionId: session.id });
    assert.deepEqual(now.keep, keep);
    await link.call('session/keep', { sessionId: session.id, change: { output: 'full', days: 3 } });
    await link.call('session/send', { sessionId: session.id, text: 'kept again', take: true });
    await until(async () => (await historyOf(session.id)) === 'kept again', 'what came after');
    await link.call('session/kill', { sessionId: session.id });
  });

  it('is what was chosen by default, also for the next daemon, and each session may differ', async () => {
    assert.deepEqual((await link.call('session/keep', {})).keep, keepAtFirst);
    const change = { output: 'none', days: null } as const;
    const { keep } = await link.call('session/keep', { change });
    assert.deepEqual(keep, { ...keepAtFirst, output: 'none', days: null });
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-0');
    const silent = await home.openSession(link, { agent: 'command', command: ['echo', 'unheard'] });
    const loud = await home.openSession(link, {
      ...{ agent: 'command', command: ['echo', 'heard'] },
      keep: { output: 'full' },
    });
    assert.deepEqual([silent.keep, loud.keep], [keep, { ...keep, output: 'full' }]);
    await until(async () => (await historyOf(loud.id)).includes('heard'), 'the loud one');
    assert.equal(await historyOf(silent.id), '');
  });

  it('is refused in a shape that is none', async () => {
    for (const change of [{ output: 'some' }, { days: 0 }, { bytes: -1 }, { other: 1 }] as never[])
      await assert.rejects(link.call('session/keep', { change }), { code: 'badRequest' });
  });
});

describe('what sessions use', () => {
  it('is told for each of them, their hosts and the daemon', async function () {
    this.timeout(60_000);
    const home = await SessionHome.open();
    try {
      const link = await home.connect('window-0');
      const run = (script: string) =>
        home.openSession(link, { agent: 'command', command: ['sh', '-c', script] });
      const busy = await run('while :; do :; done & exec sleep 600');
      const calm = await run('exec sleep 600');
      const read = async () => {
        const told = await link.call('session/resources', {});
        return { ...told, byId: new Map(told.sessions.map((each) => [each.sessionId, each])) };
      };
      await until(async () => {
        const { byId } = await read();
        return byId.get(busy.id)?.processes === 2 && byId.get(calm.id)?.processes === 1;
      }, 'all processes');
      const told = await read();
      const [more, less] = [told.byId.get(busy.id), told.byId.get(calm.id)];
      assert.ok((more?.cpuPercent ?? 0) > (less?.cpuPercent ?? 0) + 5, JSON.stringify(told));
      assert.ok((less?.rssBytes ?? 0) > 100_000 && (less?.rssBytes ?? 0) < 100_000_000);
      assert.equal(told.daemon.pid, home.daemonPid);
      assert.deepEqual(
        told.hosts.map(({ pid }) => pid),
        home.readHostFiles().map(({ pid }) => pid),
      );
      assert.ok((told.hosts[0]?.rssBytes ?? 0) > 10_000_000);
      const one = await link.call('session/resources', { sessionId: calm.id });
      assert.deepEqual(
        one.sessions.map(({ sessionId, processes }) => [sessionId, processes]),
        [[calm.id, 1]],
      );
      await link.call('session/kill', { sessionId: busy.id });
      await until(async () => !(await read()).byId.has(busy.id), 'it uses nothing');
    } finally {
      await home.close();
    }
  });
});
