/**
 * Remote clients: the stream of a session through the daemon, over TCP connections that are late, slow, torn in the middle of
 * anything, byte by byte, silent. The same promises as for those at the host.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import { readRuntimeFile } from '../../link/home/home.ts';
import type { Session } from '../../protocol/session/session.ts';
import { compareStates } from '../support/screenCorpus.ts';
import { countedOutput, readyBytes } from '../support/countedOutput.ts';
import type { Faults } from '../support/faultProxy.ts';
import { FaultProxy } from '../support/faultProxy.ts';
import { createRandom } from '../support/hostileOutput.ts';
import { ScreenViewer } from '../support/screenViewer.ts';
import { Judge } from '../support/streamJudge.ts';
import { Screen, SessionHome, until } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const random = createRandom(Number(process.env['WAGGLE_TEST_SEED'] ?? 1));
const scale = isLong ? 16 : 1;
const limitMs = 50_000 * scale;

interface Trial {
  readonly name: string;
  readonly faults: Faults;
  readonly bytes: number;
}

/** Waits for a key, then writes so many coloured lines as fast as it can. */
const writing = (lines: number): string[] => [
  process.execPath,
  '-e',
  `process.stdout.write('ready');
  process.stdin.setRawMode(true);
  process.stdin.once('data', () => {
    const { writeSync } = require('node:fs');
    for (let line = 0; line < ${lines}; line += 100) {
      const rows = Array.from({ length: 100 }, (_, row) =>
        '\\x1b[3' + (row % 8) + 'mline ' + (line + row) + ' ' + 'word '.repeat(10) + '\\x1b[m\\r\\n');
      const bytes = Buffer.from(rows.join(''));
      for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
    }
    writeSync(1, 'the end');
  });`,
];

/** The handshake has to come through before anything else does. */
const trials: readonly Trial[] = [
  { name: 'late', faults: { delayMs: 15 }, bytes: 1_000_000 * scale },
  { name: 'slow', faults: { bytesPerSecond: 2_000_000, pieceBytes: 65_536 }, bytes: 2_000_000 },
  { name: 'passing byte by byte', faults: { pieceBytes: 1 }, bytes: 50_000 * scale },
  {
    name: 'torn at any byte',
    faults: { cutAfterBytes: () => 3000 + random.below(120_000) },
    bytes: 2_000_000 * scale,
  },
  {
    name: 'late, in pieces and torn at any byte',
    faults: { delayMs: 2, pieceBytes: 5000, cutAfterBytes: () => 4000 + random.below(60_000) },
    bytes: 500_000 * scale,
  },
];

