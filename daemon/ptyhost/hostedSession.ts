/**
 * One session of the host: its process, its output, who is attached, who may type. Everything of it happens here in the
 * order in which it came; what goes over sockets is the connections' business.
 */
import type { HostKind, HostSession } from '../../protocol/host/host.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { ExitMark, InputOutcome, TerminalSize } from '../../protocol/wire/mark.ts';
import type { Channel } from './channel.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Child, ChildExit, ChildSink } from './child.ts';
import { InputLedger } from './inputLedger.ts';
import type { Lease, LeaseAction } from './lease.ts';
import { reduceLease } from './lease.ts';
import { countLeftBehind } from './leftBehind.ts';
import type { Output } from './output.ts';
import type { Flushable, Pacing } from './pacing.ts';
import { Ring } from './ring.ts';
import { ScreenWish } from './screenWish.ts';
import { StatusQuery } from './statusQuery.ts';
import { isText } from './typedText.ts';

/** What a session needs of its host. */
export interface SessionSurroundings {
  readonly pacing: Pacing;
  exited(session: HostedSession, exit: ExitMark): void;
  clientsChanged(session: HostedSession): void;
  shed(): void;
  /** Clients lost output; a screen at or after `seq` shows them what they missed. False: nobody is there to make it. */
  screenWanted(session: HostedSession, seq: number): boolean;
}

/** What a later generation takes over from the one before it. */
export interface Predecessor {
  readonly ledger: InputLedger;
  readonly channels: Set<Channel>;
  readonly lease: Lease | null;
}

export interface SessionStart {
  readonly session: SessionId;
  readonly generation: number;
  readonly kind: HostKind;
  readonly size: TerminalSize;
  readonly meta: string;
  /** What its ring should hold; it may have less while memory is short. */
  readonly ringBytes: number;
  readonly predecessor?: Predecessor | undefined;
}

/** Nobody waits longer than this for a client that acknowledges nothing: it has stopped, or is gone. */
const silenceMs = 50;
const resizeDrainBytes = 64 * 1024;
const smallRingBytes = 256 * 1024;
const errorRingBytes = 64 * 1024;

export class HostedSession implements Flushable, ChildSink, Disposable {
  readonly id: SessionId;
  readonly kind: HostKind;
  readonly channels = new Set<Channel>();
  readonly ledger: InputLedger;
  /** Standard error; a terminal has none of its own. */
  readonly errors: Ring;
  readonly output: Output;
  readonly start: SessionStart;
  readonly #surroundings: SessionSurroundings;
  readonly #query = new StatusQuery();
  readonly #wantedSizes = new Map<string, TerminalSize>();
  readonly #wish: ScreenWish;
  /** Text that clients put into it. */
  typedBytes = 0;
  readonly #pausing = new Map<Channel, NodeJS.Timeout>();
  #child: Child | undefined;
  #pendingExit: ChildExit | undefined;
  #size: TerminalSize;
  lease: Lease | null;
  exit: (ExitMark & { readonly at: number }) | undefined;
  checkpoint: Checkpoint | undefined;
  held = false;
  activeAt = performance.now();

