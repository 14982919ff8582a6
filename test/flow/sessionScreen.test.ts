import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { StreamTransport } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import { ScreenViewer } from '../support/screenViewer.ts';
import { SessionHome, size, until } from './sessionHome.ts';

/** Draws a header and a wide title once, then spins for several rings, slowly enough to be followed; then waits. */
const spinning = `
  const write = (text) => process.stdout.write(text);
  write('\\x1b]2;long runner\\x07\\x1b[?1049h\\x1b[2J\\x1b[?25l\\x1b[?2004h\\x1b[=5;1u');
  write('\\x1b[1;1H\\x1b[7mHEADER drawn once 漢字\\x1b[m\\x1b[4;20r');
  const frames = [...'|/-\\\\'].map((f) => '\\x1b[2;3H\\x1b[38;5;' + f.charCodeAt(0) + 'm' + f + '\\x1b[m');
  let sent = 0;
  const spin = () => {
    write(frames.join('').repeat(450));
    sent += 1;
    if (sent < 100) setTimeout(spin, 50);
    else write('\\x1b[10;5HDONE');
  };
  process.stdin.on('data', spin);
  write('\\x1b[3;1Hready');
`;

/** Draws a header once and then more in one go than anybody can follow; paints anew when it is told to. */
const flooding = `
  const write = (text) => process.stdout.write(text);
  let paints = 0;
  const paint = () => {
    write('\\x1b[2J\\x1b[1;1HHEADER ' + paints);
    paints += 1;
  };
  write('\\x1b[?1049h');
  paint();
  process.on('SIGWINCH', paint);
  process.stdin.once('data', () => {
    const row = '\\x1b[2;3H' + 'x'.repeat(60);
    for (let turn = 0; turn < 200; turn += 1) write(row.repeat(1500));
    write('\\x1b[10;5HDONE');
  });
`;

/** The terminal parser of today does not survive this in a screen without lines above it. */
const deadly = '\\033[24;80Hx\\033[1J';

