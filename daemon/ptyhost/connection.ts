/**
 * One client's socket: frames in, frames out, its channels. At most one write is in flight, so that what waits stays in
 * the rings; a client that stops reading is closed. What it does wrong is nobody else's matter.
 */
import type { Socket } from 'node:net';
import type { HostEventName } from '../../protocol/host/host.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { CallAssembler, encodeCall } from '../../protocol/wire/call.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { FrameDecoder, encodeFrame } from '../../protocol/wire/frame.ts';
import { closeCodes, handshakeLimitMs, handshakeMaxBytes } from '../../protocol/wire/hello.ts';
import type { InputOutcome } from '../../protocol/wire/mark.ts';
import { encodeInputOutcome } from '../../protocol/wire/mark.ts';
import { parseRpc, toRpcFailure } from '../../protocol/wire/rpc.ts';
import type { Channel, ChannelLink } from './channel.ts';
import { Handshake } from './handshake.ts';
import type { HostIdentity, Peer } from './handshake.ts';
import { sendBuffers } from './sendBuffers.ts';

/** What a connection needs of its host. All of it is called in the order in which the client sent. */
export interface ConnectionSurroundings {
  readonly identity: HostIdentity;
  /** How long a full socket may stay full before it is closed, milliseconds. */
  readonly stallMs: number;
  /** The result of a method; throws a WaggleError. */
  call(connection: Connection, method: string, params: unknown): unknown;
  receive(connection: Connection, attached: Attached, frame: Frame): void;
  /** The channel's client took something. */
  progressed(attached: Attached): void;
  detached(attached: Attached): void;
  closed(connection: Connection): void;
  /** Turns what nobody foresaw into `internal` with a log id. */
  toWaggleError(error: unknown): WaggleError;
}

export interface Attached {
  readonly channel: Channel;
  readonly session: SessionId;
}

/** Bytes of one write: what may wait in a client's socket. */
const batchBytes = 1024 * 1024;
/** What a client asked for and does not read; one answer more may be larger, as a list of many sessions is. */
const unreadMaxBytes = 8 * 1024 * 1024;
const callMaxBytes = 4 * 1024 * 1024;
/** How long a client that was told its mistake may take to read it. */
const partingMs = 1000;

export class Connection implements ChannelLink {
  readonly #socket: Socket;
  readonly #surroundings: ConnectionSurroundings;
  readonly #decoder = new FrameDecoder();
  readonly #assembler = new CallAssembler(callMaxBytes);
  readonly #handshake: Handshake;
  readonly #attached = new Map<number, Attached>();
  readonly #ready = new Set<Channel>();
  readonly #deadline: NodeJS.Timeout;
  #stall: NodeJS.Timeout | undefined;
  #received = 0;
  #lastChannel = 0;
  #isWriting = false;
  #isClosing = false;

