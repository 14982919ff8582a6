/**
 * One client's place in one session: a cursor, what it has acknowledged, and how it is treated when it falls behind.
 * Makes frames from the ring and the marks; deliberately holds no bytes of its own.
 */
import type { FrameKind } from '../../protocol/wire/frame.ts';
import { frameHeaderBytes, framePayloadMax, writeFrameHeader } from '../../protocol/wire/frame.ts';
import type { InputOutcome } from '../../protocol/wire/mark.ts';
import { encodeGap, encodeJson, encodeSize } from '../../protocol/wire/mark.ts';
import type { Mark, MarkState } from './marks.ts';
import { PauseBudget } from './pauseBudget.ts';
import type { Output } from './output.ts';
import { tailBytes } from './output.ts';
import type { Checkpoint } from './checkpoint.ts';

/** The connection below a channel. */
export interface ChannelLink {
  /** There is something to take; returns the bytes that went out at once. */
  offer(channel: Channel): number;
  answer(channel: Channel, number: number, outcome: InputOutcome): void;
  /** The host ends the channel; the client is told why. */
  close(channel: Channel, reason: 'revoked' | 'collected'): void;
}

/** Who is at the other end. */
export interface ChannelOwner {
  readonly link: ChannelLink;
  readonly number: number;
  readonly client: string;
  readonly principal: string;
  readonly right: 'write' | 'observe';
  readonly pace: 'interactive' | 'background';
  readonly ticket: string | undefined;
  /** The daemon itself, not a viewer behind a ticket. */
  readonly isControl: boolean;
}

export interface ChannelStart {
  readonly generation: number;
  readonly seq: number;
  /** First seq that is lost to this client, when it asked for more than there is. */
  readonly gapFrom: number | undefined;
  /** Sent before the bytes: the stored screen at `seq`. */
  readonly screen: { readonly state: MarkState; readonly data: Uint8Array } | undefined;
  /** What it begins with is not all that stands on the screen. */
  readonly isPartial?: boolean;
}

/** Header and payload apart: the payload may be shared with other clients at the same cursor. */
export type Outgoing = readonly [header: Uint8Array, payload: Uint8Array];

/** Sent but not acknowledged, at most. */
const windowBytes = 1024 * 1024;
/** A client takes whole frames: over a connection that often breaks, large ones would never arrive. They grow to the maximum. */
const firstFrameBytes = 4096;

export class Channel {
  readonly owner: ChannelOwner;
  readonly budget = new PauseBudget();
  #output: Output;
  #generation: number;
  #cursor: number;
  #acked: number;
  #order: number;
  #liveAt: number;
  #live = false;
  #shed = false;
  #frameBytes = firstFrameBytes;
  #queued: Outgoing[] = [];
  #hasExit = false;
  /** What this client shows is not whole; a stored screen at or after this seq makes it so. */
  #partialTo: number | undefined;
  #hasNewWish = false;
  /** What is taken now is all that this process will have said. */
  #isLast = false;
  /** It was sent the newest of a pause and has not acknowledged anything since. */
  #hasNewest = false;
  /** It was shown one that is not exact: another such would help nobody. */
  #hasApproximate = false;
  #nextScreen: (Checkpoint & { readonly isExact: boolean }) | undefined;

  constructor(owner: ChannelOwner, output: Output, start: ChannelStart) {
    this.owner = owner;
    this.#output = output;
    this.#generation = start.generation;
    this.#cursor = start.seq;
    this.#acked = start.seq;
    this.#liveAt = output.ring.end;
    this.#order = output.marks.orderBefore(start.seq);
    this.#begin(start);
    if (start.isPartial === true) this.#notePartial(start.seq);
  }

  get generation(): number {
    return this.#generation;
  }

  get liveAt(): number {
    return this.#liveAt;
  }

  get lagBytes(): number {
    return this.#output.ring.end - this.#cursor;
  }

  /** A stored screen at or after this seq is wanted; undefined when all that was sent is all there is. */
  get wantsScreenFrom(): number | undefined {
    return this.#partialTo;
  }

  /** True once after output was lost to this client. */
  takeWish(): boolean {
    const isNew = this.#hasNewWish;
    this.#hasNewWish = false;
    return isNew;
  }

  /** What control says on the channel that it follows with stands for a terminal that is not there: it takes nobody's place. */
  get isAnswering(): boolean {
    return this.owner.isControl && this.owner.pace === 'background';
  }

