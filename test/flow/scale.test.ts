/** Many at once: sessions that all run, clients that all listen, and nothing left when they are gone. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { SessionHome, until } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const sessionCount = isLong ? 200 : 40;
const clientCount = isLong ? 1000 : 150;
const mebibyte = 1024 * 1024;

/** Threads that the daemon starts when it needs them bring descriptors of other kinds. */
function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const links = readdirSync(folder).map((name) => readLink(`${folder}/${name}`));
  return links.filter((target) => target.startsWith('socket:')).length;
}

/** A descriptor may be closed between two looks. */
function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) * 1024;
}

describe('many at once', function () {
  this.timeout(isLong ? 300_000 : 120_000);
  let home: SessionHome;
  let link: DaemonLink;
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  it('sessions are opened in one burst, all answer, and all are gone when they are ended', async () => {
    const opening = Array.from({ length: sessionCount }, () =>
      home.openSession(link, { agent: 'command', command: ['cat'] }),
    );
    const sessions = await Promise.all(opening);
    const pids = new Set(sessions.map(({ pid }) => pid));
    assert.equal(pids.size, sessionCount);
    const hosts = home.readHostFiles().map(({ pid }) => pid);
    const screens = await Promise.all(
      sessions.map(({ id }, index) => home.attach(link, id, `window-${index}`)),
    );
    await Promise.all(screens.map((screen, index) => screen.type(`hello ${index}\n`)));
    await Promise.all(
      screens.map((screen, index) => screen.waitFor(`hello ${index}\r\nhello ${index}`)),
    );
    const resident = [home.daemonPid, ...hosts].reduce((sum, pid) => sum + residentBytes(pid), 0);
    assert.ok(resident < 1024 * mebibyte, `${Math.round(resident / mebibyte)} MiB`);
    await Promise.all(sessions.map(({ id }) => link.call('session/kill', { sessionId: id })));
    const { sessions: listed } = await link.call('session/list', { history: true });
    assert.deepEqual(
      listed.map(({ status }) => status),
      listed.map(() => 'killed'),
    );
    assert.deepEqual(
      [...pids].filter((pid) => pid !== null && isRunning(pid)),
      [],
    );
  });

  it('clients that only listen all hear of a change, and cost the daemon little', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const before = socketsOf(home.daemonPid);
    const memoryBefore = residentBytes(home.daemonPid);
    const clients: DaemonLink[] = [];
    let heard = 0;
    for (let count = 0; count < clientCount; count += 50) {
      const some = Array.from({ length: 50 }, (_, index) => home.connect(`many-${count + index}`));
      for (const client of await Promise.all(some)) {
        clients.push(client);
        await client.call('session/subscribe', { history: false });
        client.onEvent('session/changed', (event) => {
          if (event.session.name === 'heard by all') heard += 1;
        });
      }
    }
    const grown = residentBytes(home.daemonPid) - memoryBefore;
    assert.ok(
      grown < 48 * mebibyte + clientCount * 64 * 1024,
      `${Math.round(grown / mebibyte)} MiB for clients`,
    );
    await link.call('session/rename', { sessionId: session.id, name: 'heard by all' });
    await until(
      () => heard === clients.length,
      () => `everybody hears it, ${heard} did`,
    );
    for (const client of clients) client.dispose();
    await until(
      () => socketsOf(home.daemonPid) <= before,
      () => `sockets are given back: ${socketsOf(home.daemonPid)}, before ${before}`,
    );
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
