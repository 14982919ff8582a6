import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeSnapshot } from '../snapshot/snapshot.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { encodeGap, encodeInputOutcome, encodeJson, encodeSize } from '../../protocol/wire/mark.ts';
import type { SessionStream, StreamChannel, StreamCursor, StreamTransport } from './stream.ts';
import { openSessionStream } from './stream.ts';

const none = new Uint8Array(0);

/** The other side of a stream, played by the test. */
class FakeHost implements StreamTransport {
  readonly cursors: (StreamCursor | undefined)[] = [];
  readonly sent: string[] = [];
  #frames = new Emitter<Frame>();
  #closed = new Emitter<WaggleError>();
  failure: WaggleError | undefined;
  lastInput = 0;
  generation = 0;
  liveAt = 0;

  open({ cursor }: { cursor?: StreamCursor }): Promise<StreamChannel> {
    if (this.failure) return Promise.reject(this.failure);
    this.cursors.push(cursor);
    this.#frames = new Emitter();
    this.#closed = new Emitter();
    const [frames, closed] = [this.#frames, this.#closed];
    const size = { cols: 80, rows: 24 };
    const start = cursor?.seq ?? 0;
    return Promise.resolve({
      opened: { generation: 0, start, liveAt: this.liveAt, size, lastInput: this.lastInput },
      onFrame: frames.event,
      onDidClose: closed.event,
      send: ({ kind, seq = 0, payload = none }) => {
        this.sent.push(
          `${kind} ${seq} ${kind === 'resize' ? '' : Buffer.from(payload).toString()}`.trim(),
        );
        return true;
      },
      dispose: () => undefined,
    });
  }

  isFinal(error: WaggleError): boolean {
    return error.code === 'notFound';
  }

  say(kind: Frame['kind'], seq: number, payload: Uint8Array | string = none): void {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const { generation } = this;
    this.#frames.fire({ kind, flags: 0, channel: 1, generation, seq, payload: bytes });
  }

  close(error: WaggleError): void {
    this.#closed.fire(error);
  }
}

/** What a stream told, as lines. */
function record(stream: SessionStream): string[] {
  const lines: string[] = [];
  stream.onOutput(({ seq, bytes }) => lines.push(`${seq} ${Buffer.from(bytes).toString()}`));
  stream.onGap(({ from, to }) => lines.push(`gap ${from} ${to}`));
  stream.onSnapshot(({ seq }) => lines.push(`screen ${seq}`));
  stream.onState((state) => lines.push(state));
  stream.onClosed(({ code }) => lines.push(`closed ${code}`));
  stream.onExit(({ exit }) => lines.push(`exit ${exit.code}`));
  stream.onResize(({ size }) => lines.push(`size ${size.cols}`));
  return lines;
}

async function start(
  more: object = {},
): Promise<{ host: FakeHost; stream: SessionStream; lines: string[] }> {
  const host = new FakeHost();
  const stream = await openSessionStream({ transport: host, right: 'write', ...more });
  const lines = record(stream);
  await nextTurn();
  return { host, stream, lines };
}

async function untilState(stream: SessionStream, state: string): Promise<void> {
  while (stream.state !== state) await new Promise((resolve) => stream.onState(resolve));
}

describe('a session stream', () => {
  it('asks for the keyboard and tells its size when it may write', async () => {
    const writer = await start({ size: { cols: 90, rows: 20 } });
    const observer = await start({ right: 'observe', size: { cols: 90, rows: 20 } });
    writer.stream.dispose();
    observer.stream.dispose();
    assert.deepEqual(
      [writer.host.sent, observer.host.sent],
      [['lease 0 {"want":"acquire"}', 'resize 0'], []],
    );
  });

  it('delivers bytes and marks in order, and names what is missing', async () => {
    const { host, stream, lines } = await start();
    host.say('output', 0, 'abc');
    host.say('resize', 3, encodeSize({ cols: 99, rows: 9 }));
    host.say('gap', 3, encodeGap(10));
    host.say('output', 10, 'd');
    host.say('exit', 11, encodeJson({ code: 3, signal: null, background: 0 }));
    stream.dispose();
    assert.deepEqual(lines, [
      '0 abc',
      'size 99',
      'gap 3 10',
      '10 d',
      'exit 3',
      'closed',
      'closed stopped',
    ]);
  });

  it('lets neither a repeated byte nor a silent hole through', async () => {
    const { host, stream, lines } = await start();
    host.say('output', 0, 'abc');
    host.say('output', 1, 'bcde');
    host.say('output', 0, 'ab');
    host.say('output', 7, 'h');
    stream.dispose();
    assert.deepEqual(lines.slice(0, 4), ['0 abc', '3 de', 'gap 5 7', '7 h']);
  });

  it('comes back at its cursor and sends again what was not answered, under the same numbers', async () => {
    const { host, stream, lines } = await start();
    host.say('output', 0, 'abc');
    const written = [stream.write(Buffer.from('x')), stream.write(Buffer.from('y'))];
    host.say('inputAnswer', 1, encodeInputOutcome('delivered'));
    host.sent.length = 0;
    host.close(new WaggleError('hostGone'));
    await untilState(stream, 'connected');
    host.say('inputAnswer', 2, encodeInputOutcome('denied'));
    host.say('output', 3, 'd');
    const outcomes = await Promise.all(written);
    stream.dispose();
    assert.deepEqual(
      [host.cursors, host.sent, outcomes, lines.slice(0, 4)],
      [
        [undefined, { generation: 0, seq: 3 }],
        ['lease 0 {"want":"acquire"}', 'input 2 y'],
        ['delivered', 'denied'],
        ['0 abc', 'reconnecting', 'connected', '3 d'],
      ],
    );
  });

  it('takes what comes again behind a screen in mid-stream for a replay', async () => {
    const { host, stream, lines } = await start();
    const lives: number[] = [];
    stream.onLive(({ seq }) => lives.push(seq));
    host.say('gap', 0, encodeGap(10));
    host.say('output', 10, 'abcdef');
    assert.equal(stream.liveAt, 0);
    host.say('snapshot', 13, encodeSnapshot(none, { shown: false, hidden: false }));
    assert.deepEqual([stream.liveAt, stream.cursor.seq], [16, 13]);
    host.say('output', 13, 'def');
    host.say('live', 16);
    host.say('output', 16, 'g');
    stream.dispose();
    assert.deepEqual(lines.slice(0, 5), ['gap 0 10', '10 abcdef', 'screen 13', '13 def', '16 g']);
    assert.deepEqual(lives, [16]);
  });

  it('takes what was written while it was cut off for live: no terminal has seen it', async () => {
    const { host, stream } = await start();
    host.say('output', 0, 'abc');
    host.liveAt = 500;
    host.close(new WaggleError('hostGone'));
    await untilState(stream, 'reconnecting');
    await untilState(stream, 'connected');
    assert.deepEqual([stream.cursor.seq, stream.liveAt], [3, 3]);
    stream.dispose();
  });

  it('that lost output comes back as somebody new, and with its cursor when its screen is whole', async () => {
    const { host, stream, lines } = await start();
    const comeBack = async (): Promise<void> => {
      host.close(new WaggleError('hostGone'));
      await untilState(stream, 'reconnecting');
      await untilState(stream, 'connected');
    };
    host.say('output', 0, 'ab');
    host.say('gap', 2, encodeGap(10));
    host.say('output', 10, 'cd');
    await comeBack();
    host.say('output', 0, 'all of it');
    await comeBack();
    host.say('gap', 9, encodeGap(20));
    await comeBack();
    host.say('snapshot', 25, encodeSnapshot(none, { shown: true, hidden: false }));
    await comeBack();
    host.say('snapshot', 25, encodeSnapshot(none, { shown: false, hidden: false }));
    await comeBack();
    stream.dispose();
    const seqs = host.cursors.map((cursor) => cursor?.seq);
    assert.deepEqual(seqs, [undefined, undefined, 9, undefined, undefined, 25]);
    const told = lines.filter((line) => /[0-9]/.test(line));
    assert.deepEqual(told, [
      ...['0 ab', 'gap 2 10', '10 cd', 'screen 0', '0 all of it', 'gap 9 20'],
      ...['screen 25', 'screen 25'],
    ]);
  });

  it('asks once more when it came back with its cursor, has all there is and still no whole screen', async () => {
    const { host, stream, lines } = await start();
    const comeBack = async (): Promise<void> => {
      host.close(new WaggleError('hostGone'));
      await untilState(stream, 'reconnecting');
      await untilState(stream, 'connected');
    };
    host.say('gap', 0, encodeGap(10));
    await comeBack();
    host.say('output', 5, 'all of it');
    await comeBack();
    host.say('live', 14);
    await nextTurn();
    const states = lines.filter((line) => /ed$|ing$/.test(line)).length;
    host.say('snapshot', 14, encodeSnapshot(none, { shown: false, hidden: false }));
    host.say('live', 14);
    await nextTurn();
    await comeBack();
    stream.dispose();
    assert.deepEqual(
      host.cursors.map((cursor) => cursor?.seq),
      [undefined, undefined, 14, undefined, 14],
    );
    assert.equal(states, 4);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('screen')),
      ['screen 5', 'screen 14'],
    );
  });

