/** The property of `screenStream.test.ts` on a real host with a real daemon, with fewer runs. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createChannelTransport } from '../../extension/terminal/channelTransport.ts';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import type { SessionStream, StreamTransport } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import { compareStates } from '../support/screenCorpus.ts';
import { ScreenViewer } from '../support/screenViewer.ts';
import { CuttableTransport } from './cuttableTransport.ts';
import { SessionHome, size, until } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const numRuns = isLong ? 40 : 3;

/** Each byte it reads makes it draw something else; it counts what it read. */
const drawing = `
  const write = (text) => process.stdout.write(text);
  const draw = [
    (n) => write('line ' + n + ' of a text\\r\\n'),
    (n) => write('\\x1b[' + (1 + n % 20) + ';' + (1 + n % 60) + 'H漢字e\\u0301🙂' + n),
    (n) => write('\\x1b[3' + (n % 8) + 'mcolour ' + n + '\\x1b[m\\x1b[K'),
    () => write((isAlternate = !isAlternate) ? '\\x1b[?1049h\\x1b[2J' : '\\x1b[?1049l'),
    (n) => write('\\x1b]2;title ' + n + '\\x07\\x1b[?2004h\\x1b[1;1Hheader ' + n),
    (n) => { for (let i = 0; i < 40; i += 1) write(('row ' + n + ' ' + i + ' ').repeat(600) + '\\r\\n'); },
  ];
  let read = 0;
  let isAlternate = false;
  process.stdin.setRawMode(true);
  process.stdin.on('data', (bytes) => {
    for (const byte of bytes) {
      read += 1;
      if (byte === 0x7e) {
        // Cursors that were saved are saved anew: nothing of before counts any more.
        if (!isAlternate) write('\\x1b[?1049h');
        write('\\x1b[m\\x1b[H\\x1b7\\x1b[?1049l\\x1b[m\\x1b[H\\x1b7\\r\\n');
        for (let line = 0; line < 150; line += 1) write('last ' + line + '\\r\\n');
        write('the end ' + read + '\\r\\n');
      }
      else draw[byte % draw.length](read);
    }
  });
  write('ready');
`;

