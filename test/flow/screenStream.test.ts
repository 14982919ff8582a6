import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attach } from '../../daemon/ptyhost/attach.ts';
import type { AttachContext } from '../../daemon/ptyhost/attach.ts';
import type { Channel } from '../../daemon/ptyhost/channel.ts';
import { HostedSession } from '../../daemon/ptyhost/hostedSession.ts';
import type { SessionSurroundings } from '../../daemon/ptyhost/hostedSession.ts';
import { Output } from '../../daemon/ptyhost/output.ts';
import { Emulator } from '../../daemon/screen/emulator.ts';
import { makeScreen } from '../../daemon/screen/making.ts';
import type { ScreenPiece } from '../../daemon/screen/screen.ts';
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { decodeFrame } from '../../protocol/wire/frame.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { decodeGap, decodeSize } from '../../protocol/wire/mark.ts';
import { compareStates } from '../support/screenCorpus.ts';
import { readScreen, readVisible } from '../support/screenState.ts';

const size: TerminalSize = { cols: 30, rows: 8 };
const session = 's-1' as SessionId;
const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const numRuns = isLong ? 3000 : 150;

/** What a well-behaved program writes; `n` chooses positions, colours and words. */
const phrases: readonly ((n: number) => string)[] = [
  (n) => `word${n} `.repeat(1 + (n % 9)),
  (n) => `line ${n}\r\n`,
  (n) => `漢字${n}e\u0301🙂`,
  (n) => `\u001b[${1 + (n % 8)};${1 + (n % 30)}H`,
  (n) => `\u001b[${30 + (n % 8)};${40 + (n % 8)}mcolour\u001b[m`,
  (n) => ['\u001b[2J\u001b[H', '\u001b[K', '\u001b[J', '\u001b[1K'][n % 4] ?? '',
  (n) => `\u001b[${1 + (n % 3)};${5 + (n % 4)}r\n\n`,
  (n) => (n % 2 === 0 ? '\u001b[?1049h' : '\u001b[?1049l'),
  (n) => (n % 2 === 0 ? '\u001b7' : '\u001b8'),
  (n) => `\u001b]2;title ${n}\u0007\u001b[?2004${n % 2 === 0 ? 'h' : 'l'}`,
  (n) => `\u001b[${1 + (n % 3)}${'LMPX@'.charAt(n % 5)}`,
  (n) => `\u001b[3;1Hheader ${n}\u001b[8;1H${'-'.repeat(30)}`,
];

/** What changes no more than its last values tell, so that a screen can be known again behind it. */
const drawing: readonly ((n: number) => string)[] = [
  ...phrases,
  (n) => `row ${n}\r\n`.repeat(20 + n),
  (n) => `\u001b[?25${n % 2 === 0 ? 'l' : 'h'}\u001b[?${1000 + (n % 4)}h\u001b[${n % 50}m`,
  (n) => `\u001b[${1 + (n % 9)}${'ABCDGd'.charAt(n % 6)}\u001b]8;;http://x/\u0007l\u001b]8;;\u0007`,
  (n) => `\u001b[4${n % 3 === 0 ? 'h' : 'l'}\u001b[${n % 6} q\u001b(${n % 4 === 0 ? '0' : 'B'}`,
  (n) => '\u001b[r\u001b(B\u001b[4l' + `${n}\r\n`,
  (n) =>
    '\u001b[0m\u001b[2J\u001b[H' +
    Array.from({ length: 8 }, (_, row) => `${n} ${row}`).join('\r\n'),
];

type Step =
  | { readonly do: 'write'; readonly phrase: number; readonly n: number }
  | { readonly do: 'resize'; readonly size: TerminalSize }
  | { readonly do: 'store' | 'attach' | 'die' | 'start' }
  | { readonly do: 'take' | 'lose'; readonly which: number; readonly bytes: number }
  | { readonly do: 'shed'; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      phrase: fc.nat(99),
      n: fc.nat(99),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('resize' as const),
      size: fc.record({
        cols: fc.integer({ min: 8, max: 60 }),
        rows: fc.integer({ min: 3, max: 16 }),
      }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('store' as const, 'attach' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('die' as const, 'start' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shed' as const), which: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('take' as const, 'take' as const, 'lose' as const),
      which: fc.nat(9),
      bytes: fc.integer({ min: 1, max: 600 }),
    }),
  },
);

