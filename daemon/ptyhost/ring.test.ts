import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeFrame } from '../../protocol/wire/frame.ts';
import { decodeGap, decodeSize } from '../../protocol/wire/mark.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { ChannelStart, Outgoing } from './channel.ts';
import { Channel } from './channel.ts';
import { Output } from './output.ts';
import { Ring } from './ring.ts';

/** The byte at a seq, the same for everybody, with escapes and line ends strewn in. */
function byteAt(seq: number): number {
  const value = (seq * 2_654_435_761) >>> 24;
  return value < 8 ? 0x1b : value < 16 ? 0x0a : value;
}

function bytesBetween(from: number, to: number): Buffer {
  return Buffer.from(Array.from({ length: to - from }, (_, index) => byteAt(from + index)));
}

const noLink = {
  offer: () => 0,
  answer: () => undefined,
  close: () => undefined,
};

function openChannel(output: Output, cursor: number | undefined): Channel {
  const { ring } = output;
  const isKept = cursor !== undefined && cursor >= ring.start;
  const start: ChannelStart = {
    generation: 0,
    seq: isKept ? cursor : output.findStart(),
    gapFrom: isKept ? undefined : cursor,
    screen: undefined,
  };
  const owner = {
    link: noLink,
    number: 1,
    client: 'c',
    principal: 'p',
    right: 'write',
    pace: 'interactive',
    ticket: undefined,
    isControl: false,
  } as const;
  return new Channel(owner, output, start);
}

/** What a client knows: every byte before `seq` was received or said to be missing. */
class Reader {
  readonly channel: Channel;
  seq: number;
  size: TerminalSize | undefined;
  wentLive = false;
  readonly #output: Output;

  constructor(output: Output, cursor: number | undefined) {
    this.#output = output;
    this.channel = openChannel(output, cursor);
    this.seq = cursor ?? output.findStart();
  }

  take(maxBytes: number): number {
    const taken = this.channel.take(maxBytes);
    for (const outgoing of taken) this.#receive(outgoing);
    return taken.length;
  }

  ack(): void {
    this.channel.ack(0, this.seq);
  }

  #receive([header, payload]: Outgoing): void {
    const frame = decodeFrame(Buffer.concat([header, payload]));
    if (typeof frame === 'string') throw new Error(frame);
    assert.equal(frame.seq, this.seq, `${frame.kind} is at the cursor`);
    if (frame.kind === 'output') {
      const end = frame.seq + frame.payload.length;
      assert.ok(bytesBetween(frame.seq, end).equals(frame.payload), 'the bytes of that seq');
      this.seq = end;
    } else if (frame.kind === 'gap') {
      const to = decodeGap(frame.payload) ?? -1;
      assert.ok(to >= this.seq && to <= this.#output.ring.end, 'a gap ends inside the output');
      this.seq = to;
    } else if (frame.kind === 'resize') this.size = decodeSize(frame.payload);
    else if (frame.kind === 'live') this.wentLive = true;
  }
}

type Step =
  | { readonly do: 'append' | 'take' | 'capacity' | 'resize'; readonly amount: number }
  | { readonly do: 'attach'; readonly amount: number | undefined }
  | { readonly do: 'ack' | 'shed'; readonly amount: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('append' as const), amount: fc.integer({ min: 0, max: 5000 }) }),
    fc.record({ do: fc.constant('append' as const), amount: fc.integer({ min: 0, max: 40 }) }),
    fc.record({
      do: fc.constant('attach' as const),
      amount: fc.option(fc.nat(100), { nil: undefined }),
    }),
    fc.record({ do: fc.constantFrom('take' as const), amount: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ do: fc.constantFrom('ack' as const, 'shed' as const), amount: fc.nat(10) }),
    fc.record({ do: fc.constant('resize' as const), amount: fc.integer({ min: 1, max: 200 }) }),
    fc.record({
      do: fc.constant('capacity' as const),
      amount: fc.integer({ min: 256, max: 3000 }),
    }),
  ),
  { maxLength: 60 },
);

