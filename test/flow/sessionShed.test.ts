import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import type { SessionStream, StreamTransport } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import { compareStates } from '../support/screenCorpus.ts';
import { ScreenViewer } from '../support/screenViewer.ts';
import { SessionHome, size, until } from './sessionHome.ts';

/** Sets modes and draws a header once, then several windows of output, slowly enough for who reads. */
function drawing(end: string): string {
  return `
  const write = (text, then) => process.stdout.write(text, then);
  const draw = () => write('\\x1b[1;1H\\x1b[7mHEADER drawn once 漢字\\x1b[m\\x1b[3;1Hready');
  write('\\x1b]2;long runner\\x07\\x1b[?1049h\\x1b[2J\\x1b[?25l\\x1b[?2004h\\x1b[=5;1u\\x1b[4;20r');
  draw();
  // When even the daemon could not follow, it asks for this.
  process.on('SIGWINCH', () => { write('\\x1b[2J'); draw(); if (sent === 120) write('\\x1b[10;5HDONE'); });
  const frames = [...'|/-\\\\'].map((f) => '\\x1b[2;3H\\x1b[38;5;' + f.charCodeAt(0) + 'm' + f + '\\x1b[m');
  let sent = 0;
  const spin = () => {
    write(frames.join('').repeat(450));
    sent += 1;
    if (sent < 120) setTimeout(spin, 15);
    else write('\\x1b[10;5HDONE', () => { ${end} });
  };
  process.stdin.once('data', spin);
`;
}

const has = (viewer: ScreenViewer, text: string): (() => boolean) => {
  return () => viewer.rows.some((row) => row.includes(text));
};

describe('a client that was shed', function () {
  this.timeout(120_000);
  let home: SessionHome;
  let link: DaemonLink;
  let opened: SessionStream[] = [];
  beforeEach(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
    opened = [];
  });
  afterEach(async () => {
    for (const stream of opened) stream.dispose();
    await home.close();
  });

  async function routeTo(session: Session, clientId: string): Promise<StreamTransport> {
    const route = await link.call('session/attach', { sessionId: session.id, via: 'host' });
    if (route.via !== 'host') throw new Error('asked for the host');
    return createHostTransport({ ...route, clientId, kind: 'test' });
  }

  async function watch(session: Session): Promise<ScreenViewer> {
    const transport = await routeTo(session, 'witness');
    const stream = await openSessionStream({ transport, right: 'write', size });
    opened.push(stream);
    return new ScreenViewer(stream);
  }

  async function openLazy(transport: StreamTransport): Promise<ScreenViewer> {
    const options = { right: 'observe', acknowledge: 'manual' } as const;
    const stream = await openSessionStream({ transport, ...options });
    opened.push(stream);
    return new ScreenViewer(stream);
  }

  /** From now on it reads as others do. */
  function wake({ stream }: ScreenViewer): void {
    stream.acknowledge(stream.cursor.seq);
    stream.onOutput(() => stream.acknowledge(stream.cursor.seq));
    stream.onGap(({ to }) => stream.acknowledge(to));
  }

  function isMended(lazy: ScreenViewer, witness: ScreenViewer): boolean {
    if (lazy.snapshots.length === 0 || lazy.approximate) return false;
    return compareStates(witness.screen, lazy.screen).length === 0;
  }

  function assertMended(lazy: ScreenViewer, witness: ScreenViewer): void {
    assert.deepEqual(compareStates(witness.screen, lazy.screen), []);
    assert.equal(lazy.gaps.length > 0 && lazy.snapshots.length > 0, true);
    assert.deepEqual([lazy.approximate, witness.gaps, witness.snapshots], [false, [], []]);
    const skipped = lazy.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
    assert.ok(skipped > 500_000, `${skipped} skipped`);
  }

  async function flood(session: Session, lazies: readonly ScreenViewer[]): Promise<ScreenViewer> {
    const witness = await watch(session);
    await until(has(witness, 'ready'), 'the first screen');
    for (const lazy of lazies) await until(has(lazy, 'ready'), 'the first screen of all');
    await witness.stream.write(Buffer.from('\n'));
    await until(has(witness, 'DONE'), 'the end of the flood', 60_000);
    return witness;
  }

  it('shows a moment later what who kept up shows: at its host, over a daemon, over TCP', async () => {
    const command = [process.execPath, '-e', drawing('process.stdin.resume()')];
    const session = await home.openSession(link, { agent: 'command', command });
    const tcp = await connectDaemon({
      ...{ paths: home.paths, kind: 'test', clientId: 'tcp', via: 'tcp' },
    });
    const far = await home.connect('far');
    const options = { right: 'observe', acknowledge: 'manual' } as const;
    const lazies = [await openLazy(await routeTo(session, 'lazy'))];
    for (const one of [far, tcp])
      lazies.push(new ScreenViewer(await home.attachChannel(one, session.id, options)));
    const witness = await flood(session, lazies);
    for (const lazy of lazies) wake(lazy);
    for (const lazy of lazies) {
      await until(() => isMended(lazy, witness), 'a whole screen', 30_000);
      assertMended(lazy, witness);
    }
    tcp.dispose();
  });

  it('is told the exit behind its last screen', async () => {
    const command = [process.execPath, '-e', drawing('process.exit(3)')];
    const session = await home.openSession(link, { agent: 'command', command });
    const lazy = await openLazy(await routeTo(session, 'lazy'));
    const order: string[] = [];
    lazy.stream.onSnapshot(() => order.push('screen'));
    lazy.stream.onExit(({ exit }) => order.push(`exit ${exit.code}`));
    const witness = await flood(session, [lazy]);
    wake(lazy);
    await until(() => order.includes('exit 3'), 'the exit', 30_000);
    assert.deepEqual(order, ['screen', 'exit 3']);
    if (!lazy.approximate) assertMended(lazy, witness);
  });

  it('without a daemon keeps what it has, and gets the screen when there is one again', async () => {
    const command = [process.execPath, '-e', drawing('process.stdin.resume()')];
    const session = await home.openSession(link, { agent: 'command', command });
    const lazy = await openLazy(await routeTo(session, 'lazy'));
    const live = await watch(session);
    await until(has(live, 'ready'), 'the first screen');
    await home.killDaemon();
    await live.stream.write(Buffer.from('\n'));
    await until(has(live, 'DONE'), 'the end of the flood', 60_000);
    wake(lazy);
    await until(() => lazy.stream.cursor.seq === live.stream.cursor.seq, 'the end of the tail');
    assert.deepEqual([lazy.snapshots.length, lazy.gaps.length > 0], [0, true]);
    await home.startDaemon();
    await until(() => lazy.snapshots.length > 0, 'a screen', 60_000);
    await until(() => lazy.stream.cursor.seq === live.stream.cursor.seq, 'the end');
    // What nobody read is lost to the daemon as well, so it asked the program to draw anew. Modes stay unknown.
    const isDrawn = (): boolean => lazy.rows.join() === live.rows.join();
    await until(() => isDrawn() && has(lazy, 'HEADER')(), 'the screen drawn anew', 60_000);
  });
});