describe('remote clients at the end of bad connections', function () {
  this.timeout(limitMs + 10_000);
  let home: SessionHome;
  let link: DaemonLink;
  let proxy: FaultProxy;
  const links: DaemonLink[] = [];
  beforeEach(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
    const { port } = readRuntimeFile(home.paths) ?? {};
    if (typeof port !== 'number') throw new Error('the daemon has no port');
    const target = { host: '127.0.0.1', port };
    proxy = await FaultProxy.listen({ host: '127.0.0.1', port: 0 }, target);
  });
  afterEach(async () => {
    for (const each of links.splice(0)) each.dispose();
    await proxy.close();
    await home.close();
  });

  /** A connection that goes through the proxy, anew whenever the last one is gone. */
  const remote = (silenceMs?: number): (() => Promise<DaemonLink>) => {
    const through = {
      paths: home.paths,
      kind: 'test',
      clientId: 'remote',
      via: 'tcp',
      dialTcp: () => connect({ host: '127.0.0.1', port: proxy.port }),
      ...(silenceMs === undefined ? {} : { silenceMs }),
    } as const;
    return async () => {
      const last = links.at(-1);
      if (last?.isClosed === false) return last;
      const next = await connectDaemon(through);
      assert.equal(next.info.transport, 'tcp');
      links.push(next);
      return next;
    };
  };

  const open = (bytes: number, pauseMs = 0): Promise<Session> => {
    const command = countedOutput(bytes, { pauseMs });
    return home.openSession(link, { agent: 'command', command });
  };

  const attach = async (session: Session, faults: Faults): Promise<Judge> => {
    const stream = await home.attachVia(remote(), session.id);
    const judge = new Judge(stream);
    await until(() => judge.seq === readyBytes, 'the program is ready');
    proxy.faults = faults;
    if (faults.cutAfterBytes !== undefined) proxy.cut();
    await stream.write(Buffer.from('g'));
    return judge;
  };

  for (const { name, faults, bytes } of trials) {
    it(`get exactly the bytes, or are told what is missing, over one that is ${name}`, async () => {
      const judge = await attach(await open(bytes), faults);
      await until(
        () => judge.seq === readyBytes + bytes,
        () => `the last byte, at ${judge.seq} of ${readyBytes + bytes}, ${proxy.cuts} cuts`,
        limitMs,
      );
      assert.deepEqual(judge.wrong, []);
      assert.ok(proxy.connections > 0);
      if (faults.cutAfterBytes !== undefined) assert.ok(proxy.cuts >= 5, `${proxy.cuts} cuts`);
    });
  }

  it('lose nothing at all while what they are behind fits the ring', async () => {
    const bytes = 400_000 * scale;
    const faults = { cutAfterBytes: () => 3000 + random.below(20_000) };
    const judge = await attach(await open(bytes, 10), faults);
    await until(() => judge.seq === readyBytes + bytes, 'the last byte', limitMs);
    assert.deepEqual([judge.wrong, judge.skipped], [[], 0]);
    assert.ok(proxy.cuts >= 10, `${proxy.cuts} cuts`);
  });

  it('show in the end what who was there from the start sees, whatever they missed', async () => {
    const command = writing(80_000 * scale);
    const session = await home.openSession(link, { agent: 'command', command });
    const witness = new ScreenViewer((await home.attach(link, session.id, 'witness')).stream);
    const stream = await home.attachVia(remote(), session.id);
    const viewer = new ScreenViewer(stream);
    await until(() => witness.rows[0]?.startsWith('ready') === true, 'the program is ready');
    proxy.faults = {
      bytesPerSecond: 1_500_000,
      cutAfterBytes: () => 40_000 + random.below(300_000),
    };
    proxy.cut();
    await stream.write(Buffer.from('g'));
    const isAtEnd = (): boolean =>
      witness.rows.some((row) => row.startsWith('the end')) &&
      stream.cursor.seq === witness.stream.cursor.seq;
    const differences = (): string[] => compareStates(witness.screen, viewer.screen);
    await until(
      () => isAtEnd() && !viewer.approximate && differences().length === 0,
      () =>
        `at ${stream.cursor.seq}, ${viewer.gaps.length} gaps, missing ${viewer.missing}: ${differences().join('\n')}`,
      limitMs,
    );
    assert.ok(viewer.gaps.length > 0, 'it missed nothing');
  });

  it('type each line once, whatever is lost on the way there and back', async () => {
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', 'stty -echo -icanon; echo ready; exec cat'],
    });
    const screen = new Screen(await home.attachVia(remote(), session.id));
    await screen.waitFor('ready\r\n');
    proxy.faults = { pieceBytes: 40, cutAfterBytes: () => 3000 + random.below(2000) };
    proxy.cut();
    const lines = Array.from({ length: 300 * scale }, (_, index) => `line ${index}`);
    for (const line of lines) assert.equal(await screen.type(`${line}\n`), 'delivered');
    await screen.waitFor(lines.at(-1) ?? '');
    await until(() => screen.text.endsWith('\r\n'), 'the end of the last line');
    const arrived = screen.text.split('\r\n').filter((line) => line.startsWith('line '));
    assert.deepEqual([arrived, screen.gaps], [lines, 0]);
    assert.ok(proxy.cuts >= 4, `${proxy.cuts} cuts`);
  });

  it('notice a connection that stays open and brings nothing, and are back where they were', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const stream = await home.attachVia(remote(1500), session.id);
    const states: string[] = [];
    const screen = new Screen(stream);
    stream.onState((state) => states.push(state));
    await screen.type('before\n');
    await until(() => screen.text === 'before\r\nbefore\r\n', 'the echo');
    proxy.faults = { isBlackHole: true };
    const typed = screen.type('meanwhile\n');
    await until(() => links[0]?.isClosed === true, 'the first connection is given up');
    proxy.faults = {};
    assert.equal(await typed, 'delivered');
    await screen.waitFor('meanwhile\r\nmeanwhile\r\n');
    assert.deepEqual(
      [screen.text, states],
      ['before\r\nbefore\r\nmeanwhile\r\nmeanwhile\r\n', ['reconnecting', 'connected']],
    );
  });
});
