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
import { readScreen } from '../support/screenState.ts';

const size: TerminalSize = { cols: 30, rows: 8 };
const session = 's-1' as SessionId;
const numRuns = process.env['WAGGLE_TEST_LONG'] === '1' ? 3000 : 150;

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

type Step =
  | { readonly do: 'write'; readonly phrase: number; readonly n: number }
  | { readonly do: 'resize'; readonly size: TerminalSize }
  | { readonly do: 'store' | 'attach' }
  | { readonly do: 'take'; readonly which: number; readonly bytes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      phrase: fc.nat(phrases.length - 1),
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
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      which: fc.nat(9),
      bytes: fc.integer({ min: 1, max: 600 }),
    }),
  },
);

/** One client: its channel, and its terminal. */
class Client {
  channel: Channel | undefined;
  terminal = new Emulator(size);
  /** It was told that something is missing. */
  isInexact = false;
  hasStored = false;

  take(bytes: number): number {
    const frames = this.channel?.take(bytes) ?? [];
    for (const [header, payload] of frames) {
      const frame = decodeFrame(Buffer.concat([header, payload]));
      if (typeof frame === 'string') throw new Error(frame);
      this.#receive(frame);
    }
    return frames.length;
  }

  #receive({ kind, seq, payload }: Frame): void {
    const resized = kind === 'resize' ? decodeSize(payload) : undefined;
    if (resized !== undefined) this.terminal.resize(resized);
    if (kind === 'output') this.terminal.feed(payload);
    if (kind === 'output') this.channel?.ack(0, seq + payload.length);
    if (kind === 'gap') this.isInexact = true;
    if (kind !== 'snapshot') return;
    const shown = this.terminal.size;
    this.terminal.dispose();
    this.terminal = new Emulator(shown);
    const stored = decodeSnapshot(payload);
    this.terminal.feed(stored?.text ?? new Uint8Array());
    this.isInexact = stored?.approximate ?? true;
    this.hasStored = true;
  }
}

/** A session without a process, who watches it from the start, and those who come later. */
class World {
  readonly hosted: HostedSession;
  readonly output: Output;
  readonly witness = new Emulator(size);
  readonly clients: Client[] = [];
  /** A stored screen was made without bytes that were lost: what they set nobody knows, however little of it shows. */
  wasOutrun = false;

  constructor(ringBytes: number) {
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
    this.witness.feed(bytes);
  }

  /** Something follows at once: several sizes at one seq are one. */
  resize(to: TerminalSize): void {
    const control = this.#open({ pace: 'interactive' }).channel;
    if (control !== undefined) this.hosted.resize(control, to);
    this.witness.resize(this.hosted.size);
    this.write('\u001b[m');
  }

  /** As the daemon does: what the host has stored, the bytes since, and a new one in its place. */
  store(): void {
    const stored = this.hosted.checkpoint;
    const seq = stored?.seq ?? 0;
    const reader = this.#open({ pace: 'background', cursor: { generation: 0, seq } });
    const pieces: ScreenPiece[] = [];
    for (;;) {
      const frames = reader.channel?.take(400) ?? [];
      if (frames.length === 0) break;
      for (const [header, payload] of frames)
        pieces.push(...toPiece(Buffer.concat([header, payload])));
    }
    this.wasOutrun ||= pieces.some(({ kind }) => kind === 'gap');
    const [first, ...rest] = pieces;
    const isSize = first?.kind === 'resize';
    const made = makeScreen({
      seq,
      size: stored?.size ?? (isSize ? first.size : size),
      snapshot: stored?.data,
      pieces: isSize ? rest : pieces,
    });
    if (made.snapshot === undefined || made.seq < seq) return;
    const { seq: at, size: shown, snapshot: data } = made;
    this.hosted.checkpoint = { generation: 0, seq: at, size: shown, data };
  }

  attach(): void {
    this.clients.push(this.#open({ pace: 'interactive' }));
  }

  #open(params: {
    pace: 'interactive' | 'background';
    cursor?: { generation: number; seq: number };
  }): Client {
    const client = new Client();
    const connection = {
      ...{ isControl: true, channelCount: 0, peer: { clientId: 'c' } },
      takeChannelNumber: () => 1,
      open: ({ channel }: { channel: Channel }) => (client.channel = channel),
    };
    const sessions = { get: () => this.hosted };
    const context = { sessions, tickets: {}, connection } as unknown as AttachContext;
    const opened = attach(context, { session, ...params });
    client.terminal.resize(opened.size);
    client.isInexact = opened.approximate;
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
      return world.write(phrases[one.phrase]?.(one.n) ?? '');
    case 'resize':
      return world.resize(one.size);
    case 'store':
      return world.store();
    case 'attach':
      return world.attach();
    case 'take':
      world.clients[one.which % Math.max(1, world.clients.length)]?.take(one.bytes);
  }
}

describe('a stream with stored screens', () => {
  it('shows every client the screen of who was there from the start, or says that it cannot', function () {
    this.timeout(600_000);
    let exact = 0;
    const property = fc.property(
      fc.integer({ min: 300, max: 3000 }),
      fc.array(step, { minLength: 20, maxLength: 120 }),
      (ringBytes, steps) => {
        const world = new World(ringBytes);
        for (const one of steps) perform(world, one);
        world.attach();
        const wanted = readScreen(world.witness);
        for (const client of world.clients) {
          while (client.take(500) > 0) continue;
          if (client.isInexact || (client.hasStored && world.wasOutrun)) continue;
          exact += 1;
          assert.deepEqual(compareStates(wanted, readScreen(client.terminal)), []);
        }
      },
    );
    fc.assert(property, { numRuns });
    assert.ok(exact > numRuns, `${exact} exact clients in ${numRuns} runs`);
  });
});
