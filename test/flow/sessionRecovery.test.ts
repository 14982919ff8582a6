import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { SessionHome, until } from './sessionHome.ts';

/** Lines that count: what is lost or doubled shows at once. */
const counting =
  'i=0; while [ ! -e stop ]; do echo "line $i"; i=$((i+1)); done; echo "last $i"; read x';

/** Twenty thousand lines of a shell, beside whatever else runs. */
const patienceMs = 60_000;
const killCount = process.env['WAGGLE_TEST_LONG'] === '1' ? 200 : 8;
let random = Number(process.env['WAGGLE_TEST_SEED'] ?? 1) % 2147483647 || 1;

/** Between 0 and 1, the same for the same seed of the run. */
function nextRandom(): number {
  random = (random * 48_271) % 2147483647;
  return random / 2147483647;
}

describe('sessions over deaths', () => {
  let home: SessionHome;
  let link: DaemonLink;
  beforeEach(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  const listAll = async (on: DaemonLink): Promise<Session[]> =>
    (await on.call('session/list', { history: true })).sessions;

  it('lose and double nothing for an attached terminal while the daemon is killed and started again', async function () {
    this.timeout(killCount * 2 * patienceMs);
    const command = ['sh', '-c', counting];
    const session = await home.openSession(link, { agent: 'command', command });
    const screen = await home.attach(link, session.id, 'window-1');
    let next = '';
    let expected = 0;
    let last = -1;
    const wrong: string[] = [];
    screen.stream.onOutput(({ bytes }) => {
      const lines = (next + Buffer.from(bytes).toString('latin1')).split('\r\n');
      next = lines.pop() ?? '';
      for (const line of lines) {
        if (line === `line ${expected}`) expected += 1;
        else if (line.startsWith('last ')) last = Number(line.slice(5));
        else if (wrong.length < 5) wrong.push(line);
      }
    });
    for (let kills = 0; kills < killCount; kills += 1) {
      const before = expected + Math.floor(nextRandom() * 20_000);
      await until(() => expected > before, 'more lines', patienceMs);
      await home.killDaemon();
      const dead = expected + Math.floor(nextRandom() * 20_000);
      await until(() => expected > dead, 'lines without a daemon', patienceMs);
      await home.startDaemon();
    }
    writeFileSync(join(home.folder, 'stop'), '');
    await until(
      () => expected === last,
      () => `all lines, at ${expected} of ${last}`,
      patienceMs,
    );
    assert.deepEqual([wrong, screen.gaps], [[], 0]);
    const again = await home.connect('window-0');
    const [listed] = await listAll(again);
    assert.deepEqual(
      [listed?.id, listed?.status, listed?.pid],
      [session.id, 'running', session.pid],
    );
    await again.call('session/send', { sessionId: session.id, text: '\n', take: true });
    await until(async () => (await listAll(again))[0]?.status === 'ended', 'the end is heard');
  });

  it('are back for the client that starts the daemon again', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(link, session.id, 'window-0');
    await home.killDaemon();
    const [now] = await listAll(await home.ensureDaemon('window-0'));
    assert.deepEqual([now?.id, now?.status, now?.pid], [session.id, 'running', session.pid]);
    assert.equal(await screen.type('still me\n'), 'delivered');
    await screen.waitFor('still me\r\nstill me');
  });

  it('keep the history of what was written while no daemon ran, byte for byte', async () => {
    const script = 'echo before; read x; echo between; read x; echo after; read x';
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', script],
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.waitFor('before');
    await home.killDaemon();
    await screen.type('\n');
    await screen.waitFor('between');
    await home.startDaemon();
    const again = await home.connect('window-0');
    await screen.type('\n');
    await screen.waitFor('after');
    await until(async () => {
      const page = await again.call('session/history', { sessionId: session.id });
      const kept = Buffer.from(page.data, 'base64').toString('latin1');
      return kept === screen.text && page.gaps.length === 0;
    }, 'the same history');
  });

  const historyOf = async (on: DaemonLink, sessionId: Session['id']): Promise<string> => {
    const page = await on.call('session/history', { sessionId });
    return Buffer.from(page.data, 'base64').toString('latin1');
  };

  it('run on when the disk takes no history, which is told until it does again', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(link, session.id, 'window-1');
    rmSync(home.paths.spoolDir, { recursive: true });
    writeFileSync(home.paths.spoolDir, '');
    const warnings = async () => (await link.call('daemon/status', {})).warnings.join();
    await screen.type('lost\n');
    await until(async () => (await warnings()).includes('Not recording'), 'the warning');
    rmSync(home.paths.spoolDir);
    mkdirSync(home.paths.spoolDir, { mode: 0o700 });
    await screen.type('kept\n');
    let kept = '';
    await until(
      async () => (kept = await historyOf(link, session.id)) === 'kept\r\nkept\r\n',
      () => `the history, not ${kept}`,
    );
    assert.equal(await warnings(), '');
    await screen.waitFor('lost\r\nlost\r\nkept\r\nkept');
    await link.call('session/kill', { sessionId: session.id });
  });

  it('are interrupted when their host dies, and nothing of it is left', async () => {
    const script = `setsid sh -c 'trap "" TERM HUP; while :; do sleep 600; done' & echo up; sleep 600`;
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', script],
    });
    await until(() => home.processesOf(session.id).length >= 3, 'its processes');
    const [host] = home.readHostFiles();
    assert.ok(host);
    process.kill(host.pid, 'SIGKILL');
    await until(async () => (await listAll(link))[0]?.status === 'interrupted', 'interrupted');
    const [now] = await listAll(link);
    assert.match(now?.attention.sentence ?? '', /^interrupted by a restart, \d\d:\d\d$/);
    await until(() => home.processesOf(session.id).length === 0, 'nobody of it', 10_000);
    await assert.rejects(link.call('session/attach', { sessionId: session.id, via: 'host' }), {
      code: 'notRunning',
    });
    const { session: again } = await link.call('session/restart', {
      sessionId: session.id,
      environment: home.env,
    });
    assert.deepEqual([again.status, again.generation], ['running', 1]);
  });

  it('are interrupted when daemon and host died together, as after a reboot', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['sleep', '600'] });
    await home.killDaemon();
    const [host] = home.readHostFiles();
    assert.ok(host);
    process.kill(host.pid, 'SIGKILL');
    await until(() => !isSameProcess(host.pid, host.startTime), 'the host is gone');
    await home.startDaemon();
    const [now] = await listAll(await home.connect('window-0'));
    assert.deepEqual([now?.id, now?.status], [session.id, 'interrupted']);
    await until(() => home.processesOf(session.id).length === 0, 'nobody of it', 10_000);
  });

  it('are reaped by their own daemon only: another data directory is none of its business', async () => {
    const other = await SessionHome.open();
    try {
      const theirs = await other.openSession(await other.connect('window-0'), {
        ...{ agent: 'command', command: ['sleep', '600'] },
      });
      const ours = await home.openSession(link, { agent: 'command', command: ['sleep', '600'] });
      const [host] = home.readHostFiles();
      assert.ok(host);
      process.kill(host.pid, 'SIGKILL');
      await until(() => home.processesOf(ours.id).length === 0, 'nobody of ours', 10_000);
      assert.deepEqual(other.processesOf(theirs.id), [theirs.pid]);
    } finally {
      await other.close();
    }
  });

  it('leave the processes of a host that lives alone', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['sleep', '600'] });
    await home.killDaemon();
    await home.startDaemon();
    const [now] = await listAll(await home.connect('window-0'));
    assert.deepEqual([now?.status, now?.pid], ['running', session.pid]);
    assert.deepEqual(home.processesOf(session.id), [session.pid]);
  });

  it('come back from what their host knows when the database is lost', async () => {
    const command = ['sh', '-c', 'echo hello; read x'];
    const session = await home.openSession(link, {
      agent: 'command',
      command,
      name: 'kept',
      tags: ['t'],
    });
    await home.killDaemon();
    for (const end of ['', '-wal', '-shm']) rmSync(`${home.paths.database}${end}`, { force: true });
    rmSync(home.paths.ownerTokenFile, { force: true });
    await home.startDaemon();
    const again = await home.connect('window-0');
    const [now] = await listAll(again);
    assert.deepEqual(
      [now?.id, now?.name, now?.tags, now?.status, now?.pid],
      [session.id, 'kept', ['t'], 'running', session.pid],
    );
    const screen = await home.attach(again, session.id, 'window-1');
    await screen.waitFor('hello');
  });

  it('are not started again without the arguments that their host could not keep', async () => {
    const command = ['sh', '-c', `exec sleep 600 # ${'x'.repeat(9000)}`];
    const { id } = await home.openSession(link, { agent: 'command', command });
    await home.killDaemon();
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(`${home.paths.database}${suffix}`, { force: true });
    await home.startDaemon();
    const again = await home.connect('window-0');
    await again.call('session/kill', { sessionId: id });
    await assert.rejects(again.call('session/restart', { sessionId: id, environment: home.env }), {
      code: 'launchFailed',
    });
  });

  it('stay deleted when their host was away meanwhile and still holds them', async function () {
    this.timeout(30_000);
    const { id } = await home.openSession(link, { agent: 'command', command: ['true'] });
    await until(async () => (await listAll(link))[0]?.status === 'ended', 'the end');
    const [host] = home.readHostFiles();
    assert.ok(host);
    await home.killDaemon();
    process.kill(host.pid, 'SIGSTOP');
    try {
      await home.startDaemon();
      const again = await home.connect('window-0');
      // Answered when every host had its chance.
      await assert.rejects(again.call('session/send', { sessionId: id, text: 'x' }), {
        code: 'notRunning',
      });
      await again.call('session/delete', { sessionId: id });
      process.kill(host.pid, 'SIGCONT');
      const connected = async () =>
        (await again.call('daemon/status', {})).hosts.some((known) => known.connected);
      await until(connected, 'the host answers');
      await home.openSession(again, { agent: 'command', command: ['cat'] });
      assert.deepEqual(
        (await listAll(again)).map((session) => session.argv.at(-1)?.endsWith('cat')),
        [true],
      );
    } finally {
      process.kill(host.pid, 'SIGCONT');
    }
  });

  it('know what still runs behind their end, and when it does not any more', async () => {
    const command = ['sh', '-c', 'setsid sleep 600 >/dev/null 2>&1 & sleep 0.3'];
    const { id } = await home.openSession(link, { agent: 'command', command });
    const countOn = async (on: DaemonLink) => (await listAll(on))[0]?.backgroundProcesses;
    await until(async () => (await countOn(link)) === 1, 'one in the background');
    await home.killDaemon();
    await home.startDaemon();
    const again = await home.connect('window-0');
    await again.call('session/kill', { sessionId: id });
    assert.equal(await countOn(again), 0);
    const next = await home.openSession(again, { agent: 'command', command });
    const countOfNext = async (on: DaemonLink) =>
      (await on.call('session/get', { sessionId: next.id })).session.backgroundProcesses;
    await until(async () => (await countOfNext(again)) === 1, 'one in the background');
    await home.killDaemon();
    const [pid] = home.processesOf(next.id);
    assert.ok(pid);
    await home.startDaemon();
    const last = await home.connect('window-0');
    assert.equal(await countOfNext(last), 1);
    process.kill(pid, 'SIGKILL');
    await until(async () => (await countOfNext(last)) === 0, 'nothing runs');
  });

  it('hear of an end that came while no daemon ran', async () => {
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', 'read x; exit 3'],
    });
    const screen = await home.attach(link, session.id, 'window-1');
    await home.killDaemon();
    await screen.type('\n');
    await until(() => screen.stream.exit !== undefined, 'the exit mark');
    await home.startDaemon();
    const [now] = await listAll(await home.connect('window-0'));
    assert.deepEqual([now?.status, now?.exit?.code], ['ended', 3]);
  });

  it('stay in their host after an upgrade, while new ones go to one of the new program', async function () {
    this.timeout(60_000);
    const old = await home.openSession(link, { agent: 'command', command: ['cat'] });
    await home.killDaemon('SIGTERM');
    await home.startDaemon(home.copyProgram('99.0.0'));
    const again = await home.connect('window-0');
    const fresh = await home.openSession(again, { agent: 'command', command: ['cat'] });
    const { hosts } = await again.call('daemon/status', {});
    const shown = hosts.map(({ version, draining, sessions }) => [version, draining, sessions]);
    assert.equal(shown.length, 2);
    assert.deepEqual(
      shown.find(([version]) => version === '99.0.0'),
      ['99.0.0', false, 1],
    );
    assert.deepEqual(shown.find(([version]) => version !== '99.0.0')?.slice(1), [true, 1]);
    const screen = await home.attach(again, old.id, 'window-0');
    assert.equal(await screen.type('still here\n'), 'delivered');
    await screen.waitFor('still here\r\nstill here');
    await again.call('session/kill', { sessionId: old.id });
    const restart = { sessionId: old.id, environment: home.env };
    await again.call('session/restart', restart);
    const after = await again.call('daemon/status', {});
    assert.equal(after.hosts.find(({ version }) => version === '99.0.0')?.sessions, 2);
    await again.call('session/kill', { sessionId: fresh.id });
  });
});