describe('the screen of a session', () => {
  let home: SessionHome;
  let link: DaemonLink;
  beforeEach(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  afterEach(() => home.close());

  async function routeTo(session: Session, clientId: string): Promise<StreamTransport> {
    const route = await link.call('session/attach', { sessionId: session.id, via: 'host' });
    if (route.via !== 'host') throw new Error('asked for the host');
    return createHostTransport({ ...route, clientId, kind: 'test' });
  }

  async function view(
    transport: StreamTransport,
    right: 'write' | 'observe',
  ): Promise<ScreenViewer> {
    const stream = await openSessionStream({ transport, right, size });
    after(() => stream.dispose());
    return new ScreenViewer(stream);
  }

  const has = (viewer: ScreenViewer, text: string): (() => boolean) => {
    return () => viewer.rows.some((row) => row.includes(text));
  };

  it('is exact after a fresh attach although its header left the ring, with the daemon dead too', async function () {
    this.timeout(60_000);
    const command = [process.execPath, '-e', spinning];
    const session = await home.openSession(link, { agent: 'command', command });
    const witness = await view(await routeTo(session, 'witness'), 'write');
    await until(has(witness, 'ready'), 'the first screen');
    await witness.stream.write(Buffer.from('\n'));
    await until(has(witness, 'DONE'), 'the last screen', 30_000);
    const passed = witness.stream.cursor.seq;
    assert.ok(passed > 2 * 1024 * 1024, `only ${passed} bytes`);
    const transport = await routeTo(session, 'fresh');
    const fresh = await view(transport, 'observe');
    await until(has(fresh, 'DONE'), 'the fresh screen');
    // A daemon that is late gives one that says it may lack something, and the whole one as soon as it has it.
    await until(() => !fresh.approximate, 'an exact screen', 30_000);
    const [snapshot = 0] = fresh.snapshots;
    assert.deepEqual([fresh.snapshots.length, fresh.approximate, fresh.gaps], [1, false, []]);
    assert.ok(passed - snapshot < 1024 * 1024, `the stored screen is ${passed - snapshot} behind`);
    assert.deepEqual(fresh.screen, witness.screen);
    assert.match(fresh.rows[0] ?? '', /^HEADER drawn once 漢/);
    await home.killDaemon();
    const orphan = await view(transport, 'observe');
    await until(has(orphan, 'DONE'), 'the screen without a daemon');
    assert.deepEqual(orphan.screen, witness.screen);
    assert.equal(orphan.approximate, false);
  });

  it('is asked for anew when output outran it, and exact again after that', async function () {
    this.timeout(60_000);
    const command = [process.execPath, '-e', flooding];
    const session = await home.openSession(link, { agent: 'command', command });
    const witness = await view(await routeTo(session, 'witness'), 'write');
    const transport = await routeTo(session, 'fresh');
    const isStored = async (header: string): Promise<boolean> => {
      const fresh = await view(transport, 'observe');
      await until(has(fresh, 'HEADER'), 'a screen');
      const isExact = fresh.snapshots.length > 0 && !fresh.approximate;
      if (isExact && has(fresh, header)()) assert.deepEqual(fresh.screen, witness.screen);
      fresh.stream.dispose();
      return isExact && has(fresh, header)();
    };
    await until(has(witness, 'HEADER 0'), 'the first screen');
    witness.stream.resize({ cols: 80, rows: 23 });
    await until(() => isStored('HEADER 1'), 'a stored screen');
    // Nobody makes screens while there is no daemon.
    await home.killDaemon();
    await witness.stream.write(Buffer.from('\n'));
    await until(has(witness, 'DONE'), 'the end of the flood', 40_000);
    assert.equal(has(witness, 'HEADER 2')(), false);
    await home.startDaemon();
    await until(has(witness, 'HEADER 2'), 'the screen painted anew');
    await until(() => isStored('HEADER 2'), 'an exact screen');
  });

  it('that the parser does not survive is called approximate, and the next one is made', async () => {
    const script = `printf 'before\\r\\n'; read x; printf '${deadly}'; read x; printf '\\033[2J\\033[Hafter'; read x`;
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', script],
    });
    const text = await home.attach(link, session.id, 'plain');
    const storeSoon = (rows: number): void => text.stream.resize({ cols: 80, rows });
    const seen = async (): Promise<{ seq: number; approximate: boolean } | undefined> => {
      const route = await link.call('session/attach', { sessionId: session.id, via: 'host' });
      if (route.via !== 'host') throw new Error('asked for the host');
      const stored = createHostTransport({ ...route, clientId: 'looker', kind: 'test' });
      const stream = await openSessionStream({ transport: stored, right: 'observe' });
      let found: { seq: number; approximate: boolean } | undefined;
      stream.onSnapshot(({ seq, bytes }) => {
        found = { seq, approximate: decodeSnapshot(bytes)?.approximate ?? true };
      });
      await new Promise<void>((resolve) => stream.onLive(() => resolve()));
      stream.dispose();
      return found;
    };
    await text.waitFor('before');
    storeSoon(23);
    await until(async () => (await seen())?.approximate === false, 'a good screen');
    storeSoon(24);
    await text.type('\n');
    await text.waitFor('[1J');
    storeSoon(25);
    storeSoon(24);
    await until(async () => (await seen())?.approximate === true, 'a screen that is not exact');
    const bad = (await seen())?.seq ?? 0;
    await text.type('\n');
    await text.waitFor('after');
    storeSoon(22);
    await until(async () => ((await seen())?.seq ?? 0) > bad, 'a screen behind it');
  });

  it('is stored soon after a resize, at the new size', async () => {
    const script = 'printf "\\033[?1049h\\033[2;5Hbefore"; read x; printf after; read x';
    const session = await home.openSession(link, {
      agent: 'command',
      command: ['sh', '-c', script],
    });
    const witness = await view(await routeTo(session, 'witness'), 'write');
    await until(has(witness, 'before'), 'the first screen');
    witness.stream.resize({ cols: 61, rows: 17 });
    const transport = await routeTo(session, 'fresh');
    await until(async () => {
      const fresh = await view(transport, 'observe');
      await until(has(fresh, 'before'), 'a screen');
      const isStored = fresh.snapshots.length > 0;
      if (isStored) assert.deepEqual(fresh.screen, witness.screen);
      fresh.stream.dispose();
      return isStored;
    }, 'a stored screen');
    assert.deepEqual(witness.stream.size, { cols: 61, rows: 17 });
  });
});
