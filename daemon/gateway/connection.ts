/** One WebSocket of a client: handshake, then requests, events and channels until either side closes. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { NounName } from '../../protocol/protocol.ts';
import { findEvent } from '../../protocol/protocol.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { decodeFrame } from '../../protocol/wire/frame.ts';
import { closeCodes, handshakeLimitMs, handshakeMaxBytes } from '../../protocol/wire/hello.ts';
import { parseRpc, toRpcFailure } from '../../protocol/wire/rpc.ts';
import type { Logger } from '../context.ts';
import type { Caller } from '../feature.ts';
import { Channels } from './channels.ts';
import type { DispatchContext } from './dispatch.ts';
import { dispatch } from './dispatch.ts';
import type { Admitted, HandshakeContext, HandshakeStep } from './handshake.ts';
import { Handshake } from './handshake.ts';
import type { Turns } from './turns.ts';

/** A socket that lets so much wait is ended with `tooSlow`. */
const socketBacklogBytes = 4 * 1024 * 1024;
const missedPongsMax = 2;

export interface ConnectionOptions {
  readonly socket: WebSocket;
  /** What the WebSocket writes to. */
  readonly stream: Pick<Duplex, 'cork' | 'uncork'>;
  readonly turns: Turns;
  readonly transport: Caller['transport'];
  readonly handshake: HandshakeContext;
  readonly dispatch: DispatchContext;
  readonly log: Logger;
  readonly onAdmitted: (connection: Connection) => void;
  readonly onClosed: (connection: Connection) => void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handshake: Handshake;
  readonly #channels: Channels;
  readonly #nouns = new Set<NounName>();
  readonly #deadline: NodeJS.Timeout;
  #admitted: Admitted | undefined;
  #caller: Caller | undefined;
  #events: Buffer[] = [];
  readonly #closers = new Set<() => void>();
  #missedPongs = 0;
  #isClosing = false;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#handshake = new Handshake(options.handshake);
    const { socket } = options;
    this.#channels = new Channels({
      get backlogBytes() {
        return socket.bufferedAmount;
      },
      sendBytes: (bytes) => this.#send(bytes),
    });
    this.#deadline = setTimeout(() => socket.terminate(), handshakeLimitMs);
    socket.on('message', (message: Buffer, isBinary) => this.#receive(message, isBinary));
    socket.on('pong', () => (this.#missedPongs = 0));
    socket.on('close', (code) => this.#closed(code));
    socket.on('error', (error) =>
      options.log.debug('Socket failed', { error: errorMessageOf(error) }),
    );
  }

  get admitted(): Admitted | undefined {
    return this.#admitted;
  }

  isSubscribedTo(noun: NounName): boolean {
    return this.#nouns.has(noun);
  }

  /** An encoded event. It waits for its turn or for whatever is sent behind it. */
  addEvent(text: Buffer): void {
    this.#events.push(text);
    this.#options.turns.add(this.#sendWaiting);
  }

  /** Cuts a client that answered none of the last pings. */
  readonly ping = (): void => {
    if (this.#missedPongs >= missedPongsMax) {
      // Who has something to read and does not is told so, should he come back in the next seconds.
      if (this.#options.socket.bufferedAmount > 0) this.close(closeCodes.tooSlow, 'too slow');
      else this.#options.socket.terminate();
      return;
    }
    this.#missedPongs += 1;
    if (this.#options.socket.readyState === 1) this.#options.socket.ping();
  };

  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#sendWaiting();
    this.#isClosing = true;
    this.#channels.closeAll();
    this.#options.socket.close(code, reason);
  }

  terminate(): void {
    this.#options.socket.terminate();
  }

  #receive(message: Buffer, isBinary: boolean): void {
    if (this.#isClosing) return;
    if (this.#caller === undefined) {
      if (isBinary || message.length > handshakeMaxBytes)
        return this.close(closeCodes.badFrame, 'handshake');
      return this.#answerHandshake(this.#handshake.receive(message.toString('utf8')));
    }
    if (isBinary) this.#receiveFrame(message);
    else this.#receiveText(message.toString('utf8'), this.#caller);
  }

  #answerHandshake(step: HandshakeStep): void {
    if ('error' in step) {
      this.#send(JSON.stringify(toRpcFailure(step.id, step.error)));
      this.#options.log.info('Client refused', { code: step.error.code });
      return this.close(step.closeCode, step.error.code);
    }
    if (step.admitted !== undefined) this.#admit(step.admitted);
    this.#send(JSON.stringify({ jsonrpc: '2.0', id: step.id, result: step.result }));
  }

  #admit(admitted: Admitted): void {
    clearTimeout(this.#deadline);
    this.#admitted = admitted;
    this.#caller = {
      connectionId: this.#options.handshake.connectionId,
      clientId: admitted.clientId,
      principal: admitted.principal,
      transport: this.#options.transport,
      subscribe: (noun) => void this.#nouns.add(noun),
      notify: (event, params) => {
        const introducedIn = findEvent(event)?.introducedIn ?? Number.POSITIVE_INFINITY;
        if (introducedIn > admitted.protocol) return;
        this.#send(JSON.stringify({ jsonrpc: '2.0', method: event, params }));
      },
      openChannel: (sink) => this.#channels.open(sink),
      onceClosed: (run) => this.#onceClosed(run),
    };
    this.#options.onAdmitted(this);
  }

  #onceClosed(run: () => void): Disposable {
    // A closer of its own, should the same function wait twice.
    const closer = (): void => run();
    this.#closers.add(closer);
    if (this.#isClosed) setImmediate(() => this.#runClosers());
    return toDisposable(() => this.#closers.delete(closer));
  }

  #runClosers(): void {
    const closers = [...this.#closers];
    this.#closers.clear();
    for (const run of closers) run();
  }

  #receiveFrame(message: Buffer): void {
    const frame = decodeFrame(message);
    if (typeof frame === 'string') return this.close(closeCodes.badFrame, frame);
    try {
      this.#channels.receive(frame);
    } catch (error) {
      this.#options.log.error('A channel failed', { error });
      this.close(closeCodes.badFrame, 'channel');
    }
  }

  #receiveText(text: string, caller: Caller): void {
    const parsed = parseRpc(text);
    if (parsed.role === 'invalid') {
      const failure = toRpcFailure(parsed.id, new WaggleError('badRequest', parsed.reason));
      return this.#send(JSON.stringify(failure));
    }
    if (parsed.role !== 'request') return;
    const protocol = this.#admitted?.protocol ?? 1;
    void dispatch(parsed.message, { caller, protocol }, this.#options.dispatch).then((answer) =>
      this.#send(JSON.stringify(answer)),
    );
  }

  /** Who reads too slowly to follow is closed: it lists again when it is back. */
  readonly #sendWaiting = (): void => {
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    const { stream } = this.#options;
    stream.cork();
    for (const event of events) this.#write(event, false);
    stream.uncork();
  };

  #send(message: string | Uint8Array): void {
    this.#sendWaiting();
    this.#write(message, typeof message !== 'string');
  }

  #write(message: string | Uint8Array, binary: boolean): void {
    const { socket } = this.#options;
    if (socket.readyState !== 1) return;
    socket.send(message, { binary }, () => this.#channels.drained());
    if (socket.bufferedAmount <= socketBacklogBytes) return;
    this.#options.log.warn('Client reads too slowly', { backlogBytes: socket.bufferedAmount });
    this.close(closeCodes.tooSlow, 'too slow');
  }

  #closed(code: number): void {
    clearTimeout(this.#deadline);
    this.#isClosing = true;
    this.#events = [];
    this.#options.turns.delete(this.#sendWaiting);
    this.#isClosed = true;
    this.#channels.closeAll();
    this.#runClosers();
    this.#options.log.debug('Client left', { code });
    this.#options.onClosed(this);
  }
}