/** One client: its channel, and its terminal. Every byte it gets is compared with what was written. */
class Client {
  channel: Channel | undefined;
  terminal = new Emulator(size);
  /** What it shows is not whole, and it knows. */
  isPartial = false;
  /** Seq after all it received or was told to be missing; undefined before the first frame. */
  cursor: number | undefined;
  /** It asked for all that there is. */
  isNew = true;
  /** Sizes at one seq are one: the last before anything else comes. */
  isOpening = true;
  #held: TerminalSize | undefined;
  gaps = 0;
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Frames taken; only the first `delivered` arrive. */
  take(bytes: number, delivered = Infinity): number {
    const frames = this.channel?.take(bytes) ?? [];
    for (const [header, payload] of frames.slice(0, delivered)) {
      const frame = decodeFrame(Buffer.concat([header, payload]));
      if (typeof frame === 'string') throw new Error(frame);
      this.#receive(frame);
    }
    return frames.length;
  }

  #receive({ kind, seq, payload }: Frame): void {
    if (kind === 'resize') this.#held = decodeSize(payload);
    if (kind !== 'resize' && kind !== 'lease') this.isOpening = false;
    if (!this.isOpening && this.#held !== undefined) {
      this.terminal.resize(this.#held);
      this.#held = undefined;
    }
    if (kind === 'output') this.#receiveOutput(seq, payload);
    if (kind === 'gap') {
      const isNext = this.isNew || seq <= (this.cursor ?? seq);
      assert.ok(isNext, 'a gap begins where the bytes end');
      this.cursor = decodeGap(payload);
      this.isPartial = true;
      this.isNew = false;
      this.gaps += 1;
    }
    if (kind !== 'snapshot') return;
    this.#clear();
    this.isNew = false;
    const stored = decodeSnapshot(payload);
    this.terminal.feed(stored?.text ?? new Uint8Array());
    this.isPartial = stored?.approximate ?? true;
    this.cursor = seq;
  }

  #clear(): void {
    const shown = this.terminal.size;
    this.terminal.dispose();
    this.terminal = new Emulator(shown);
    this.isPartial = false;
  }

  #receiveOutput(seq: number, payload: Uint8Array): void {
    assert.ok(this.#log.holds(seq, payload), `other bytes at ${seq}`);
    // Who comes back as somebody new is given all that there is.
    if (this.isNew) this.#clear();
    this.isPartial ||= this.isNew && seq > 0;
    assert.equal(seq, this.isNew ? seq : this.cursor, 'the next byte or a gap');
    this.isNew = false;
    this.terminal.feed(payload);
    this.cursor = seq + payload.length;
    this.channel?.ack(0, this.cursor);
  }
}

/** Everything that was written. */
class Log {
  #bytes = Buffer.alloc(0);

  push(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  holds(seq: number, bytes: Uint8Array): boolean {
    return this.#bytes.subarray(seq, seq + bytes.length).equals(bytes);
  }
}

/** A session without a process, who watches it from the start, and those who come later. */
class World {
  readonly hosted: HostedSession;
  readonly output: Output;
  readonly witness = new Emulator(size);
  readonly clients: Client[] = [];
  readonly #log = new Log();
  #isDaemonDead = false;
  /** A stored screen was made without bytes that were lost. */
  wasOutrun = false;
  readonly words: readonly ((n: number) => string)[];

  constructor(ringBytes: number, words: World['words']) {
    this.words = words;
    this.output = new Output('pty', ringBytes, { size, lease: null });
    const nothing = (): void => undefined;
    const surroundings = {
      pacing: { wake: nothing, hurry: nothing, forget: nothing },
      exited: nothing,
      clientsChanged: nothing,
      shed: nothing,
      screenWanted: nothing,
    } as unknown as SessionSurroundings;
    const start = { session, generation: 0, kind: 'pty', size, ringBytes, meta: '' } as const;
    this.hosted = new HostedSession(start, this.output, surroundings);
  }

  write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.output.append(bytes);
    this.#log.push(bytes);
    this.witness.feed(bytes);
  }

  /** Something follows at once: several sizes at one seq are one. */
  resize(to: TerminalSize): void {
    const control = this.#open(new Client(this.#log), { pace: 'interactive' }).channel;
    if (control !== undefined) {
      this.hosted.resize(control, to);
      this.hosted.detach(control);
    }
    this.witness.resize(this.hosted.size);
    this.write('\u001b[m');
  }