  constructor(start: SessionStart, output: Output, surroundings: SessionSurroundings) {
    this.id = start.session;
    this.kind = start.kind;
    this.errors = new Ring(start.kind === 'pipe' ? errorRingBytes : 1);
    this.start = start;
    this.output = output;
    this.lease = start.predecessor?.lease ?? null;
    this.#size = start.size;
    this.#surroundings = surroundings;
    this.ledger = start.predecessor?.ledger ?? new InputLedger();
    this.#wish = new ScreenWish({
      channels: this.channels,
      activeAt: () => this.activeAt,
      end: () => output.ring.end,
      tell: (seq) => surroundings.screenWanted(this, seq),
      paused: () => this.#sendNewest(),
      gaveUp: () => surroundings.pacing.hurry(this),
    });
  }

  get generation(): number {
    return this.start.generation;
  }

  get size(): TerminalSize {
    return this.#size;
  }

  get writer(): string | null {
    return this.lease?.client ?? null;
  }

  /** Attached clients; the daemon following in the background is none. */
  get viewers(): number {
    return [...this.channels].filter(({ owner }) => !owner.isControl).length;
  }

  get child(): Child | undefined {
    return this.#child;
  }

  /** The process that was launched with this session as its sink. */
  adopt(child: Child): void {
    this.#child = child;
    const followers = this.start.predecessor?.channels ?? [];
    for (const channel of followers) {
      channel.follow(this.output, this.generation);
      this.channels.add(channel);
    }
    if (this.channels.size > 0) this.#surroundings.pacing.wake(this);
  }

  attach(channel: Channel): void {
    this.channels.add(channel);
    this.#wish.follow(channel);
    this.#surroundings.clientsChanged(this);
  }

  /** A client without another channel here gives the lease back. */
  detach(channel: Channel): void {
    if (!this.channels.delete(channel)) return;
    this.#stopPausing(channel);
    const { client } = channel.owner;
    const isGone = ![...this.channels].some((other) => other.owner.client === client);
    if (isGone) {
      this.#wantedSizes.delete(client);
      this.#changeLease({ kind: 'release', client });
    }
    this.#surroundings.clientsChanged(this);
  }

  flush(): number {
    let bytes = 0;
    for (const channel of this.channels) bytes += channel.owner.link.offer(channel);
    return bytes;
  }

  /** A client took something or acknowledged: it may no longer hold the program back. */
  progressed(channel: Channel): void {
    this.#wish.follow(channel);
    if (this.#pausing.has(channel) && channel.lagBytes < this.#limitBytes / 2) {
      this.#stopPausing(channel);
    }
  }

  ack(channel: Channel, generation: number, seq: number): void {
    channel.budget.heard();
    if (channel.ack(generation, seq)) channel.budget.restore();
    this.#extendPause(channel);
    const { queue } = this.output;
    if (queue !== undefined && channel.owner.isControl && generation === this.generation) {
      queue.ack(seq);
      this.#applyPause();
      this.#settleExit();
    }
    this.progressed(channel);
    this.#surroundings.pacing.wake(this);
  }

  onBytes(view: Uint8Array): void {
    this.activeAt = performance.now();
    this.output.append(view);
    if (this.kind === 'pty') this.#answerQueries(view);
    if (this.output.queue?.isFull) this.#applyPause();
    else if (this.kind === 'pty') this.#watchLag();
    if (this.channels.size > 0) this.#surroundings.pacing.wake(this);
  }

  onErrorBytes(view: Uint8Array): void {
    this.errors.append(view);
  }

  onExit(exit: ChildExit): void {
    this.#pendingExit = exit;
    for (const [client, number] of this.ledger.endWaiting()) this.#answer(client, number, 'ended');
    this.#settleExit();
  }

  write(channel: Channel, number: number, bytes: Uint8Array): InputOutcome | 'pending' {
    const { client, right } = channel.owner;
    const known = this.ledger.check(client, number);
    if (known === 'waiting') return 'pending';
    if (known !== 'new') return known;
    const refusal = right === 'write' ? this.#tryWrite(channel, number, bytes) : 'denied';
    if (refusal === undefined) return 'pending';
    this.ledger.refuse(client, number, refusal);
    return refusal;
  }

  resize(channel: Channel, size: TerminalSize): void {
    const { client, right } = channel.owner;
    if (right !== 'write') return;
    this.#wantedSizes.set(client, size);
    if (this.lease === null || this.lease.client === client) this.#applySize(size);
  }

  /** An observer asks in vain. Whether granted or not, the answer is a lease mark, or nothing when nothing changed. */
  requestLease(channel: Channel, want: LeaseAction['kind']): void {
    const { client, principal, right } = channel.owner;
    if (right !== 'write' || this.kind === 'pipe') return;
    if (want === 'release') this.#changeLease({ kind: 'release', client });
    else this.#changeLease({ kind: want, client, principal, at: performance.now() });
  }

  /** The stored screen, for those whose own is not whole. */
  sendScreen(isExact: boolean): number {
    const { checkpoint } = this;
    if (checkpoint === undefined) return 0;
    checkpoint.isExact = isExact;
    const sent = [...this.channels].filter((channel) => channel.offerScreen(checkpoint, isExact));
    if (sent.length > 0) this.#surroundings.pacing.hurry(this);
    return sent.length;
  }

  describe(): HostSession {
    const { ring, queue } = this.output;
    const { checkpoint, exit } = this;
    return {
      session: this.id,
      generation: this.generation,
      kind: this.kind,
      pid: this.#child?.pid ?? 0,
      startTime: this.#child?.startTime ?? 0,
      size: this.#size,
      start: ring.start,
      end: ring.end,
      acked: queue?.acked ?? 0,
      exit: exit === undefined ? null : { code: exit.code, signal: exit.signal, at: exit.at },
      background: exit?.background ?? 0,
      writer: this.writer,
      clients: this.viewers,
      held: this.held,
      checkpoint:
        checkpoint === undefined
          ? null
          : { generation: checkpoint.generation, seq: checkpoint.seq },
      meta: this.start.meta,
    };
  }

  dispose(): void {
    for (const channel of [...this.#pausing.keys()]) this.#stopPausing(channel);
    this.#surroundings.pacing.forget(this);
    this.#wish.dispose();
    this.#child?.dispose();
    this.channels.clear();
  }

  /** What a client may be behind; a small ring needs room for what one more read brings. */
  get #limitBytes(): number {
    const { capacityBytes } = this.output.ring;
    return capacityBytes * (capacityBytes < smallRingBytes ? 0.5 : 0.75);
  }

  #tryWrite(channel: Channel, number: number, bytes: Uint8Array): InputOutcome | undefined {
    const { client, principal } = channel.owner;
    if (this.exit !== undefined || this.#child === undefined) return 'ended';
    const at = performance.now();
    const isTyping = this.kind === 'pty' && !channel.isAnswering;
    if (isTyping && !this.#changeLease({ kind: 'input', client, principal, at })) return 'denied';
    this.ledger.accept(client, number);
    if (isTyping && isText(bytes)) this.typedBytes += bytes.length;
    const outcome = this.#child.write(bytes.slice(), () => this.#delivered(client, number));
    return outcome === 'queued' ? undefined : outcome;
  }

  #delivered(client: string, number: number): void {
    this.ledger.delivered(client, number);
    this.#answer(client, number, 'delivered');
  }

  /** On whichever channels the client has now. */
  #answer(client: string, number: number, outcome: InputOutcome): void {
    for (const channel of this.channels) {
      if (channel.owner.client === client) channel.owner.link.answer(channel, number, outcome);
    }
  }

  /** Applies an action; a change of the writer goes into the stream and brings the writer's size. */
  #changeLease(action: LeaseAction): boolean {
    const before = this.writer;
    const { lease, granted } = reduceLease(this.lease, action);
    this.lease = lease;
    if (this.writer === before) return granted;
    this.output.marks.append(this.output.ring.end, { kind: 'lease', lease });
    const size = lease === null ? undefined : this.#wantedSizes.get(lease.client);
    if (size !== undefined) this.#applySize(size);
    this.#surroundings.pacing.hurry(this);
    this.#surroundings.clientsChanged(this);
    return granted;
  }

  #applySize(size: TerminalSize): void {
    if (size.cols === this.#size.cols && size.rows === this.#size.rows) return;
    this.#child?.drain(resizeDrainBytes);
    this.#size = size;
    this.output.marks.append(this.output.ring.end, { kind: 'resize', size });
    this.output.trace?.resized(this.output.ring.end);
    this.#child?.resize(size);
    this.#surroundings.pacing.hurry(this);
  }

  #answerQueries(view: Uint8Array): void {
    for (const answer of this.#query.scan(view)) this.#child?.write(answer, noReport);
  }

  #watchLag(): void {
    for (const channel of this.channels) {
      if (channel.lagBytes > this.#limitBytes && !this.#pausing.has(channel)) {
        this.#holdBackFor(channel);
      }
    }
  }

  #holdBackFor(channel: Channel): void {
    if (channel.owner.pace === 'background' || !channel.budget.start(performance.now()))
      return this.#shed(channel);
    this.#shedLater(channel);
    this.#applyPause();
    // It stands still for this: not a moment longer than sending takes.
    this.#surroundings.pacing.hurry(this);
  }

  /** It reads: the program waits for it as long as it may. */
  #extendPause(channel: Channel): void {
    const timer = this.#pausing.get(channel);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#shedLater(channel);
  }

  #sendNewest(): void {
    for (const channel of this.channels)
      if (channel.makeRoom()) this.#surroundings.pacing.hurry(this);
  }

  #shedLater(channel: Channel): void {
    const ms = Math.min(channel.budget.leftMs(performance.now()), silenceMs);
    const shed = (): void => {
      this.#stopPausing(channel);
      channel.budget.notHeard();
      this.#shed(channel);
    };
    this.#pausing.set(channel, setTimeout(shed, ms));
  }

  #shed(channel: Channel): void {
    if (channel.shed()) this.#surroundings.shed();
  }

  #stopPausing(channel: Channel): void {
    const timer = this.#pausing.get(channel);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#pausing.delete(channel);
    channel.budget.stop(performance.now());
    this.#applyPause();
  }

  #applyPause(): void {
    this.#child?.setPaused(this.#pausing.size > 0 || (this.output.queue?.isFull ?? false));
  }

  /** Told when everything that was read before it is in the ring. */
  #settleExit(): void {
    const exit = this.#pendingExit;
    if (exit === undefined || !(this.output.queue?.isSettled ?? true)) return;
    this.#pendingExit = undefined;
    const mark: ExitMark = { ...exit, background: countLeftBehind(this.#child?.pid) };
    this.exit = { ...mark, at: Date.now() };
    this.output.marks.append(this.output.ring.end, { kind: 'exit', exit: mark });
    this.#wish.end();
    this.#surroundings.pacing.hurry(this);
    this.#surroundings.exited(this, mark);
  }
}

/** For input that nobody waits for. */
function noReport(): void {}
