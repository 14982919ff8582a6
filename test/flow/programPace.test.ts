/**
 * How long a program waits for its own writes, by its own clock. What the clock says is a promise for a quiet machine: here
 * it may take `patience` times as long.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { openStalled } from '../support/stalledSockets.ts';
import { quantileOf } from '../support/stampedFlood.ts';
import { SessionHome, until } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const writingMs = isLong ? 20_000 : 1500;
/** Beside other suites the clock says little: only what hangs is found then. */
const patience = isLong ? 5 : 50;
/** What an attached interactive viewer may hold a program back, in all. */
const pauseMs = 250;
/** A write that takes as long has waited for somebody. */
const waitedMs = 25;

/** Once the file `go` is there it prints as fast as it can, and leaves how long each of its writes took. */
function writer(name: string): string[] {
  const script = `
    const fs = require('fs');
    const block = Buffer.alloc(4096, 'x'.repeat(79) + '\\n');
    const write = () => { for (let rest = block; rest.length > 0;)
      try { rest = rest.subarray(fs.writeSync(1, rest)); } catch (error) { if (error.code !== 'EAGAIN') throw error; } };
    const timer = setInterval(() => {
      if (!fs.existsSync('${name}.go')) return;
      clearInterval(timer);
      const tookMs = [];
      for (const end = performance.now() + ${writingMs}; performance.now() < end;) {
        const begin = performance.now();
        write();
        tookMs.push(performance.now() - begin);
      }
      fs.writeFileSync('${name}.part', JSON.stringify(tookMs));
      fs.renameSync('${name}.part', '${name}.json');
    }, 10);`;
  return [process.execPath, '-e', script];
}

describe('a program that prints', function () {
  this.timeout(180_000);
  let home: SessionHome;
  let link: DaemonLink;
  before(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  after(() => home.close());

  interface Waits {
    readonly megabytes: number;
    readonly p99Ms: number;
    readonly longestMs: number;
    /** All waits together. */
    readonly waitedMs: number;
  }

  const openWriter = (name: string): Promise<Session> =>
    home.openSession(link, { agent: 'command', command: writer(name) });

  async function print(name: string): Promise<Waits> {
    writeFileSync(join(home.folder, `${name}.go`), '');
    const file = join(home.folder, `${name}.json`);
    await until(() => existsSync(file), 'what the program measured', writingMs * 3 + 15_000);
    const tookMs: number[] = JSON.parse(readFileSync(file, 'utf8'));
    const waits = {
      megabytes: (tookMs.length * 4096) / 1e6,
      p99Ms: quantileOf(tookMs, 0.99),
      longestMs: Math.max(...tookMs),
      waitedMs: tookMs.filter((ms) => ms > waitedMs).reduce((sum, ms) => sum + ms, 0),
    };
    console.log(`      ${name}: ${JSON.stringify(waits)}`);
    return waits;
  }

  it('waits for nobody: not without viewers, beside one that stands still, or for a disk that does not answer', async () => {
    const [alone, watched, undisked] = [
      await openWriter('alone'),
      await openWriter('watched'),
      await openWriter('undisked'),
    ];
    assert.ok(alone && undisked);
    const free = await print('alone');
    const route = await link.call('session/attach', { sessionId: watched.id, via: 'host' });
    const [host] = home.readHostFiles();
    assert.ok(host && route.via === 'host');
    const viewer = await openStalled(host, route.ticket);
    const beside = await print('watched');
    viewer.destroy();
    // All that is kept of output on a disk is written by the daemon: slower than not at all it cannot get.
    process.kill(home.daemonPid, 'SIGSTOP');
    const without = await print('undisked').finally(() => process.kill(home.daemonPid, 'SIGCONT'));
    for (const { p99Ms } of [free, beside, without]) assert.ok(p99Ms < 100, `p99 ${p99Ms} ms`);
    for (const { longestMs, waitedMs: all } of [beside, without]) {
      assert.ok(longestMs < Math.max(pauseMs, free.longestMs) * patience, `${longestMs} ms`);
      assert.ok(all < (pauseMs + free.waitedMs) * patience, `${all} ms in all`);
    }
  });
});
