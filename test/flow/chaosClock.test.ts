/** Clocks that jump, and a daemon that slept: sessions, rights and the order of things do not depend on the time of day. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { needTool } from '../support/testTool.ts';
import { SessionHome, until } from './sessionHome.ts';

const hour = 3600;
const day = 24 * hour;

describe('sessions under a clock that jumps', function () {
  this.timeout(90_000);
  let home: SessionHome;
  let link: DaemonLink;
  let clockFile: string;

  /** What the daemon's clock shows is so many seconds off from now on; its monotonic time goes on. */
  const jump = (seconds: number): void => {
    const sign = seconds < 0 ? '-' : '+';
    writeFileSync(clockFile, `${sign}${Math.abs(seconds)}s\n`);
  };

  beforeEach(async function () {
    const library = needTool(this, 'libfaketime');
    home = await SessionHome.open();
    await home.killDaemon('SIGTERM');
    clockFile = join(home.folder, 'clock');
    jump(0);
    await home.startDaemon(undefined, {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clockFile,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    link = await home.connect('window-0');
  });
  afterEach(() => home?.close());

  const clockOf = async (): Promise<number> => {
    const session = await home.openSession(link, { agent: 'command', command: ['true'] });
    return Date.parse(session.createdAt);
  };

  it('run on, keep their rights and their order, whichever way it jumps', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(link, session.id, 'window-1');
    const ids: string[] = [];
    const revisions: number[] = [];
    for (const offset of [0, 2 * day, -2 * day, 0, hour, -hour, 30 * day, 0]) {
      jump(offset);
      const shownMs = (await clockOf()) - Date.now();
      assert.ok(Math.abs(shownMs - offset * 1000) < 120_000, `the clock is off by ${shownMs} ms`);
      assert.equal(await screen.type(`at ${offset}\n`), 'delivered');
      await screen.waitFor(`at ${offset}\r\nat ${offset}\r\n`);
      const opened = await home.openSession(link, { agent: 'command', command: ['true'] });
      ids.push(opened.id);
      const named = { sessionId: session.id, name: `at ${offset}` };
      revisions.push((await link.call('session/rename', named)).session.revision);
      // Who comes only now has the same rights.
      (await home.connect(`late-${ids.length}`)).dispose();
    }
    assert.deepEqual(ids, ids.toSorted(), 'ids of what was opened later are larger');
    assert.deepEqual(
      revisions,
      revisions.toSorted((left, right) => left - right),
    );
    const { sessions } = await link.call('session/list', { history: true });
    const [listed] = sessions.filter(({ id }) => id === session.id);
    assert.deepEqual([listed?.status, listed?.pid, screen.gaps], ['running', session.pid, 0]);
    await until(async () => {
      const page = await link.call('session/history', { sessionId: session.id });
      return Buffer.from(page.data, 'base64').toString() === screen.text;
    }, 'the whole history is kept');
  });

  it('are as they were after the machine slept for hours', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(link, session.id, 'window-1');
    const [host] = home.readHostFiles();
    for (const pid of [home.daemonPid, host?.pid ?? -1]) process.kill(pid, 'SIGSTOP');
    const typed = screen.type('while it slept\n');
    jump(8 * hour);
    for (const pid of [host?.pid ?? -1, home.daemonPid]) process.kill(pid, 'SIGCONT');
    assert.equal(await typed, 'delivered');
    await screen.waitFor('while it slept\r\nwhile it slept\r\n');
    const { sessions } = await link.call('session/list', { history: false });
    assert.deepEqual(
      sessions.map(({ id, status }) => [id, status]),
      [[session.id, 'running']],
    );
  });

  it('make no storm of timers: a clock that is set every few milliseconds costs a line of log at most', async () => {
    const before = readFileSync(home.paths.logFile, 'utf8').split('\n').length;
    for (let step = 0; step < 200; step += 1) {
      jump((step % 2 === 0 ? 1 : -1) * hour * step);
      await link.call('daemon/status', {});
    }
    const after = readFileSync(home.paths.logFile, 'utf8').split('\n').length;
    assert.ok(after - before < 20, `${after - before} lines were logged`);
    assert.ok((await clockOf()) > 0);
  });
});
