/** The one implementation of SessionStream: follows a cursor over channels that come and go. */
import { encodeSnapshot, isApproximate } from '../snapshot/snapshot.ts';
import { Backoff } from '../../protocol/wire/backoff.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { WaggleError, wrapError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { framePayloadMax } from '../../protocol/wire/frame.ts';
import type {
  ExitMark,
  InputOutcome,
  LeaseMark,
  LeaseRequest,
  TerminalSize,
} from '../../protocol/wire/mark.ts';
import {
  decodeGap,
  decodeInputOutcome,
  decodeJson,
  decodeSize,
  encodeJson,
  encodeSize,
  exitMarkSchema,
  leaseMarkSchema,
} from '../../protocol/wire/mark.ts';
import { AckPace } from './ackPace.ts';
import { PendingInput } from './pendingInput.ts';
import type { SessionStream, SessionStreamOptions, StreamState } from './sessionStream.ts';
import { StreamEvents } from './streamEvents.ts';
import type { StreamChannel, StreamCursor } from './transport.ts';

const nobody: LeaseMark = { writer: null, principal: null, self: false };

export class ResumingStream implements SessionStream {
  readonly #options: SessionStreamOptions;
  readonly #backoff = new Backoff({ firstMs: 20, maxMs: 2000, jitter: 0.3 });
  readonly #abort = new AbortController();
  readonly #input: PendingInput;
  readonly #ackPace: AckPace;
  #channel: StreamChannel | undefined;
  #owned = new DisposableStore();
  #retry: NodeJS.Timeout | undefined;
  #wantsLease: boolean;
  /** Output was lost and no whole screen came since: who comes back as somebody new is given one. */
  #isPartial: boolean;
  /** We came back so and there was no screen: asking again would bring the same bytes again, over a bad connection for ever. */
  #hasAskedInVain = false;
  /** On this one we came back with a cursor all the same: the host does not know that it owes us a screen. */
  #unaware: StreamChannel | undefined;
  /** We came back so, and neither a screen nor output was received yet. */
  #beginsAnew = false;
  /** Sizes at one seq are one, and we may have seen the last of them before we came back: held until it is known. */
  #isOpening = true;
  #heldSize: (StreamCursor & { readonly size: TerminalSize }) | undefined;
  /** Generation that the session had when the channel was opened. */
  #attachedTo = 0;

  state: StreamState = 'connected';
  cursor: StreamCursor;
  liveAt = 0;
  size: TerminalSize;
  lease = nobody;
  approximate: boolean;
  exit: ExitMark | undefined;
  #ownSize: TerminalSize | undefined;

  readonly #events = new StreamEvents();
  readonly onOutput = this.#events.outputs.event;
  readonly onResize = this.#events.resizes.event;
  readonly onGap = this.#events.gaps.event;
  readonly onSnapshot = this.#events.snapshots.event;
  readonly onExit = this.#events.exits.event;
  readonly onLease = this.#events.leases.event;
  readonly onLive = this.#events.lives.event;
  readonly onState = this.#events.states.event;
  readonly onClosed = this.#events.closes.event;

