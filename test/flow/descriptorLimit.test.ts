import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { listProcesses } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { SessionHome, until } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const limit = isLong ? 256 : 100;
const sessionCount = isLong ? 300 : 60;

function hasLimits(): boolean {
  return process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
}

/** `hard`: also for what it starts, which raises its own to that. */
function setLimit(pid: number, count: number, hard: number | '' = ''): void {
  const { status } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${count}:${hard}`]);
  assert.equal(status, 0);
}

/** Threads that the daemon starts when it needs them bring descriptors of other kinds. */
function socketsOf(pid: number): number {
  const links = readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      // Closed between two looks.
      return '';
    }
  });
  return links.filter((target) => target.startsWith('socket:') || target === '/dev/ptmx').length;
}

const countOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

describe(`a daemon that may open ${limit} descriptors`, function () {
  this.timeout(120_000);
  let home: SessionHome;
  let link: DaemonLink;
  before(async function () {
    if (!hasLimits()) this.skip();
    home = await SessionHome.open();
    // Its hosts are started later and inherit it.
    setLimit(home.daemonPid, limit, limit);
    link = await home.connect('window-0');
  });
  after(() => home?.close());

  const open = (): Promise<Session> =>
    home.openSession(link, { agent: 'command', command: ['cat'] });
  const hostPids = (): number[] => home.readHostFiles().map(({ pid }) => pid);
  const sockets = (): number[] => [home.daemonPid, ...hostPids()].map(socketsOf);
  const programs = (): number =>
    listProcesses().filter(({ ppid }) => hostPids().includes(ppid)).length;

  async function end(session: Session): Promise<void> {
    await link.call('session/kill', { sessionId: session.id });
    await link.call('session/delete', { sessionId: session.id });
  }

  async function endAll(sessions: readonly Session[]): Promise<void> {
    await Promise.all(sessions.map(end));
    await until(
      () => programs() === 0,
      () => `${programs()} programs`,
    );
  }

  it(`runs ${sessionCount} sessions: a host that has none left is followed by another`, async () => {
    await endAll([await open()]);
    const [before = 0] = sockets();
    const opened: Session[] = [];
    while (opened.length < sessionCount)
      opened.push(...(await Promise.all(Array.from({ length: 10 }, open))));
    assert.deepEqual([programs(), hostPids().length > 1], [sessionCount, true]);
    const last = opened.at(-1);
    assert.ok(last);
    const screen = await home.attach(link, last.id, 'window-1');
    await screen.type('still here\n');
    await screen.waitFor('still here\r\nstill here');
    screen.stream.dispose();
    await endAll(opened);
    await until(
      () => hostPids().length === 1 && (sockets()[0] ?? 0) <= before,
      () => `${sockets().join()} sockets and terminals, ${before} before`,
    );
  });

  it('says so when no other host can be started either, leaves nothing, and opens more when others have ended', async () => {
    await endAll([await open()]);
    const [host] = hostPids();
    assert.ok(host !== undefined);
    const before = sockets();
    const first = await open();
    setLimit(host, countOf(host));
    setLimit(home.daemonPid, countOf(home.daemonPid));
    const refusal: unknown = await open().catch((error: unknown) => error);
    setLimit(home.daemonPid, limit);
    setLimit(host, limit);
    assert.ok(refusal instanceof WaggleError);
    assert.equal(refusal.code, 'launchFailed');
    assert.match(refusal.message, /EMFILE/);
    assert.equal(programs(), 1);
    await endAll([first, await open()]);
    await until(
      () => sockets().every((count, index) => count <= (before[index] ?? 0)),
      () => `${sockets().join()} sockets and terminals, ${before.join()} before`,
    );
  });
});