  /** As the daemon does: what the host has stored, the bytes since, and a new one in its place. */
  store(): void {
    if (this.#isDaemonDead) return;
    const stored = this.hosted.checkpoint;
    const seq = stored?.seq ?? 0;
    const reader = this.#open(new Client(this.#log), {
      ...{ pace: 'background', cursor: { generation: 0, seq } },
    });
    const pieces: ScreenPiece[] = [];
    for (;;) {
      const frames = reader.channel?.take(400) ?? [];
      if (frames.length === 0) break;
      for (const [header, payload] of frames)
        pieces.push(...toPiece(Buffer.concat([header, payload])));
    }
    if (reader.channel !== undefined) this.hosted.detach(reader.channel);
    this.wasOutrun ||= pieces.some(({ kind }) => kind === 'gap');
    const described = pieces.map((piece) =>
      piece.kind === 'gap'
        ? { ...piece, lost: this.output.trace?.describe(piece.seq, piece.to) }
        : piece,
    );
    const [first, ...rest] = described;
    const isSize = first?.kind === 'resize';
    const made = makeScreen({
      seq,
      size: stored?.size ?? (isSize ? first.size : size),
      snapshot: stored?.data,
      pieces: isSize ? rest : described,
    });
    if (made.snapshot === undefined || made.seq < seq) return;
    const { seq: at, size: shown, snapshot: data } = made;
    this.hosted.checkpoint = { generation: 0, seq: at, size: shown, data };
    this.hosted.sendScreen(!made.approximate);
  }

  attach(): void {
    this.clients.push(this.#open(new Client(this.#log), { pace: 'interactive' }));
  }

  kill(isDead: boolean): void {
    this.#isDaemonDead = isDead;
  }

  clientAt(which: number): Client | undefined {
    return this.clients[which % Math.max(1, this.clients.length)];
  }

  /** The connection breaks while frames are on their way, and comes back at the cursor. */
  lose(client: Client, bytes: number): void {
    client.take(bytes, bytes % 4);
    if (client.channel !== undefined) this.hosted.detach(client.channel);
    const { cursor: seq } = client;
    const isNew = seq === undefined || client.isPartial;
    const cursor = isNew ? {} : { cursor: { generation: 0, seq } };
    this.#open(client, { pace: 'interactive', ...cursor });
    client.isNew = isNew;
    client.isOpening = true;
  }

  #open(
    client: Client,
    params: {
      pace: 'interactive' | 'background';
      cursor?: { generation: number; seq: number };
    },
  ): Client {
    const connection = {
      ...{ isControl: true, channelCount: 0, peer: { clientId: 'c' } },
      takeChannelNumber: () => 1,
      open: ({ channel }: { channel: Channel }) => (client.channel = channel),
    };
    const sessions = { get: () => this.hosted };
    const context = { sessions, tickets: {}, connection } as unknown as AttachContext;
    const opened = attach(context, { session, ...params });
    if (client.cursor === undefined) client.terminal.resize(opened.size);
    client.isPartial ||= opened.approximate;
    return client;
  }
}

function toPiece(bytes: Buffer): ScreenPiece[] {
  const frame = decodeFrame(bytes);
  if (typeof frame === 'string') throw new Error(frame);
  const { kind, seq, payload } = frame;
  if (kind === 'output') return [{ kind, seq, bytes: payload }];
  const resized = kind === 'resize' ? decodeSize(payload) : undefined;
  if (resized !== undefined) return [{ kind: 'resize', seq, size: resized }];
  const to = kind === 'gap' ? decodeGap(payload) : undefined;
  return to === undefined ? [] : [{ kind: 'gap', seq, to }];
}

function perform(world: World, one: Step): void {
  switch (one.do) {
    case 'write':
      return world.write(world.words[one.phrase % world.words.length]?.(one.n) ?? '');
    case 'resize':
      return world.resize(one.size);
    case 'store':
      return world.store();
    case 'attach':
      return world.attach();
    case 'die':
    case 'start':
      return world.kill(one.do === 'die');
    case 'take':
      return void world.clientAt(one.which)?.take(one.bytes);
    case 'shed':
      return void world.clientAt(one.which)?.channel?.shed();
    case 'lose': {
      const client = world.clientAt(one.which);
      if (client !== undefined) world.lose(client, one.bytes);
    }
  }
}

