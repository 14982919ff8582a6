import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { listProcesses } from '../../link/process/process.ts';
import { SessionHome, until } from './sessionHome.ts';

const cycleCount = process.env['WAGGLE_TEST_LONG'] === '1' ? 10_000 : 1000;
const atOnce = 20;

/** What a process holds; zombies count among its children. */
function holdingsOf(pid: number): object {
  const threads = /^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: Number(threads?.[1]),
    children: listProcesses().filter(({ ppid }) => ppid === pid).length,
  };
}

describe('sessions that come and go', () => {
  let home: SessionHome;
  let link: DaemonLink;
  before(async function () {
    this.timeout(60_000);
    if (process.platform !== 'linux') this.skip();
    home = await SessionHome.open();
    link = await home.connect('window-0');
    await link.call('session/subscribe', {});
  });
  after(() => home?.close());

  /** Opens sessions that end at once, and deletes each when it has ended. */
  async function runCycles(count: number): Promise<void> {
    const ended = new Map<string, () => void>();
    const seen = new Set<string>();
    const listening = link.onEvent('session/changed', ({ session: { id, status } }) => {
      if (status !== 'ended') return;
      seen.add(id);
      ended.get(id)?.();
    });
    const runOne = async (): Promise<void> => {
      const { id } = await home.openSession(link, { agent: 'command', command: ['true'] });
      if (!seen.has(id)) await new Promise<void>((resolve) => ended.set(id, resolve));
      await link.call('session/delete', { sessionId: id });
      ended.delete(id);
    };
    let left = count;
    const runAll = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await runOne();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, runAll));
    listening.dispose();
  }

  it(`leave no descriptor, thread or child behind after ${cycleCount} of them`, async function () {
    this.timeout(120_000 + cycleCount * 200);
    await runCycles(60);
    const [host] = home.readHostFiles();
    assert.ok(host);
    const holdings = (): object => [home.daemonPid, host.pid].map(holdingsOf);
    let before: object = {};
    // What the warm-up left is on its way: the same twice in a row is rest.
    await until(async () => {
      const last = JSON.stringify(before);
      await delay(200);
      before = holdings();
      return JSON.stringify(before) === last;
    }, 'rest');
    await runCycles(cycleCount);
    await until(
      () => JSON.stringify(holdings()) === JSON.stringify(before),
      () => `${JSON.stringify(before)}, not ${JSON.stringify(holdings())}`,
      30_000,
    );
    const { sessions } = await link.call('session/list', { history: true });
    assert.deepEqual(sessions, []);
    assert.equal(home.readHostFiles().length, 1);
  });
});
