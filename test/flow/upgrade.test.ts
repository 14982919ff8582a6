/** What an update does to sessions that run: another daemon, another runtime, another folder, an older host or protocol. */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { EnsureOutcome } from '../../link/start/start.ts';
import { requireLink } from '../../link/start/start.ts';
import type { DaemonStatus } from '../../protocol/daemon/daemon.ts';
import { protocolVersion } from '../../protocol/wire/define.ts';
import { Screen, SessionHome, until } from './sessionHome.ts';

/** The program as it would be if it spoke only version 1 of the protocol. */
function capProtocol(program: string): string {
  const path = join(program, 'waggled.cjs');
  const text = readFileSync(path, 'utf8');
  const capped = text.replace(`{min:1,max:${protocolVersion}}`, '{min:1,max:1}');
  assert.notEqual(capped, text);
  writeFileSync(path, capped);
  return program;
}

async function echoes(screen: Screen, line: string): Promise<void> {
  assert.equal(await screen.type(`${line}\n`), 'delivered');
  await screen.waitFor(`${line}\r\n${line}`);
}

/** Whether each is of that version, drains, and how many sessions it holds; those that drain first. */
function shown(hosts: DaemonStatus['hosts'], version: string): unknown[] {
  return hosts
    .toSorted((one, other) => Number(other.draining) - Number(one.draining))
    .map((host) => [host.version === version, host.draining, host.sessions]);
}

describe('an older daemon that still runs', function () {
  this.timeout(60_000);
  let home: SessionHome;

  beforeEach(async () => {
    home = await SessionHome.open();
    await home.killDaemon('SIGTERM');
    await home.startDaemon(capProtocol(home.copyProgram('0.0.9')));
  });
  afterEach(() => home.close());

  it('makes room at once when nobody uses it', async () => {
    const before = home.daemonPid;
    const outcome = await home.ensure({ clientId: 'newer' });
    const { info } = requireLink(outcome);
    const isAnother = info.pid !== before;
    assert.deepEqual(
      [outcome.outcome, info.protocol, isAnother],
      ['started', protocolVersion, true],
    );
  });

  it('is used as far as it goes while something runs; its restart is not noticed by who is attached', async () => {
    const first = await home.connect('window-0');
    const session = await home.openSession(first, { agent: 'command', command: ['cat'] });
    first.dispose();
    const outcome = await home.ensure({ clientId: 'newer' });
    const link = requireLink(outcome);
    assert.deepEqual([outcome.outcome, link.info.protocol], ['reduced', 1]);
    const screen = await home.attach(link, session.id, 'newer');
    await echoes(screen, 'over the old one');
    const unknown = link.call('session/endIdle', { sessionId: session.id });
    await assert.rejects(unknown, { code: 'methodNotFound', fix: 'waggle daemon restart' });
    await link.call('daemon/stop', { sessions: 'keep' });
    const next = await home.ensure({ clientId: 'newer' });
    assert.deepEqual([next.outcome, requireLink(next).info.protocol], ['started', protocolVersion]);
    await echoes(screen, 'over the new one');
    assert.deepEqual([screen.gaps, screen.stream.exit], [0, undefined]);
  });
});