  static async open(options: SessionStreamOptions): Promise<SessionStream> {
    const { cursor, pace = 'interactive', signal = new AbortController().signal } = options;
    const channel = await options.transport.open({
      pace,
      signal,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return new ResumingStream(options, channel);
  }

  private constructor(options: SessionStreamOptions, channel: StreamChannel) {
    this.#options = options;
    this.#ownSize = options.size;
    this.#wantsLease = options.right === 'write';
    const { opened } = channel;
    this.size = opened.size;
    this.approximate = opened.approximate ?? false;
    this.#isPartial = this.approximate;
    this.cursor = options.cursor ?? { generation: opened.generation, seq: opened.start };
    this.#input = new PendingInput(opened.lastInput ?? 0);
    this.#ackPace = new AckPace((seq) => this.#sendAck(seq));
    this.#adopt(channel);
    // After the caller's continuation, so that its listeners are there before the first frame.
    setImmediate(() => this.#follow(channel));
  }

  write(bytes: Uint8Array): Promise<InputOutcome> {
    if (this.state === 'closed') return Promise.resolve('ended');
    const parts: Promise<InputOutcome>[] = [];
    for (let from = 0; from < bytes.length; from += framePayloadMax) {
      parts.push(this.#writePart(bytes.slice(from, from + framePayloadMax)));
    }
    return Promise.all(parts).then(
      (outcomes) => outcomes.find((outcome) => outcome !== 'delivered') ?? 'delivered',
    );
  }

  resize(size: TerminalSize): void {
    this.#ownSize = size;
    this.#sendSize();
  }

  acquire(): void {
    this.#wantsLease = true;
    this.#ask('acquire');
  }

  focus(): void {
    this.#wantsLease = true;
    this.#ask('acquire', true);
  }

  take(): void {
    this.#wantsLease = true;
    this.#ask('take');
  }

  release(): void {
    this.#wantsLease = false;
    this.#ask('release');
  }

  acknowledge(seq: number): void {
    // What was shown last may belong to the generation before: a seq beyond ours would silence the acks up to there.
    this.#ackPace.advance(Math.min(seq, this.cursor.seq));
  }

  dispose(): void {
    this.#close(new WaggleError('stopped', 'Detached.'));
  }

  #writePart(bytes: Uint8Array): Promise<InputOutcome> {
    return new Promise((resolve) => {
      const number = this.#input.add(bytes, resolve);
      this.#channel?.send(this.#inputFrame(number, bytes));
    });
  }

  #inputFrame(number: number, payload: Uint8Array): Pick<Frame, 'kind' | 'seq' | 'payload'> {
    return { kind: 'input', seq: number, payload };
  }

  #ask(want: LeaseRequest['want'], focused = false): void {
    if (this.#options.right !== 'write') return;
    const request: LeaseRequest = focused ? { want, focused } : { want };
    this.#channel?.send({ kind: 'lease', payload: encodeJson(request) });
  }

  #sendSize(): void {
    if (this.#ownSize === undefined || this.#options.right !== 'write') return;
    this.#channel?.send({ kind: 'resize', payload: encodeSize(this.#ownSize) });
  }

  #sendAck(seq: number): void {
    this.#channel?.send({ kind: 'ack', generation: this.cursor.generation, seq });
  }

  #adopt(channel: StreamChannel): void {
    if (this.state === 'closed') return channel.dispose();
    this.#channel = channel;
    this.#attachedTo = channel.opened.generation;
    this.liveAt = channel.opened.liveAt;
    this.#isOpening = true;
    this.#owned = new DisposableStore();
    this.#owned.add(channel);
    this.#owned.add(channel.onDidClose((reason) => this.#lose(reason)));
    if (this.#wantsLease) this.#ask('acquire');
    this.#sendSize();
    for (const [number, bytes] of this.#input.list()) channel.send(this.#inputFrame(number, bytes));
  }

  #follow(channel: StreamChannel): void {
    if (this.#channel !== channel) return;
    this.#owned.add(channel.onFrame((frame) => this.#receive(frame)));
  }

  #lose(reason: WaggleError): void {
    if (this.state === 'closed') return;
    this.#channel = undefined;
    this.#owned.dispose();
    if (this.#options.transport.isFinal(reason)) return this.#close(reason);
    this.#setState('reconnecting');
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    this.#retry = setTimeout(() => void this.#reconnect(), this.#backoff.next());
  }

  async #reconnect(): Promise<void> {
    const { transport, pace = 'interactive' } = this.#options;
    try {
      const isAnew = this.#isPartial && !this.#hasAskedInVain;
      const at = isAnew ? {} : { cursor: this.cursor };
      const channel = await transport.open({ ...at, pace, signal: this.#abort.signal });
      this.#backoff.reset();
      this.#adopt(channel);
      if (!isAnew) this.#goOn(channel);
      this.#unaware = !isAnew && this.#isPartial ? channel : undefined;
      this.#setState('connected');
      if (isAnew) this.#beginAnew(channel);
      this.#follow(channel);
    } catch (error) {
      const failure = error instanceof WaggleError ? error : wrapError('reconnect', error);
      if (this.#abort.signal.aborted) return;
      if (transport.isFinal(failure)) this.#close(failure);
      else this.#scheduleRetry();
    }
  }

  /** What follows was never received, so no terminal has answered it. */
  #goOn({ opened: { generation } }: StreamChannel): void {
    const isSame = generation === this.cursor.generation;
    this.liveAt = isSame ? Math.min(this.liveAt, this.cursor.seq) : 0;
  }

  /** All that there is has come, so that asking anew brings little twice. What we have goes on until then, or if it fails. */
  async #askAgain(): Promise<void> {
    const unaware = this.#unaware;
    this.#unaware = undefined;
    if (unaware === undefined || unaware !== this.#channel || !this.#isPartial) return;
    const { transport, pace = 'interactive' } = this.#options;
    const channel = await transport.open({ pace, signal: this.#abort.signal });
    if (this.#channel !== unaware) return channel.dispose();
    this.#owned.dispose();
    this.#adopt(channel);
    this.#beginAnew(channel);
    this.#follow(channel);
  }

  #beginAnew({ opened: { generation, start } }: StreamChannel): void {
    this.#beginsAnew = generation === this.cursor.generation;
    if (this.#beginsAnew) return;
    this.cursor = { generation, seq: start };
    this.#startGeneration(generation);
    this.#events.gaps.fire({ generation, from: 0, to: start });
  }

  #setState(state: StreamState): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    this.#events.states.fire(state);
  }

  #close(reason: WaggleError): void {
    if (this.state === 'closed') return;
    this.#setState('closed');
    clearTimeout(this.#retry);
    this.#abort.abort();
    this.#ackPace.dispose();
    this.#channel = undefined;
    this.#owned.dispose();
    this.#input.end();
    this.#events.closes.fire(reason);
    this.#events.dispose();
  }

  #receive(frame: Frame): void {
    if (this.#isOpening && !['resize', 'lease', 'inputAnswer'].includes(frame.kind)) {
      this.#isOpening = false;
      this.#showHeldSize();
    }
    switch (frame.kind) {
      case 'output':
        return this.#receiveOutput(frame);
      case 'gap':
        return this.#receiveGap(frame);
      case 'snapshot':
        return this.#receiveSnapshot(frame);
      case 'inputAnswer':
        return this.#input.answer(frame.seq, decodeInputOutcome(frame.payload) ?? 'ended');
      case 'live':
        this.#events.lives.fire({ generation: frame.generation, seq: frame.seq });
        return void this.#askAgain().catch(stayPartial);
      case 'resize':
      case 'lease':
      case 'exit':
        return this.#receiveMark(frame);
      case 'call':
      case 'input':
      case 'ack':
        return this.#lose(new WaggleError('badFrame', `Unexpected frame ${frame.kind}.`));
    }
  }

  #receiveOutput({ generation, seq, payload }: Frame): void {
    if (this.#beginsAnew) this.#clear({ generation, seq });
    const expected = generation === this.cursor.generation ? this.cursor.seq : 0;
    // A host that skipped or repeated would break the promise of exactness: neither passes silently.
    if (generation !== this.cursor.generation || seq > expected) {
      this.#events.gaps.fire({ generation, from: expected, to: seq });
    }
    const bytes = seq < expected ? payload.subarray(expected - seq) : payload;
    const from = Math.max(seq, expected);
    if (bytes.length === 0) return;
    this.cursor = { generation, seq: from + bytes.length };
    this.#events.outputs.fire({ generation, seq: from, bytes });
    this.#received();
  }

  /** All that there is follows, and no stored screen comes before it: it is shown on an empty one. */
  #clear(at: StreamCursor): void {
    this.#isPartial = at.seq > 0;
    this.#hasAskedInVain = this.#isPartial;
    this.#beginsAnew = false;
    this.cursor = at;
    const bytes = encodeSnapshot(new Uint8Array(), { shown: this.#isPartial, hidden: false });
    this.#events.snapshots.fire({ ...at, size: this.size, bytes });
  }

  #received(): void {
    if (this.#options.acknowledge === 'manual') return;
    this.#ackPace.advance(this.cursor.seq);
  }

  #receiveGap({ generation, seq, payload }: Frame): void {
    const to = decodeGap(payload);
    if (to === undefined) return this.#lose(new WaggleError('badFrame', 'Malformed gap.'));
    if (generation !== this.cursor.generation) this.#startGeneration(generation);
    this.cursor = { generation, seq: to };
    this.#isPartial = to > 0;
    this.#hasAskedInVain = false;
    this.#beginsAnew = false;
    this.#events.gaps.fire({ generation, from: seq, to });
    this.#received();
  }

  /** A new process knows neither our size nor that we want to type. */
  #startGeneration(generation: number): void {
    this.exit = undefined;
    // One that began while we were attached was never replayed.
    if (generation !== this.#attachedTo) this.liveAt = 0;
    this.#ackPace.reset();
    if (this.#wantsLease) this.#ask('acquire');
    this.#sendSize();
  }

  #receiveSnapshot({ generation, seq, payload }: Frame): void {
    // What was received already comes again behind the screen, and was answered already.
    const isAgain = generation === this.cursor.generation && seq < this.cursor.seq;
    if (isAgain) this.liveAt = Math.max(this.liveAt, this.cursor.seq);
    this.cursor = { generation, seq };
    this.#isPartial = isApproximate(payload);
    this.#beginsAnew = false;
    this.#events.snapshots.fire({ generation, seq, size: this.size, bytes: payload });
    this.#received();
  }

  #receiveMark({ kind, generation, seq, payload }: Frame): void {
    if (kind === 'resize') {
      this.#heldSize = { generation, seq, size: decodeSize(payload) ?? this.size };
      if (!this.#isOpening) this.#showHeldSize();
    } else if (kind === 'lease') {
      this.lease = decodeJson(payload, leaseMarkSchema) ?? this.lease;
      this.#events.leases.fire(this.lease);
    } else {
      this.#receiveExit({ generation, seq }, decodeJson(payload, exitMarkSchema));
    }
  }

  #showHeldSize(): void {
    const held = this.#heldSize;
    this.#heldSize = undefined;
    if (held === undefined) return;
    this.size = held.size;
    this.#events.resizes.fire(held);
  }

  #receiveExit(at: StreamCursor, exit: ExitMark | undefined): void {
    if (exit === undefined) return this.#lose(new WaggleError('badFrame', 'Malformed exit.'));
    this.exit = exit;
    this.#events.exits.fire({ ...at, exit });
  }
}

/** The screen stays as it is, and is called so. */
function stayPartial(): undefined {
  return undefined;
}
