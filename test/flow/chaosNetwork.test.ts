/**
 * Clients at the end of bad connections: late, slow, torn in the middle of anything, byte by byte, silent. Whatever happens,
 * each gets exactly the bytes or is told of a gap, and what it types arrives once.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { readRuntimeFile, writeRuntimeFile } from '../../link/home/home.ts';
import type { SessionStream } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import { countedOutput, readyBytes } from '../support/countedOutput.ts';
import type { Faults } from '../support/faultProxy.ts';
import { FaultProxy } from '../support/faultProxy.ts';
import { hashedOutput, turnKey } from '../support/hashedOutput.ts';
import { createRandom } from '../support/hostileOutput.ts';
import { Judge } from '../support/streamJudge.ts';
import { SessionHome, until } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const random = createRandom(Number(process.env['WAGGLE_TEST_SEED'] ?? 1));
const scale = isLong ? 16 : 1;
const limitMs = 50_000 * scale;
const mebibyte = 1024 * 1024;

interface Trial {
  readonly name: string;
  readonly faults: Faults;
  readonly bytes: number;
}

const trials: readonly Trial[] = [
  { name: 'late', faults: { delayMs: 15 }, bytes: 2_000_000 * scale },
  { name: 'slow', faults: { bytesPerSecond: 2_000_000, pieceBytes: 65_536 }, bytes: 4_000_000 },
  { name: 'passing byte by byte', faults: { pieceBytes: 1 }, bytes: 100_000 * scale },
  {
    name: 'torn at any byte',
    faults: { cutAfterBytes: () => 200 + random.below(120_000) },
    bytes: 4_000_000 * scale,
  },
  {
    name: 'late, in pieces and torn at any byte',
    faults: { delayMs: 2, pieceBytes: 5000, cutAfterBytes: () => 1500 + random.below(60_000) },
    bytes: 600_000 * scale,
  },
];

describe('clients at the end of bad connections', function () {
  this.timeout(limitMs + 10_000);
  let home: SessionHome;
  let link: DaemonLink;
  const proxies: FaultProxy[] = [];
  beforeEach(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close();
    await home.close();
  });

  /** Puts a proxy in front of a socket that is listening: its clients still find it where it was. */
  const putBefore = async (path: string): Promise<FaultProxy> => {
    renameSync(path, `${path}.behind`);
    const proxy = await FaultProxy.listen({ path }, { path: `${path}.behind` });
    proxies.push(proxy);
    return proxy;
  };

  const open = (
    bytes: number,
    pace: Parameters<typeof countedOutput>[1] = {},
  ): Promise<Session> => {
    const command = countedOutput(bytes, pace);
    return home.openSession(link, { agent: 'command', command });
  };

  /** Lets the program print turn after turn, each less than the ring of a session (1 MiB) holds; the first is begun. */
  const playTurns = async ({
    judge,
    stream,
    turnBytes,
  }: {
    readonly judge: Judge;
    readonly stream: SessionStream;
    readonly turnBytes: number;
  }): Promise<void> => {
    for (let turn = 1; turn <= scale; turn += 1) {
      if (turn > 1) await stream.write(Buffer.from('g'));
      const wanted = readyBytes + turn * turnBytes;
      await until(
        () => judge.seq >= wanted,
        () => `byte ${wanted}, at ${judge.seq}, ${stream.state}`,
        limitMs,
      );
    }
    assert.equal(judge.seq, readyBytes + scale * turnBytes);
  };

  /** Attaches at the host, with the connection broken from there on in the given way. */
  const attachAtHost = async (
    session: Session,
    faults: Faults,
  ): Promise<[Judge, FaultProxy, SessionStream]> => {
    const [host] = home.readHostFiles();
    const proxy = await putBefore(host?.socket ?? '');
    const { stream } = await home.attach(link, session.id, 'viewer');
    const judge = new Judge(stream);
    await until(() => judge.seq === readyBytes, 'the program is ready');
    proxy.faults = faults;
    if (faults.cutAfterBytes !== undefined) proxy.cut();
    await stream.write(Buffer.from('g'));
    return [judge, proxy, stream];
  };

  for (const { name, faults, bytes } of trials) {
    it(`get exactly the bytes, or are told what is missing, over one that is ${name}`, async () => {
      const session = await open(bytes);
      const [judge, proxy] = await attachAtHost(session, faults);
      await until(
        () => judge.seq === readyBytes + bytes,
        () => `the last byte, at ${judge.seq} of ${readyBytes + bytes}, ${proxy.cuts} cuts`,
        limitMs,
      );
      assert.deepEqual(judge.wrong, []);
      if (faults.cutAfterBytes !== undefined) assert.ok(proxy.cuts >= 10, `${proxy.cuts} cuts`);
    });
  }

  it('lose nothing at all while what they are behind fits the ring', async () => {
    const turnBytes = 25 * 16_384;
    const session = await open(turnBytes * scale, { pauseMs: 10, turnBytes });
    const faults = { cutAfterBytes: () => 200 + random.below(20_000) };
    const [judge, proxy, stream] = await attachAtHost(session, faults);
    await playTurns({ judge, stream, turnBytes });
    assert.deepEqual([judge.wrong, judge.skipped], [[], 0]);
    assert.ok(proxy.cuts >= 10, `${proxy.cuts} cuts`);
  });

  it('get every byte of what nobody can foretell, to the last before its end, over a thousand cuts', async () => {
    const bytes = isLong ? 64 * mebibyte : 4 * mebibyte;
    const hashFile = join(home.folder, 'hash');
    const seed = random.below(2 ** 31);
    const command = hashedOutput({ bytes, seed, hashFile, turnBytes: mebibyte });
    const session = await home.openSession(link, { agent: 'command', command });
    const [host] = home.readHostFiles();
    const proxy = await putBefore(host?.socket ?? '');
    const { stream } = await home.attach(link, session.id, 'viewer');
    const hash = createHash('sha256');
    const begin = readyBytes;
    let seq = stream.cursor.seq;
    let missing = 0;
    let isEnded = false;
    stream.onOutput((output) => {
      if (output.seq !== seq) missing += 1;
      hash.update(output.bytes.subarray(Math.max(0, begin - output.seq)));
      seq += output.bytes.length;
    });
    stream.onGap(() => (missing += 1));
    stream.onExit(() => (isEnded = true));
    await until(() => seq === begin, 'the program is ready');
    proxy.faults = { cutAfterBytes: () => 1 + random.below(100_000) };
    proxy.cut();
    for (let turn = 1; turn * mebibyte <= bytes; turn += 1) {
      assert.equal(await stream.write(Buffer.from(turnKey)), 'delivered');
      const wanted = begin + turn * mebibyte;
      await until(
        () => seq >= wanted,
        () => `byte ${wanted}, at ${seq}`,
        60_000,
      );
    }
    await until(() => isEnded, 'the end of the program');
    assert.deepEqual(
      [missing, seq - begin, hash.digest('hex')],
      [0, bytes, readFileSync(hashFile, 'utf8')],
      `seed ${seed}`,
    );
    assert.ok(proxy.cuts >= (isLong ? 1000 : 50), `${proxy.cuts} cuts`);
  });

  it('get the same through the daemon, whose connection is torn as well', async () => {
    const turnBytes = 60 * 16_384;
    const session = await open(turnBytes * scale, { pauseMs: 5, turnBytes });
    const proxy = await putBefore(link.info.endpoint);
    let viewer = await home.connect('viewer');
    const connect = async (): Promise<DaemonLink> => {
      if (viewer.isClosed) viewer = await home.connect('viewer');
      return viewer;
    };
    const stream = await home.attachVia(connect, session.id);
    const judge = new Judge(stream);
    await until(() => judge.seq === readyBytes, 'the program is ready');
    proxy.faults = { pieceBytes: 7000, cutAfterBytes: () => 3000 + random.below(90_000) };
    proxy.cut();
    await stream.write(Buffer.from('g'));
    await playTurns({ judge, stream, turnBytes });
    assert.deepEqual([judge.wrong, judge.skipped], [[], 0]);
    assert.ok(proxy.cuts >= 5, `${proxy.cuts} cuts`);
  });

  it('type each line once, whatever is lost on the way there and back', async () => {
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', 'stty -echo -icanon; echo ready; exec cat'],
    });
    const [host] = home.readHostFiles();
    const proxy = await putBefore(host?.socket ?? '');
    const screen = await home.attach(link, session.id, 'viewer');
    await screen.waitFor('ready\r\n');
    proxy.faults = { pieceBytes: 40, cutAfterBytes: () => 700 + random.below(1800) };
    proxy.cut();
    const lines = Array.from({ length: 300 * scale }, (_, index) => `line ${index}`);
    for (const line of lines) assert.equal(await screen.type(`${line}\n`), 'delivered');
    await screen.waitFor(lines.at(-1) ?? '');
    await until(() => screen.text.endsWith('\r\n'), 'the end of the last line');
    const arrived = screen.text.split('\r\n').filter((line) => line.startsWith('line '));
    assert.deepEqual([arrived, screen.gaps], [lines, 0]);
    assert.ok(proxy.cuts >= 10, `${proxy.cuts} cuts`);
  });

  it('notice a connection that stays open and brings nothing, and are back where they were', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const proxy = await putBefore(link.info.endpoint);
    const connect = (): Promise<DaemonLink> =>
      connectDaemon({ paths: home.paths, kind: 'test', clientId: 'viewer', silenceMs: 1500 });
    const links: DaemonLink[] = [];
    const reconnect = async (): Promise<DaemonLink> => {
      const next = await connect();
      links.push(next);
      return next;
    };
    try {
      const stream = await home.attachVia(reconnect, session.id);
      const states: string[] = [];
      let text = '';
      stream.onOutput(({ bytes }) => (text += Buffer.from(bytes).toString()));
      stream.onState((state) => states.push(state));
      await stream.write(Buffer.from('before\n'));
      await until(() => text === 'before\r\nbefore\r\n', 'the echo');
      proxy.faults = { isBlackHole: true };
      const typed = stream.write(Buffer.from('meanwhile\n'));
      await until(() => links[0]?.isClosed === true, 'the first connection is given up');
      proxy.faults = {};
      assert.equal(await typed, 'delivered');
      await until(() => text.endsWith('meanwhile\r\nmeanwhile\r\n'), 'what was typed meanwhile');
      assert.deepEqual(
        [text, states],
        ['before\r\nbefore\r\nmeanwhile\r\nmeanwhile\r\n', ['reconnecting', 'connected']],
      );
    } finally {
      for (const each of links) each.dispose();
    }
  });

  it('refuse a daemon that answers through another door than its own', async () => {
    const file = readRuntimeFile(home.paths);
    if (file === undefined || file.port === null) throw new Error('the daemon has no port');
    const target = { host: '127.0.0.1', port: file.port };
    const proxy = await FaultProxy.listen({ host: '127.0.0.1', port: 0 }, target);
    proxies.push(proxy);
    writeRuntimeFile(home.paths, { ...file, port: proxy.port });
    const client = { paths: home.paths, kind: 'test', clientId: 'viewer', via: 'tcp' } as const;
    await assert.rejects(connectDaemon(client), { code: 'daemonUnreachable' });
    assert.equal(proxy.connections, 1);
    writeRuntimeFile(home.paths, file);
    (await connectDaemon(client)).dispose();
  });
});