  it('counts its input on from what the host knows of this client', async () => {
    const host = new FakeHost();
    host.lastInput = 41;
    const stream = await openSessionStream({ transport: host, right: 'write' });
    void stream.write(Buffer.from('x'));
    stream.dispose();
    assert.equal(host.sent.at(-1), 'input 42 x');
  });

  it('ends when another attempt is pointless, and input that nobody answered ends with it', async () => {
    const { host, stream, lines } = await start();
    const written = stream.write(Buffer.from('x'));
    host.failure = new WaggleError('notFound');
    host.close(new WaggleError('hostGone'));
    await untilState(stream, 'closed');
    assert.deepEqual(
      [lines, await written],
      [['reconnecting', 'closed', 'closed notFound'], 'ended'],
    );
  });

  it('tries again while the failure may pass', async () => {
    const { host, stream } = await start();
    host.failure = new WaggleError('hostGone');
    host.close(new WaggleError('hostGone'));
    await nextTurn();
    host.failure = undefined;
    await untilState(stream, 'connected');
    stream.dispose();
    assert.equal(host.cursors.length, 2);
  });

  it('acknowledges every 64 KiB, and the rest a little later', async () => {
    const { host, stream } = await start({ right: 'observe' });
    host.say('output', 0, Buffer.alloc(70_000));
    host.say('output', 70_000, Buffer.alloc(10));
    const acks = (): string[] => host.sent.filter((line) => line.startsWith('ack'));
    assert.deepEqual(acks(), ['ack 70000']);
    while (acks().length < 2) await nextTurn();
    stream.dispose();
    assert.deepEqual(acks(), ['ack 70000', 'ack 70010']);
  });

