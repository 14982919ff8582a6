/**
 * One that reads beside many that do not: neither what it sees nor what it types comes later for them. What the clock
 * says is a promise for a quiet machine: here it may take `patience` times as long.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { BenchClient } from '../../bench/relayClient.ts';
import { startClient } from '../../bench/relayClient.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { openDripping, openStalled } from '../support/stalledSockets.ts';
import type { StoppedClient } from '../support/stoppedClient.ts';
import { startStopped } from '../support/stoppedClient.ts';
import { FloodReader, quantileOf, stampedFlood } from '../support/stampedFlood.ts';
import { HostFixture, until } from './ptyhostFixture.ts';
import { SessionHome } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const measureMs = isLong ? 20_000 : 2500;
const megabyte = 1024 * 1024;
/** Beside other suites the clock says little: only what hangs is found then. */
const patience = isLong ? 5 : 50;
const stalledCount = 48;

describe('fifty viewers that stand still', function () {
  this.timeout(180_000);
  let host: HostFixture;
  let sockets: Socket[];
  let stopped: BenchClient | undefined;
  before(async () => {
    host = await HostFixture.start({ stallMs: 1500 });
    sockets = [];
  });
  after(async () => {
    stopped?.kill('SIGKILL');
    for (const socket of sockets) socket.destroy();
    await host.stop();
  });

  async function measure(reader: FloodReader): Promise<{ delay: number; echo: number }> {
    reader.reset();
    const end = performance.now() + measureMs;
    let typed = 0;
    await until('the time to pass', () => {
      reader.type();
      typed += 1;
      return performance.now() > end;
    });
    await until('the last echoes', () => reader.echoesMs.length >= typed || reader.skipped > 0);
    const [delay, echo] = [reader.delaysMs, reader.echoesMs].map((all) => quantileOf(all, 0.99));
    return { delay: delay ?? Number.NaN, echo: echo ?? Number.NaN };
  }

  const ticketFor = (session: SessionId, client: string): Promise<string> =>
    host.addTicket(session, { client, principal: 'me', right: 'observe' });

  /** Forty-eight that read nothing, one that reads a byte a second, and a process that is stopped. */
  async function stallAll(session: SessionId): Promise<void> {
    for (let index = 0; index < stalledCount; index += 1)
      sockets.push(await openStalled(host.file, await ticketFor(session, `stalled-${index}`)));
    sockets.push(await openDripping(host.file, await ticketFor(session, 'dripping')));
    const { socket, clientKey: key, pid, startTime } = host.file;
    const ticket = await ticketFor(session, 'stopped');
    const route = { socket, key, pid, startTime, ticket, clientId: 'stopped', kind: 'test' };
    // It stands still before it could compare anything.
    const order = { route, path: '/dev/null', start: Number.MAX_SAFE_INTEGER, whole: false };
    stopped = startClient('stuckClient.ts', [JSON.stringify(order)]);
    await stopped.line();
    stopped.kill('SIGSTOP');
  }

  it('cost nothing to one that reads, and are sent away', async () => {
    const session = await host.spawn(stampedFlood(20_000_000), { ringBytes: 32 * megabyte });
    const { stream } = await host.attach(session);
    const reader = new FloodReader(stream);
    const clientsNow = async (): Promise<number> =>
      (await host.control.call('host/stats', {})).clients;
    const clients = await clientsNow();
    const alone = await measure(reader);
    const before = await host.control.call('host/stats', {});
    await stallAll(session);
    const beside = await measure(reader);
    const rate = reader.bytes / measureMs / 1000;
    const grown = (await host.control.call('host/stats', {})).rssBytes - before.rssBytes;
    console.log(`      ${JSON.stringify({ alone, beside, rate, grownMiB: grown / megabyte })}`);
    await until('the end of all fifty', async () => (await clientsNow()) === clients);
    assert.equal(reader.skipped, 0);
    assert.ok(beside.delay < Math.max(100, alone.delay) * patience, `${beside.delay} ms behind`);
    assert.ok(beside.echo < Math.max(50, alone.echo) * patience, `${beside.echo} ms for a key`);
    // 1 MiB on its way to each; the rest is the host's own at such a rate.
    assert.ok(grown < (50 + 46) * megabyte, `${grown} bytes more`);
    stream.dispose();
  });
});

describe('a listener of the list that was stopped', function () {
  this.timeout(120_000);
  let home: SessionHome;
  let stopped: StoppedClient | undefined;
  before(async () => {
    home = await SessionHome.open();
  });
  after(async () => {
    await stopped?.end();
    await home.close();
  });

  it('is closed with its code, and nobody else notices', async () => {
    const link = await home.connect('window-0');
    const healthy = await home.connect('window-1');
    // Its events are of 64 KiB.
    const command = ['sh', '-c', 'exec cat', 'x'.repeat(65_536)];
    const { id: sessionId } = await home.openSession(link, { agent: 'command', command });
    await healthy.call('session/subscribe', { history: false });
    const heard: string[] = [];
    healthy.onEvent('session/changed', ({ session }) => heard.push(session.name));
    const names: string[] = [];
    const rename = async (count: number): Promise<number> => {
      const tookMs: number[] = [];
      for (let turn = 0; turn < count; turn += 1) {
        const name = `name ${names.length}`;
        const begin = performance.now();
        names.push(name);
        await link.call('session/rename', { sessionId, name });
        await until('the event', () => heard.at(-1) === name);
        tookMs.push(performance.now() - begin);
      }
      return quantileOf(tookMs, 0.99);
    };
    const alone = await rename(100);
    stopped = await startStopped(home.paths.home);
    const beside = await rename(100);
    console.log(`      ${JSON.stringify({ alone, beside })}`);
    const log = (): string => readFileSync(home.paths.logFile, 'utf8');
    await until('the daemon to see it', () => log().includes('Client reads too slowly'));
    assert.equal(await stopped.goOn(), '4408');
    const renamed = heard.filter((name) => names.includes(name));
    assert.deepEqual([...new Set(renamed)], names);
    assert.ok(beside < Math.max(50, alone) * patience, `${beside} ms, ${alone} ms without it`);
  });
});