/** What is on its way arrives, and a daemon makes the screens that are wanted. */
function settle(world: World, last: readonly string[]): void {
  const drain = (): void => {
    for (const client of world.clients) while (client.take(500) > 0) continue;
  };
  world.kill(false);
  // A line's end at least, so that the last screen stands behind whatever was skipped.
  for (const text of last) world.write(text);
  world.write('\u001b[m\r\n');
  drain();
  world.store();
  drain();
}

interface Seen {
  exact: number;
  mended: number;
  unknown: number;
  hidden: number;
  /** Exact although a stored screen was made without bytes that were lost. */
  outrun: number;
}

interface Program {
  readonly words: World['words'];
  readonly ring: { readonly min: number; readonly max: number };
  /** What it may begin with, once in a screen that was stored, and what it may end with. */
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** Each client is compared in everything, unless it says that what it shows is not exact. */
function compare(world: World, client: Client, seen: Seen): void {
  if (client.isPartial) {
    // Only what nobody could read is unknown.
    assert.ok(world.wasOutrun, 'a client was left with half a screen');
    seen.unknown += 1;
    return;
  }
  if (client.gaps > 0) seen.mended += 1;
  if (world.wasOutrun) seen.outrun += 1;
  seen.exact += 1;
  const found = compareStates(readScreen(world.witness), readScreen(client.terminal));
  if (found.length === 0) return;
  // Half of a wide character that a narrower screen cut off is an empty cell, of no width or of one.
  const isSame = readVisible(world.witness).join() === readVisible(client.terminal).join();
  assert.ok(isSame && /lines/.test(found.join()), found.join('\n'));
  seen.hidden += 1;
}

/** Runs that end with every client having all there is. */
function play({ words, ring, first, last }: Program): Seen {
  const seen = { exact: 0, mended: 0, unknown: 0, hidden: 0, outrun: 0 };
  const life = fc.record({
    ringBytes: fc.integer(ring),
    first: fc.constantFrom(...first),
    steps: fc.array(step, { minLength: 20, maxLength: 120 }),
    after: fc.array(fc.tuple(fc.nat(phrases.length - 1), fc.nat(99)), { maxLength: 12 }),
    last: fc.constantFrom(...last),
  });
  const property = fc.property(life, (one) => {
    const world = new World(one.ringBytes, words);
    if (one.first !== '') world.write(one.first);
    if (one.first !== '') world.store();
    for (const next of one.steps) perform(world, next);
    world.attach();
    const after = one.after.map(([phrase, n]) => phrases[phrase]?.(n) ?? '');
    settle(world, [...after, one.last]);
    for (const client of world.clients) compare(world, client, seen);
    world.hosted.dispose();
  });
  fc.assert(property, { numRuns });
  return seen;
}

describe('a stream with stored screens', function () {
  this.timeout(1_200_000);

  it('shows every client the screen of who was there from the start, and every byte or a gap', () => {
    const seen = play({ words: phrases, ring: { min: 300, max: 3000 }, first: [''], last: [''] });
    const told = JSON.stringify(seen);
    if (isLong) console.log(told);
    assert.ok(seen.hidden <= 1 + seen.exact / 1000, told);
    assert.ok(seen.exact > numRuns && seen.mended > numRuns / 4, `${told} in ${numRuns} runs`);
  });

  it('shows the same behind output that was lost, or says that it does not', () => {
    const lines = Array.from({ length: 80 }, (_, row) => `${row}\r\n`).join('');
    const seen = play({
      words: drawing,
      ring: { min: 400, max: 900 },
      first: ['', '\u001b[3;6rshell\u001b7\u001b[?1049h\r'],
      last: ['', `\u001b[r\u001b[m${lines}`, '\u001b[m\u001b[2J\u001b[Hpainted anew\r\n'],
    });
    const told = JSON.stringify(seen);
    if (isLong) console.log(told);
    assert.ok(seen.hidden <= 2 + seen.exact / 100, told);
    assert.ok(
      seen.outrun > numRuns / 10 && seen.unknown < 2 * seen.exact,
      `${told} in ${numRuns} runs`,
    );
  });
});
