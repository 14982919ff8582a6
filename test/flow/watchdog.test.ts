/** A daemon whose loop stands still: it ends by itself and says where it stood, and its sessions do not notice. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, readStartTime } from '../../link/process/process.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('a daemon that stands still', function () {
  this.timeout(90_000);
  let home: SessionHome;
  beforeEach(async () => {
    home = await SessionHome.open();
  });
  afterEach(() => home.close());

  /** Loads something into the daemon, from outside, that busies its main thread for good when it is told to. */
  const startWithStall = async (): Promise<void> => {
    const stall = join(home.folder, 'stall.cjs');
    writeFileSync(
      stall,
      `process.on('SIGUSR2', function standStill() { for (;;) Math.random(); });`,
    );
    await home.killDaemon('SIGTERM');
    await home.startDaemon(undefined, { NODE_OPTIONS: `--require=${stall}` });
  };

  it('ends with a dump of where it stood, is replaced by the next client, and its sessions run on', async () => {
    await startWithStall();
    const link = await home.connect('window-0');
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(link, session.id, 'window-1');
    const pid = home.daemonPid;
    const startTime = readStartTime(pid) ?? 0;
    const readLog = (): string => readFileSync(home.paths.logFile, 'utf8');
    // The watchdog comes a moment after the daemon is ready.
    await until(() => readLog().includes('The main loop is watched'), 'the watchdog looks');
    process.kill(pid, 'SIGUSR2');
    await screen.type('while it stands still\n');
    await screen.waitFor('while it stands still\r\nwhile it stands still\r\n');
    await until(() => !isSameProcess(pid, startTime), 'the daemon ends', 60_000);
    const [line] = readLog()
      .split('\n')
      .filter((one) => one.includes('stands still; the daemon ends'));
    const { stack }: { stack: string } = JSON.parse(line ?? '{}');
    assert.match(stack, /at standStill \(.*stall\.cjs:1:\d+\)/);
    const next = await home.ensureDaemon('next');
    const { session: now } = await next.call('session/get', { sessionId: session.id });
    assert.deepEqual([now.status, now.pid, screen.gaps], ['running', session.pid, 0]);
    await screen.type('and after\n');
    await screen.waitFor('and after\r\nand after\r\n');
  });
});
