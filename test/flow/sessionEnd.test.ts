import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { listRunning, MarkerScan } from '../../daemon/process/process.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { isSameProcess } from '../../link/process/process.ts';
import type { Session } from '../../protocol/session/session.ts';
import { openStalled } from '../support/stalledSockets.ts';
import { startStopped } from '../support/stoppedClient.ts';
import { SessionHome, until } from './sessionHome.ts';

/** Ignores every request to end, and has children that do; one of them left session and group. */
const stubborn = [
  `setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 600; done' >/dev/null 2>&1 &`,
  `(setsid sh -c 'trap "" TERM HUP; sleep 601 & wait' >/dev/null 2>&1 &)`,
  'trap "" TERM HUP; echo all-started; while :; do sleep 1; done',
].join('\n');
/** Opens a fifo that nobody will ever read, so it hangs in the kernel's open. */
const stuckOnFifo = 'mkfifo never; echo at-the-fifo; echo x > never';
/** Ends at once and leaves a child behind. */
const leavesChild = 'nohup sleep 602 >/dev/null 2>&1 & echo left-behind';

describe('the end of everything', () => {
  let home: SessionHome;
  let link: DaemonLink;
  beforeEach(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  const run = (script: string): Promise<Session> =>
    home.openSession(link, { agent: 'command', command: ['sh', '-c', script] });

  it('comes with the daemon when it is asked for: no process of the data directory is left', async function () {
    this.timeout(60_000);
    const scripts = [stubborn, stuckOnFifo, leavesChild, 'sleep 603', 'yes', 'exit 3'];
    const sessions = await Promise.all(scripts.map(run));
    const [first, fifo] = sessions;
    assert.ok(first && fifo);
    for (const [session, text] of [
      [first, 'all-started'],
      [fifo, 'at-the-fifo'],
    ] as const) {
      const screen = await home.attach(link, session.id, 'window-1');
      await screen.waitFor(text);
    }
    await until(() => home.processesOf(first.id).length >= 4, 'its children');
    const hosts = home.readHostFiles();
    assert.equal(hosts.length, 1);
    const stalled = await stallAtFlood(sessions[4]);
    const { pid, startTime } = link.info;
    const begin = performance.now();
    const { killed } = await link.call('daemon/stop', { sessions: 'kill' });
    const endedMs = performance.now() - begin;
    assert.ok(killed >= 8, `${killed} were ended`);
    await until(() => !isSameProcess(pid, startTime), 'the daemon is gone');
    const goneMs = performance.now() - begin;
    assert.deepEqual(
      sessions.flatMap(({ id }) => home.processesOf(id)),
      [],
    );
    await until(
      () => hosts.every((host) => !isSameProcess(host.pid, host.startTime)),
      'the hosts ended by themselves',
    );
    console.log(`      programs ended after ${endedMs} ms, the daemon after ${goneMs} ms`);
    // Five seconds on a quiet machine, of which those that ignore every request are given three.
    assert.ok(goneMs < 10_000, `${goneMs} ms, of which its programs took ${endedMs}`);
    assert.deepEqual(home.readHostFiles(), []);
    assert.doesNotMatch(readFileSync(home.paths.logFile, 'utf8'), /did not stop in time/);
    await stalled.end();
  });

  /** Somebody at the host and somebody behind the daemon who read nothing of it any more, and let it wait. */
  async function stallAtFlood(flood: Session | undefined): Promise<{ end(): Promise<void> }> {
    assert.ok(flood);
    const { id: sessionId } = flood;
    const route = await link.call('session/attach', { sessionId, via: 'host' });
    const [host] = home.readHostFiles();
    assert.ok(host && route.via === 'host');
    const near = await openStalled(host, route.ticket);
    const far = await startStopped(home.paths.home, sessionId);
    return {
      async end() {
        near.destroy();
        await far.end();
      },
    };
  }

  it('is also the end of what was just being started', async function () {
    this.timeout(60_000);
    await run('exec sleep 604');
    const { pid, startTime } = link.info;
    const others = await Promise.all([1, 2, 3, 4].map((n) => home.connect(`window-${n}`)));
    const starting = others.flatMap((other, turn) =>
      [0, 1, 2, 3, 4].map(() =>
        home.openSession(other, { agent: 'command', command: ['sleep', String(6050 + turn)] }),
      ),
    );
    const settled = Promise.allSettled(starting);
    await link.call('daemon/stop', { sessions: 'kill' });
    await settled;
    await until(() => !isSameProcess(pid, startTime), 'the daemon is gone');
    await until(
      () => listSleepers().length === 0,
      () => `no ${listSleepers().join()}`,
    );
    assert.deepEqual(home.readHostFiles(), []);
  });

  /** Those whose data directory is this one. */
  function listSleepers(): number[] {
    const scan = new MarkerScan('WAGGLE_HOME', (value) => value === home.paths.home);
    return scan.find(listRunning()).map((entry) => entry.pid);
  }

  it('keeps what was written to the last byte, for the next daemon', async function () {
    this.timeout(60_000);
    const { id } = await run('seq 1 20000; echo the-end; sleep 600');
    const screen = await home.attach(link, id, 'window-1');
    await screen.waitFor('the-end');
    const { pid, startTime } = link.info;
    await link.call('daemon/stop', { sessions: 'kill' });
    await until(() => !isSameProcess(pid, startTime), 'the daemon is gone');
    await home.startDaemon();
    const again = await home.connect('window-0');
    const { session } = await again.call('session/get', { sessionId: id });
    assert.deepEqual([session.status, session.backgroundProcesses], ['killed', 0]);
    const page = await again.call('session/history', { sessionId: id, from: 0 });
    const kept = Buffer.from(page.data, 'base64').toString('latin1');
    assert.deepEqual([kept, page.gaps], [screen.text, []]);
  });

  it('of one session touches no other process', async function () {
    this.timeout(60_000);
    const bystander = spawn('sleep', ['604'], { stdio: 'ignore' });
    const others = await Promise.all([run('exec sleep 605'), run('exec sleep 606')]);
    const [ours, theirs] = others;
    assert.ok(ours && theirs);
    await link.call('session/kill', { sessionId: ours.id });
    assert.deepEqual(home.processesOf(ours.id), []);
    assert.deepEqual(home.processesOf(theirs.id), [theirs.pid]);
    assert.equal(bystander.exitCode ?? bystander.signalCode, null);
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
  });
});