function perform(step: Step, output: Output, readers: Reader[]): void {
  const { ring } = output;
  const reader = readers[(step.amount ?? 0) % Math.max(1, readers.length)];
  switch (step.do) {
    case 'append':
      return output.append(bytesBetween(ring.end, ring.end + step.amount));
    case 'attach': {
      const cursor =
        step.amount === undefined ? undefined : Math.floor((ring.end * step.amount) / 100);
      readers.push(new Reader(output, cursor));
      return;
    }
    case 'take':
      reader?.take(step.amount);
      return;
    case 'ack':
      return reader?.ack();
    case 'shed':
      reader?.channel.shed();
      return;
    case 'resize':
      return output.marks.append(ring.end, {
        kind: 'resize',
        size: { cols: step.amount, rows: 9 },
      });
    case 'capacity':
      return ring.setCapacity(step.amount);
  }
}

describe('the ring and its clients', () => {
  it('give each client contiguous bytes or an explicit gap, whatever is interleaved', () => {
    const property = fc.property(fc.integer({ min: 256, max: 4096 }), steps, (capacity, list) => {
      const output = new Output('pty', capacity, { size: { cols: 80, rows: 24 }, lease: null });
      const readers: Reader[] = [];
      for (const step of list) perform(step, output, readers);
      for (const reader of readers) {
        while (reader.take(700) > 0) reader.ack();
        assert.equal(reader.seq, output.ring.end, 'everybody comes to the end');
        assert.equal(reader.wentLive, true);
        const { size } = output.marks.stateAt(output.ring.end + 1);
        assert.deepEqual(reader.size, size, 'and knows the size');
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('sends at most a mebibyte that is not acknowledged', () => {
    const output = new Output('pty', 4 * 1024 * 1024, {
      size: { cols: 80, rows: 24 },
      lease: null,
    });
    const reader = new Reader(output, 0);
    output.append(Buffer.alloc(3 * 1024 * 1024, 'x'));
    const sent = [1, 2, 3, 4, 5, 6].map(() =>
      reader.channel.take(Infinity).reduce((sum, [, payload]) => sum + payload.length, 0),
    );
    const afterwards = reader.channel.isReady;
    reader.channel.ack(0, 1000);
    assert.deepEqual(
      {
        total: sent.reduce((sum, bytes) => sum + bytes),
        afterwards,
        reopened: reader.channel.isReady,
      },
      // Size, writer and the live mark come on top of the bytes.
      { total: 1024 * 1024 + 49, afterwards: false, reopened: true },
    );
  });

  it('ends with the exit for a client that was shed when all that is left is taken', () => {
    const output = new Output('pty', 4096, { size: { cols: 80, rows: 24 }, lease: null });
    const { channel } = new Reader(output, 0);
    channel.take(100);
    output.append(bytesBetween(0, 9000));
    const exit = { code: 0, signal: null, background: 0 };
    output.marks.append(output.ring.end, { kind: 'exit', exit });
    channel.shed();
    const kinds = channel.takeRest().map(([header, payload]) => {
      const frame = decodeFrame(Buffer.concat([header, payload]));
      return typeof frame === 'string' ? frame : frame.kind;
    });
    assert.deepEqual([kinds[0], kinds.at(-1), channel.isReady], ['gap', 'exit', false]);
  });

  it('share one copy between clients at the same cursor', () => {
    const output = new Output('pty', 4096, { size: { cols: 80, rows: 24 }, lease: null });
    const [left, right] = [new Reader(output, 0), new Reader(output, 0)];
    output.append(bytesBetween(0, 1000));
    const payloadOf = (reader: Reader): Uint8Array | undefined =>
      reader.channel.take(4096).find(([, payload]) => payload.length === 1000)?.[1];
    assert.equal(payloadOf(left), payloadOf(right));
  });

  it('keep what was handed out although the ring is overwritten', () => {
    const output = new Output('pty', 256, { size: { cols: 80, rows: 24 }, lease: null });
    output.append(bytesBetween(0, 256));
    const copy = output.share(0, 256);
    output.append(Buffer.alloc(256, 0));
    assert.ok(copy.equals(bytesBetween(0, 256)));
  });
});

describe('the ring', () => {
  it('keeps the newest bytes when more is appended than it holds', () => {
    const ring = new Ring(64);
    ring.append(bytesBetween(0, 1000));
    assert.deepEqual([ring.start, ring.end], [936, 1000]);
    assert.ok(ring.copy(936, 1000).equals(bytesBetween(936, 1000)));
  });
});