  it('leaves acknowledging to a caller who wants that', async () => {
    const { host, stream } = await start({ right: 'observe', acknowledge: 'manual' });
    host.say('output', 0, Buffer.alloc(200_000));
    const before = host.sent.length;
    stream.acknowledge(150_000);
    stream.dispose();
    assert.deepEqual([before, host.sent], [0, ['ack 150000']]);
  });

  it('keeps acknowledging when what is shown late belongs to the process before', async () => {
    const { host, stream } = await start({ acknowledge: 'manual' });
    host.say('output', 0, 'x'.repeat(200_000));
    host.generation = 1;
    host.say('gap', 0, encodeGap(0));
    stream.acknowledge(200_000);
    host.say('output', 0, 'x'.repeat(100_000));
    stream.acknowledge(70_000);
    const acks = host.sent.filter((line) => line.startsWith('ack'));
    assert.deepEqual(acks, ['ack 70000']);
    stream.dispose();
  });

  it('takes the output of a process that began meanwhile for live', async () => {
    const host = new FakeHost();
    host.liveAt = 500;
    const stream = await openSessionStream({ transport: host, right: 'observe' });
    await nextTurn();
    assert.equal(stream.liveAt, 500);
    host.generation = 1;
    host.say('gap', 0, encodeGap(0));
    assert.equal(stream.liveAt, 0);
    stream.dispose();
  });

  it('splits a long paste, and the part that was not delivered decides', async () => {
    const { host, stream } = await start();
    const written = stream.write(Buffer.alloc(600_000));
    const outcomes = ['delivered', 'delivered', 'inputFull'] as const;
    for (const [index, outcome] of outcomes.entries()) {
      host.say('inputAnswer', index + 1, encodeInputOutcome(outcome));
    }
    const numbers = host.sent
      .filter((line) => line.startsWith('input'))
      .map((line) => line.slice(0, 7));
    assert.deepEqual([await written, numbers], ['inputFull', ['input 1', 'input 2', 'input 3']]);
    stream.dispose();
  });
});