  /** Something waits that may be sent now. */
  get isReady(): boolean {
    if (this.#queued.length > 0 || this.#isScreenDue) return true;
    if (this.lagBytes > 0) return this.#roomBytes > 0;
    return !this.#live || this.#output.marks.order > this.#order;
  }

  /** From now on the newest 64 KiB instead of everything in between. False when that was so already. */
  shed(): boolean {
    const isNew = !this.#shed;
    this.#shed = true;
    return isNew;
  }

  /**
   * The output pauses: what is newest goes out although the client has not said how far it is. Only that, and not again
   * until it says something: what it leaves unread stays bounded, however often a program pauses.
   */
  makeRoom(): boolean {
    if (this.lagBytes === 0 || this.#roomBytes > 0 || this.#hasNewest) return false;
    this.#hasNewest = true;
    this.#acked = this.#cursor - windowBytes + tailBytes;
    this.#shed = true;
    return true;
  }

  /** Everything before `seq` reached the client. True when it has all there is. */
  ack(generation: number, seq: number): boolean {
    if (generation !== this.#generation) return false;
    this.#hasNewest = false;
    this.#acked = Math.max(this.#acked, Math.min(seq, this.#cursor));
    return this.#acked === this.#output.ring.end;
  }

  /** A whole screen for who lost output, sent where the client has come that far. False when it is of no use here. */
  offerScreen(screen: Checkpoint, isExact: boolean): boolean {
    if (this.#partialTo === undefined || screen.generation !== this.#generation) return false;
    if (screen.seq < this.#partialTo || (!isExact && this.#hasApproximate)) return false;
    this.#nextScreen = { ...screen, isExact };
    return true;
  }

  /** No screen will come. */
  giveUpScreen(): void {
    this.#partialTo = undefined;
    this.#hasNewWish = false;
    this.#nextScreen = undefined;
  }

  /** All that is left of this process, whatever the window: it cannot be had later. At most what the ring holds. */
  takeRest(): Outgoing[] {
    const rest: Outgoing[] = [];
    this.giveUpScreen();
    this.#isLast = true;
    this.#acked = Infinity;
    while (this.isReady) rest.push(...this.take(framePayloadMax));
    return rest;
  }

  /** The session has a new process: follow it from its first byte. */
  follow(output: Output, generation: number): void {
    this.#queued = this.takeRest();
    this.#output = output;
    this.#cursor = 0;
    this.#acked = 0;
    this.#order = 0;
    this.#liveAt = 0;
    this.#live = false;
    this.#shed = false;
    this.#hasExit = false;
    this.#isLast = false;
    this.#generation = generation;
    this.#begin({ generation, seq: 0, gapFrom: 0, screen: undefined });
  }

  /** Frames in order, with at most `maxBytes` of output or what one frame holds. */
  take(maxBytes: number): Outgoing[] {
    const taken = this.#queued.splice(0);
    if (this.#cursor < this.#output.ring.start || this.#shed) this.#skip(taken);
    if (this.#isScreenDue) this.#showScreen(taken);
    for (let left = Math.min(maxBytes, framePayloadMax); ;) {
      const mark = this.#takeMarks(taken);
      const sent = this.#takeOutput(taken, mark?.seq ?? Infinity, left);
      left -= sent;
      if (sent === 0 || left === 0) return taken;
    }
  }

  /** Everything without length at the cursor; returns the next mark further on. */
  #takeMarks(taken: Outgoing[]): Mark | undefined {
    if (!this.#live && this.#cursor >= this.#liveAt) {
      this.#live = true;
      taken.push(this.#frame('live', this.#cursor));
    }
    for (;;) {
      const mark = this.#output.marks.findAfter(this.#order);
      if (mark === undefined || mark.seq > this.#cursor) return mark;
      // After its exit a client may be gone: the screen comes first.
      if (mark.kind === 'exit' && this.#partialTo !== undefined) return mark;
      this.#order = mark.order;
      if (mark.kind !== 'exit') taken.push(this.#markFrame(mark));
      else this.#takeExit(taken, mark);
    }
  }

  get #roomBytes(): number {
    return this.#output.isQueue ? Infinity : windowBytes - (this.#cursor - this.#acked);
  }

  #begin({ seq, gapFrom, screen }: ChannelStart): void {
    if (gapFrom !== undefined) this.#queued.push(this.#frame('gap', gapFrom, encodeGap(seq)));
    this.#queueState(screen?.state ?? this.#output.marks.stateAt(seq), seq);
    if (screen !== undefined) this.#queued.push(this.#frame('snapshot', seq, screen.data));
  }

  #queueState(state: MarkState, seq: number): void {
    this.#queued.push(this.#markFrame({ kind: 'resize', seq, order: 0, size: state.size }));
    this.#queued.push(this.#markFrame({ kind: 'lease', seq, order: 0, lease: state.lease }));
    const exit = this.#output.marks.findExit();
    if (exit !== undefined && exit.seq < seq) this.#takeExit(this.#queued, exit);
  }

  /** Once: what comes again with a screen is the output, not the end. */
  #takeExit(taken: Outgoing[], exit: Mark): void {
    if (!this.#hasExit) taken.push(this.#markFrame(exit));
    this.#hasExit = true;
  }

  #notePartial(seq: number): void {
    if (this.owner.pace === 'background' || this.#output.isQueue) return;
    if (this.#hasExit || this.#isLast) return;
    this.#partialTo = seq;
    this.#hasNewWish = true;
    this.#nextScreen = undefined;
    this.#hasApproximate = false;
  }

  get #isScreenDue(): boolean {
    const screen = this.#nextScreen;
    return screen !== undefined && !this.#shed && this.#cursor >= screen.seq;
  }

  /** What came after the screen comes again, as a replay. */
  #showScreen(taken: Outgoing[]): void {
    const screen = this.#nextScreen;
    this.#nextScreen = undefined;
    if (screen === undefined || screen.seq < this.#output.ring.start) return;
    const { seq, size, data, isExact } = screen;
    if (seq < this.#cursor) {
      this.#liveAt = Math.max(this.#liveAt, this.#cursor);
      this.#live = false;
    }
    this.#cursor = seq;
    this.#order = this.#output.marks.orderBefore(seq);
    this.#queueState({ ...this.#output.marks.stateAt(seq), size }, seq);
    taken.push(...this.#queued.splice(0), this.#frame('snapshot', seq, data));
    if (isExact) this.#partialTo = undefined;
    else this.#hasApproximate = true;
  }

  /** Nothing is skipped while the window is closed: there is time to skip further. */
  #skip(taken: Outgoing[]): void {
    if (this.#roomBytes <= 0) return;
    const from = this.#cursor;
    const to = this.#output.findCut(from);
    this.#shed = false;
    if (to === from) return;
    // What was skipped is not in flight, so it counts as acknowledged.
    this.#acked += to - from;
    this.#cursor = to;
    this.#order = this.#output.marks.orderBefore(to);
    taken.push(this.#frame('gap', from, encodeGap(to)));
    this.#queueState(this.#output.marks.stateAt(to), to);
    taken.push(...this.#queued.splice(0));
    this.#notePartial(to);
  }

  #takeOutput(taken: Outgoing[], stop: number, maxBytes: number): number {
    const seq = this.#cursor;
    const { start, end } = this.#output.ring;
    const liveStop = this.#live ? Infinity : this.#liveAt;
    const most = Math.min(maxBytes, this.#frameBytes, this.#roomBytes);
    const to = Math.min(end, stop, liveStop, seq + most);
    if (to <= seq || seq < start) return 0;
    this.#cursor = to;
    this.#frameBytes = Math.min(framePayloadMax, this.#frameBytes * 2);
    taken.push(this.#frame('output', seq, this.#output.share(seq, to)));
    return to - seq;
  }

  #markFrame(mark: Mark): Outgoing {
    switch (mark.kind) {
      case 'resize':
        return this.#frame('resize', mark.seq, encodeSize(mark.size));
      case 'exit':
        return this.#frame('exit', mark.seq, encodeJson(mark.exit));
      case 'lease': {
        const { client = null, principal = null } = mark.lease ?? {};
        const self = client === this.owner.client;
        return this.#frame('lease', mark.seq, encodeJson({ writer: client, principal, self }));
      }
    }
  }

  #frame(kind: FrameKind, seq: number, payload: Uint8Array = new Uint8Array(0)): Outgoing {
    const header = new Uint8Array(frameHeaderBytes);
    const { number: channel } = this.owner;
    const fields = { kind, channel, generation: this.#generation, seq };
    writeFrameHeader(header, fields, payload.length);
    return [header, payload];
  }
}