type Step =
  | { readonly do: 'draw'; readonly keys: string }
  | { readonly do: 'rows'; readonly rows: number }
  | { readonly do: 'attach' | 'cut' | 'idle' | 'die' | 'start' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('draw' as const),
      keys: fc.string({
        unit: fc.constantFrom('f', 'g', 'h', 'i', 'j', 'k', 'k'),
        minLength: 1,
        maxLength: 8,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rows' as const),
      rows: fc.integer({ min: 10, max: 30 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('attach', 'cut', 'cut', 'idle', 'die', 'start'),
    }),
  },
);

interface Viewer {
  readonly screen: ScreenViewer;
  readonly transport: CuttableTransport;
  isIdle: boolean;
}

class World {
  readonly viewers: Viewer[] = [];
  readonly #home: SessionHome;
  readonly #session: Session;
  readonly #transport: StreamTransport;
  readonly #streams: SessionStream[] = [];
  readonly #links: DaemonLink[] = [];
  readonly witness: ScreenViewer;
  #hasDaemon = true;

  static async open(home: SessionHome, link: DaemonLink, name: string): Promise<World> {
    const command = [process.execPath, '-e', drawing];
    const session = await home.openSession(link, { agent: 'command', command });
    const route = await link.call('session/attach', { sessionId: session.id, via: 'host' });
    if (route.via !== 'host') throw new Error('asked for the host');
    const transport = createHostTransport({ ...route, clientId: name, kind: 'test' });
    const witness = await openSessionStream({ transport, right: 'write', size });
    return new World({ home, session, transport }, witness);
  }

  private constructor(
    at: { home: SessionHome; session: Session; transport: StreamTransport },
    witness: SessionStream,
  ) {
    this.#home = at.home;
    this.#session = at.session;
    this.#transport = at.transport;
    this.#streams.push(witness);
    this.witness = new ScreenViewer(witness);
  }

  async perform(one: Step): Promise<void> {
    if (one.do === 'draw') await this.#draw(one.keys);
    if (one.do === 'rows') {
      this.witness.stream.resize({ cols: size.cols, rows: one.rows });
      await this.#draw('h');
    }
    if (one.do === 'attach') await this.attach();
    if (one.do === 'cut') this.viewers.at(-1)?.transport.cut();
    if (one.do === 'idle') for (const viewer of this.viewers) viewer.isIdle = !viewer.isIdle;
    if (one.do === 'die' && this.#hasDaemon) await this.#home.killDaemon();
    if (one.do === 'start' && !this.#hasDaemon) await this.#home.startDaemon();
    if (one.do === 'die' || one.do === 'start') this.#hasDaemon = one.do === 'start';
  }

  /** Every other one comes from afar: through the daemon, over TCP. */
  async attach(): Promise<void> {
    const isRemote = this.#hasDaemon && this.viewers.length % 2 === 1;
    const through = isRemote ? this.#openRemote() : this.#transport;
    const transport = new CuttableTransport(through);
    const options = { transport, right: 'observe', acknowledge: 'manual' } as const;
    const stream = await openSessionStream(options);
    this.#streams.push(stream);
    const viewer = { screen: new ScreenViewer(stream), transport, isIdle: false };
    const acknowledge = (): void => {
      if (!viewer.isIdle) stream.acknowledge(stream.cursor.seq);
    };
    stream.onOutput(acknowledge);
    stream.onGap(acknowledge);
    this.viewers.push(viewer);
  }

  #openRemote(): StreamTransport {
    const clientId = `remote-${this.#session.id.slice(-8)}-${this.viewers.length}`;
    let last: DaemonLink | undefined;
    return createChannelTransport(this.#session.id, async () => {
      if (last?.isClosed === false) return last;
      last = await connectDaemon({ paths: this.#home.paths, kind: 'test', clientId, via: 'tcp' });
      this.#links.push(last);
      return last;
    });
  }

  /** Everybody reads again, and a daemon makes the screens that are wanted. */
  async settle(): Promise<void> {
    await this.perform({ do: 'start' });
    for (const viewer of this.viewers) viewer.isIdle = false;
    await this.attach();
    await this.attach();
    await this.#draw('~');
    await until(() => this.witness.rows.some((row) => row.includes('the end')), 'the end', 60_000);
    for (const { screen } of this.viewers) screen.stream.acknowledge(screen.stream.cursor.seq);
  }

  async end(): Promise<void> {
    await this.perform({ do: 'start' });
    for (const stream of this.#streams) stream.dispose();
    for (const each of this.#links) each.dispose();
    const link = await this.#home.connect(`end-${this.#session.id}`);
    await link.call('session/kill', { sessionId: this.#session.id });
  }

  async #draw(keys: string): Promise<void> {
    assert.equal(await this.witness.stream.write(Buffer.from(keys)), 'delivered');
  }
}

describe('a stream through its life', () => {
  let home: SessionHome;
  beforeEach(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
  });
  afterEach(() => home.close());

  it('shows everybody in the end what who was there from the start sees', async function () {
    this.timeout(numRuns * 120_000);
    let run = 0;
    const seen = { exact: 0, mended: 0 };
    const steps = fc.array(step, { minLength: 10, maxLength: 30 });
    const property = fc.asyncProperty(steps, async (list) => {
      run += 1;
      const world = await World.open(home, await home.connect(`run-${run}`), `witness-${run}`);
      try {
        await until(() => world.witness.rows.some((row) => row.includes('ready')), 'the program');
        for (const one of list) await world.perform(one);
        await world.settle();
        for (const { screen } of world.viewers) {
          await settled(screen, world.witness);
          seen.exact += 1;
          if (screen.snapshots.length > 1 || screen.gaps.length > 0) seen.mended += 1;
        }
      } finally {
        await world.end();
      }
    });
    await fc.assert(property, { numRuns, endOnFailure: true });
    if (isLong) console.log(`${JSON.stringify(seen)} in ${run} runs`);
  });
});

/** Everything came, and the same is shown in everything, and said to be exact: cells and their looks, cursor, modes, names. */
async function settled(screen: ScreenViewer, witness: ScreenViewer): Promise<void> {
  const differences = (): string[] => compareStates(witness.screen, screen.screen);
  const isDone = (): boolean =>
    screen.stream.cursor.seq === witness.stream.cursor.seq &&
    !screen.approximate &&
    differences().length === 0;
  const told = (): string => {
    const isExact = screen.approximate ? `missing ${screen.missing}` : 'exact';
    return `${isExact}\n${differences().join('\n')}\n${screen.rows.join('\n')}`;
  };
  await until(isDone, told, 30_000);
}