  constructor(socket: Socket, surroundings: ConnectionSurroundings) {
    this.#socket = socket;
    this.#surroundings = surroundings;
    this.#handshake = new Handshake(surroundings.identity);
    this.#deadline = setTimeout(
      () => this.#refuse(new WaggleError('timeout', 'The handshake took too long.')),
      handshakeLimitMs,
    );
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closed());
  }

  /** Undefined until the handshake is done. */
  get peer(): Peer | undefined {
    return this.#handshake.peer;
  }

  get isControl(): boolean {
    return this.peer?.right === 'control';
  }

  get channelCount(): number {
    return this.#attached.size;
  }

  takeChannelNumber(): number {
    this.#lastChannel += 1;
    return this.#lastChannel;
  }

  /** Its frames follow the answer that is being made. */
  open(attached: Attached): void {
    this.#attached.set(attached.channel.owner.number, attached);
    process.nextTick(() => this.offer(attached.channel));
  }

  /** False when there is no such channel. */
  detach(number: number): boolean {
    const attached = this.#attached.get(number);
    if (attached === undefined) return false;
    this.#attached.delete(number);
    this.#ready.delete(attached.channel);
    this.#surroundings.detached(attached);
    return true;
  }

  offer(channel: Channel): number {
    if (!this.#attached.has(channel.owner.number)) return 0;
    if (channel.isReady) this.#ready.add(channel);
    return this.#pump();
  }

  answer(channel: Channel, number: number, outcome: InputOutcome): void {
    if (this.#socket.writableLength > unreadMaxBytes) return this.destroy();
    const { number: to } = channel.owner;
    const payload = encodeInputOutcome(outcome);
    this.#write(encodeFrame({ kind: 'inputAnswer', channel: to, seq: number, payload }));
  }

  close(channel: Channel, reason: 'revoked' | 'collected'): void {
    const { number } = channel.owner;
    if (!this.detach(number)) return;
    // Nothing of a session that is collected can be asked for again.
    const rest = reason === 'collected' ? channel.takeRest().flat() : [];
    for (const chunk of rest) this.#write(chunk);
    this.notify('host/channelClosed', { channel: number, reason });
  }

  notify(method: HostEventName, params: unknown): void {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosing) return;
    this.#received += chunk.length;
    if (this.peer === undefined && this.#received > handshakeMaxBytes) {
      return this.#refuse(new WaggleError('limitReached', 'The handshake is too long.'));
    }
    const frames = this.#decoder.push(chunk);
    if (typeof frames === 'string') {
      return this.#refuse(new WaggleError('badFrame', `Bad frame: ${frames}.`));
    }
    for (const frame of frames) {
      if (this.#isClosing) return;
      this.#receiveFrame(frame);
    }
  }

  #receiveFrame(frame: Frame): void {
    if (frame.kind === 'call') return this.#receiveCall(frame);
    if (this.peer === undefined) {
      return this.#refuse(new WaggleError('unauthenticated', 'A frame before the handshake.'));
    }
    // A channel may be closed while frames for it are on their way.
    const attached = this.#attached.get(frame.channel);
    if (attached === undefined) return;
    try {
      this.#surroundings.receive(this, attached, frame);
    } catch (error) {
      this.#refuse(this.#surroundings.toWaggleError(error));
    }
  }

  #receiveCall(frame: Frame): void {
    const text = this.#assembler.push(frame);
    if (text === undefined) return;
    if (typeof text !== 'string') {
      return this.#refuse(new WaggleError('limitReached', 'The message is too long.'));
    }
    const parsed = parseRpc(text);
    if (parsed.role !== 'request') {
      const reason = parsed.role === 'invalid' ? parsed.reason : `unexpected ${parsed.role}`;
      return this.#refuse(new WaggleError('badRequest', `Not a request: ${reason}.`));
    }
    const { id, method, params } = parsed.message;
    try {
      const result = this.peer
        ? this.#surroundings.call(this, method, params)
        : this.#shakeHands(parsed.message);
      this.#send({ jsonrpc: '2.0', id, result });
    } catch (error) {
      const failure = this.#surroundings.toWaggleError(error);
      this.#send(toRpcFailure(id, failure));
      if (this.peer === undefined) this.#part();
    }
  }

  #shakeHands(request: Parameters<Handshake['receive']>[0]): unknown {
    const result = this.#handshake.receive(request);
    if (this.peer !== undefined) clearTimeout(this.#deadline);
    return result;
  }

  #pump(): number {
    if (this.#isWriting || this.#isClosing) return 0;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for (const channel of this.#ready) {
      if (bytes >= batchBytes) break;
      // Taken out and put in again at the end: every channel has its turn.
      this.#ready.delete(channel);
      const taken = channel.take(batchBytes - bytes).flat();
      const size = taken.reduce((sum, { length }) => sum + length, 0);
      bytes += size;
      chunks.push(...taken.filter(({ length }) => length > 0));
      if (size > 0) this.#noteTaken(channel);
    }
    if (bytes > 0) this.#writeBatch(chunks);
    return bytes;
  }

  #noteTaken(channel: Channel): void {
    if (channel.isReady) this.#ready.add(channel);
    const attached = this.#attached.get(channel.owner.number);
    if (attached !== undefined) this.#surroundings.progressed(attached);
  }

  #writeBatch(chunks: readonly Uint8Array[]): void {
    this.#isWriting = true;
    this.#stall ??= setTimeout(() => this.#checkStall(), this.#surroundings.stallMs).unref();
    this.#stall.refresh();
    this.#socket.cork();
    for (const chunk of chunks.slice(0, -1)) this.#socket.write(chunk);
    this.#socket.write(chunks.at(-1) ?? '', (error) => {
      this.#isWriting = false;
      // After a failure nobody knows who still reads them: those are left to the collector.
      if (!error) for (const chunk of chunks) sendBuffers.release(chunk);
      if (this.#ready.size > 0) this.#pump();
    });
    this.#socket.uncork();
  }

  #checkStall(): void {
    if (!this.#isWriting || this.#isClosing) return;
    for (const number of [...this.#attached.keys()]) this.detach(number);
    const details = { closeCode: closeCodes.tooSlow };
    this.#refuse(new WaggleError('limitReached', 'This client does not read.', { details }));
  }

  #send(message: unknown): void {
    if (this.#socket.writableLength > unreadMaxBytes) return this.destroy();
    for (const frame of encodeCall(message)) this.#write(frame);
  }

  #write(bytes: Uint8Array): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(bytes);
  }

  #refuse(error: WaggleError): void {
    if (this.#isClosing) return;
    this.#send(toRpcFailure(null, error));
    this.#part();
  }

  #part(): void {
    this.#isClosing = true;
    clearTimeout(this.#deadline);
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), partingMs).unref();
  }

  #closed(): void {
    this.#isClosing = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#stall);
    for (const number of [...this.#attached.keys()]) this.detach(number);
    this.#surroundings.closed(this);
  }
}