describe('an older program of the same protocol that still runs', function () {
  this.timeout(60_000);
  let home: SessionHome;

  beforeEach(async () => {
    home = await SessionHome.open();
    await home.killDaemon('SIGTERM');
  });
  afterEach(() => home.close());

  it('makes room under live sessions for who brings an update, and for nobody else', async () => {
    const old = { clientId: 'window-0', programDirectory: home.copyProgram('0.0.9') };
    const first = requireLink(await home.ensure(old));
    const before = first.info.pid;
    const session = await home.openSession(first, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(first, session.id, 'terminal');
    const states: string[] = [];
    screen.stream.onState((state) => states.push(state));
    await echoes(screen, 'under the old one');
    const used = await home.ensure({ clientId: 'command' });
    assert.deepEqual([used.outcome, requireLink(used).info.pid], ['running', before]);
    const updated = await home.ensure({ clientId: 'window-1', updates: true });
    const { info } = requireLink(updated);
    assert.deepEqual([updated.outcome, info.pid === before], ['started', false]);
    assert.doesNotMatch(info.serverVersion, /^0\.0\.9/);
    await echoes(screen, 'under the new one');
    const again = await home.ensure({ clientId: 'window-2', updates: true });
    assert.deepEqual([again.outcome, requireLink(again).info.pid], ['running', info.pid]);
    assert.deepEqual([screen.gaps, screen.stream.exit, states], [0, undefined, []]);
  });
});

describe('an update of the editor', function () {
  this.timeout(120_000);
  let home: SessionHome;

  beforeEach(async () => {
    home = await SessionHome.open();
    await home.killDaemon('SIGTERM');
  });
  afterEach(() => home.close());

  /** A folder as an editor brings it: a runtime and the program; `builtAt` decides which of two is newer. */
  function install(name: string, builtAt: string): { execPath: string; program: string } {
    const folder = join(home.folder, '..', name);
    const execPath = join(folder, 'node');
    const program = join(folder, 'program');
    mkdirSync(folder);
    copyFileSync(process.execPath, execPath);
    cpSync(home.program, program, { recursive: true });
    const manifest = join(program, 'manifest.json');
    const content: object = JSON.parse(readFileSync(manifest, 'utf8'));
    writeFileSync(manifest, JSON.stringify({ ...content, builtAt }));
    return { execPath, program };
  }

  function start(editor: { execPath: string; program: string }): Promise<EnsureOutcome> {
    const { execPath, program } = editor;
    const runtime = { execPath, node: process.versions.node, electron: false };
    return home.ensure({ clientId: 'window', programDirectory: program, runtime });
  }

  async function openThree(link: DaemonLink): Promise<Screen[]> {
    const screens: Screen[] = [];
    for (const name of ['one', 'two', 'three']) {
      const session = await home.openSession(link, { agent: 'command', command: ['cat'], name });
      screens.push(await home.attach(link, session.id, `terminal-${name}`));
    }
    return screens;
  }

  it('leaves three sessions running when its old folder is gone, and the next daemon starts', async () => {
    const old = install('editor-1', '2026-01-01T00:00:00.000Z');
    const before = requireLink(await start(old));
    const screens = await openThree(before);
    const next = install('editor-2', '2026-02-01T00:00:00.000Z');
    rmSync(join(old.execPath, '..'), { recursive: true });
    for (const screen of screens) await echoes(screen, 'without the folder');
    await before.call('daemon/stop', { sessions: 'keep' });
    const after = requireLink(await start(next));
    const { version, runtime, hosts, sessions } = await after.call('daemon/status', {});
    assert.notEqual(version, before.info.serverVersion);
    assert.deepEqual([runtime.execPath, sessions.running], [next.execPath, 3]);
    for (const screen of screens) await echoes(screen, 'under the next daemon');
    const fresh = await home.openSession(after, { agent: 'command', command: ['cat'] });
    await echoes(await home.attach(after, fresh.id, 'terminal-four'), 'in the new host');
    const now = await after.call('daemon/status', {});
    assert.deepEqual(shown(now.hosts, version), [
      [false, true, 3],
      [true, false, 1],
    ]);
    // What was drained ends with the last of what it held.
    const { sessions: listed } = await after.call('session/list', { history: false });
    for (const { id, name } of listed)
      if (name !== fresh.name) {
        await after.call('session/kill', { sessionId: id });
        await after.call('session/delete', { sessionId: id });
      }
    const [{ pid } = { pid: -1 }] = hosts;
    const file = home.readHostFiles().find((host) => host.pid === pid);
    await until(
      () => file === undefined || !isSameProcess(file.pid, file.startTime),
      'the end of the drained host',
    );
  });

  it('does not keep a daemon whose runtime was deleted from starting another host', async () => {
    const old = install('editor-1', '2026-01-01T00:00:00.000Z');
    const link = requireLink(await start(old));
    await openThree(link);
    rmSync(join(old.execPath, '..'), { recursive: true });
    for (const host of home.readHostFiles()) process.kill(host.pid, 'SIGKILL');
    await until(async () => (await link.call('daemon/status', {})).hosts.length === 0, 'no host');
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    await echoes(await home.attach(link, session.id, 'terminal'), 'in another host');
  });
});

/** A program that nobody shows asks for its terminal; the keyboard is free after the answer. */
async function isAnswered(home: SessionHome, link: DaemonLink): Promise<void> {
  const command = ['sh', '-c', "stty raw -echo; printf 'asked\\033[c'; cat"];
  const { id } = await home.openSession(link, { agent: 'command', command });
  const watcher = new Screen(await home.attachChannel(link, id, { right: 'observe' }));
  await watcher.waitFor('asked\u001b[c\u001b[?1;2c');
  assert.equal(watcher.stream.lease.writer, null);
  await link.call('session/kill', { sessionId: id });
  await link.call('session/delete', { sessionId: id });
}

describe('a pty host of version 1', function () {
  this.timeout(60_000);

  it('is driven with all it holds; what is new goes to a host of the new program', async () => {
    const home = await SessionHome.open();
    try {
      await home.killDaemon('SIGTERM');
      const old = home.copyProgram('0.1.0');
      const fixture = join(import.meta.dirname, '..', 'fixtures', 'ptyhost-v1', 'ptyhost.cjs');
      copyFileSync(fixture, join(old, 'ptyhost.cjs'));
      await home.startDaemon(old);
      const before = await home.connect('window-0');
      await isAnswered(home, before);
      const session = await home.openSession(before, { agent: 'command', command: ['cat'] });
      const screen = await home.attach(before, session.id, 'terminal');
      await home.killDaemon('SIGTERM');
      await home.startDaemon(home.copyProgram('99.0.0'));
      const link = await home.connect('window-0');
      await echoes(screen, 'still attached');
      await echoes(await home.attach(link, session.id, 'another'), 'attached anew');
      const fresh = await home.openSession(link, { agent: 'command', command: ['cat'] });
      await echoes(await home.attach(link, fresh.id, 'third'), 'in the new host');
      const { hosts } = await link.call('daemon/status', {});
      assert.deepEqual(shown(hosts, '0.1.0'), [
        [true, true, 1],
        [false, false, 1],
      ]);
      const { killed } = await link.call('session/kill', { sessionId: session.id });
      assert.equal(killed, 1);
    } finally {
      await home.close();
    }
  });
});
