/** Sessions whose processes died with their machine: what comes back, where, and what is said when it cannot. */
import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('after a restart of the machine', function () {
  this.timeout(60_000);
  let home: SessionHome;
  let link: DaemonLink;

  beforeEach(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  async function read(sessionId: Session['id']): Promise<Session> {
    return (await link.call('session/get', { sessionId })).session;
  }

  /** As a power cut does: daemon, hosts and what ran in them are gone at once. */
  async function cutPower(): Promise<void> {
    const { sessions } = await link.call('session/list', { history: false });
    const pids = sessions.flatMap(({ id }) => home.processesOf(id));
    const hosts = home.readHostFiles();
    await home.killDaemon();
    for (const pid of [...pids, ...hosts.map((host) => host.pid)]) killNow(pid);
    await until(
      () => hosts.every((host) => !isSameProcess(host.pid, host.startTime)),
      'the hosts are gone',
    );
    await home.startDaemon();
    link = await home.connect('window-0');
  }

  async function untilInterrupted(sessionId: Session['id']): Promise<Session> {
    await until(async () => (await read(sessionId)).status === 'interrupted', 'interrupted');
    return read(sessionId);
  }

  const resume = (sessionId: Session['id']) =>
    link.call('session/resume', { sessionId, environment: home.env });

  it('starts nothing by itself and brings a shell back in its last directory, under its old screen', async () => {
    const session = await home.openSession(link);
    const screen = await home.attach(link, session.id, 'window-1');
    const deeper = join(realpathSync(home.folder), 'deeper');
    mkdirSync(deeper);
    await screen.type('cd deeper; echo before-the-\\cut\r');
    await screen.waitFor('before-the-cut');
    await screen.type("printf '\\033[?1049h\\033[?1000h\\033[31mred'\r");
    await screen.waitFor('red');
    await until(() => home.processesOf(session.id).length === 1, 'the shell waits');
    await until(async () => (await readSpool(session.id)).includes('[31mred'), 'it is kept');
    await untilSeenIn(session.id, deeper);
    await cutPower();
    const interrupted = await untilInterrupted(session.id);
    assert.deepEqual(
      [interrupted.resumable, typeof interrupted.interruptedAt, home.processesOf(session.id)],
      ['shell', 'string', []],
    );
    const { session: again, resumed, sentence } = await resume(session.id);
    assert.deepEqual([again.generation, resumed], [session.generation + 1, 'shell']);
    assert.match(sentence, /deeper/);
    const next = await home.attach(link, session.id, 'window-2');
    await next.waitFor('resumed');
    await next.type('pwd\r');
    await next.waitFor(`\n${deeper}`);
    assert.ok(next.text.indexOf('before-the-cut') < next.text.indexOf('resumed'));
    assert.equal(next.text.includes('\u001b[6n'), false);
  });

  it('vouches for no folder that a shell only went to', async () => {
    const session = await home.openSession(link);
    const stranger = join(realpathSync(home.folder), '..', 'stranger');
    mkdirSync(join(stranger, '.git'), { recursive: true });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.type('cd ../stranger\r');
    await untilSeenIn(session.id, stranger);
    await cutPower();
    await untilInterrupted(session.id);
    await resume(session.id);
    const { workspaces } = await link.call('workspace/list', {});
    const trusted = workspaces.flatMap(({ trustedRoots }) => trustedRoots.map(({ root }) => root));
    assert.equal(trusted.includes(stranger), false);
    assert.equal(trusted.length, 1);
  });

  /** The daemon looks once a second; without /proc only the shell itself could tell. */
  async function untilSeenIn(sessionId: Session['id'], directory: string): Promise<void> {
    if (process.platform !== 'linux') return;
    await until(async () => {
      const { session } = await link.call('session/get', { sessionId });
      return session.directory === directory;
    }, 'the directory is known');
  }

  async function readSpool(sessionId: Session['id']): Promise<string> {
    const page = await link.call('session/history', { sessionId });
    return Buffer.from(page.data, 'base64').toString('latin1');
  }

  it('lets one window ask about a restart', async () => {
    const sessions = [await home.openSession(link), await home.openSession(link)];
    await cutPower();
    for (const { id } of sessions) await untilInterrupted(id);
    const second = await home.connect('window-1');
    const asked = await Promise.all(
      [link, second].map((one) => one.call('session/listInterrupted', { claim: true })),
    );
    assert.deepEqual(
      asked.flatMap(({ claimed }) => claimed).toSorted(),
      sessions.map(({ id }) => id).toSorted(),
    );
    const later = await link.call('session/listInterrupted', { claim: true });
    assert.deepEqual([later.claimed, later.sessions.length], [[], 2]);
    await home.killDaemon();
    await home.startDaemon();
    link = await home.connect('window-2');
    assert.deepEqual((await link.call('session/listInterrupted', { claim: true })).claimed, []);
  });

  it('starts a command again and says that nothing else could be kept', async () => {
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', 'echo here-again; exec sleep 600'],
    });
    await cutPower();
    assert.equal((await untilInterrupted(session.id)).resumable, 'command');
    const { resumed, sentence } = await resume(session.id);
    assert.deepEqual([resumed, sentence], ['command', 'the same command, started again']);
    await (await home.attach(link, session.id, 'window-1')).waitFor('here-again');
    await assert.rejects(resume(session.id), { code: 'conflict' });
  });

  it('refuses where trust was taken back, and says what to do about a folder that is gone', async () => {
    const bin = join(home.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'codex'), '#!/bin/sh\nexec sleep 600\n');
    chmodSync(join(bin, 'codex'), 0o755);
    const folder = join(realpathSync(home.folder), 'worktree');
    mkdirSync(folder);
    const environment = { ...home.env, PATH: `${bin}:${home.env['PATH'] ?? ''}` };
    const session = await home.openSession(link, { agent: 'codex', cwd: folder, environment });
    await cutPower();
    await untilInterrupted(session.id);
    await link.call('workspace/trust', { root: folder, trusted: false });
    await assert.rejects(resume(session.id), { code: 'untrusted', fix: /Trust the folder/ });
    await link.call('workspace/trust', { root: folder, trusted: true });
    rmSync(folder, { recursive: true });
    await assert.rejects(resume(session.id), {
      code: 'directoryMissing',
      fix: /Make the folder again/,
    });
    assert.equal((await read(session.id)).status, 'interrupted');
  });

  it('returns to where it was when a conversation cannot be resumed, with the reason and the id', async () => {
    const bin = join(home.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'gemini'),
      '#!/bin/sh\n[ "$1" = --resume ] && { printf "\\033[31mNo conversation %s here\\033[m\\r\\n" "$2"; exit 42; }\nexec sleep 600\n',
    );
    chmodSync(join(bin, 'gemini'), 0o755);
    const environment = { ...home.env, PATH: `${bin}:${home.env['PATH'] ?? ''}` };
    const session = await home.openSession(link, { agent: 'gemini', environment });
    const id = session.conversations.at(-1)?.id;
    await cutPower();
    assert.equal((await untilInterrupted(session.id)).resumable, 'conversation');
    const { resumed } = await link.call('session/resume', { sessionId: session.id, environment });
    assert.equal(resumed, 'conversation');
    const failed = await untilInterrupted(session.id);
    assert.deepEqual(
      [failed.reason, failed.resumable, failed.conversations.map((one) => one.id)],
      [`could not resume: No conversation ${id ?? ''} here`, 'conversation', [id]],
    );
  });
});

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
