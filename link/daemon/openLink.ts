/** A connection after its handshake: calls by id, events by name, frames by channel. */
import { setTimeout as delay } from 'node:timers/promises';
import type WebSocket from 'ws';
import type {
  EventName,
  EventParams,
  MethodName,
  MethodParams,
  MethodResult,
} from '../../protocol/protocol.ts';
import { findEvent, findMethod } from '../../protocol/protocol.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { Listener } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/frame.ts';
import { closeCodes } from '../../protocol/wire/hello.ts';
import type { ParsedRpc } from '../../protocol/wire/rpc.ts';
import { fromRpcFailure, parseRpc, requestMaxBytes } from '../../protocol/wire/rpc.ts';
import { closedError } from './closed.ts';
import type { CallOptions, DaemonInfo, DaemonLink, LinkClosed } from './daemonLink.ts';
import { EarlyFrames } from './earlyFrames.ts';
import { withoutNewer } from './introduced.ts';

const callTimeoutMs = 30_000;
/** How long a call waits for its turn while too many are made, and for how long each time; milliseconds. */
const crowdedMs = 10_000;
const againMs = 200;
const backlogMaxBytes = 4 * 1024 * 1024;

interface PendingCall {
  readonly method: MethodName;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class OpenLink implements DaemonLink {
  readonly info: DaemonInfo;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, PendingCall>();
  readonly #events = new Map<string, Emitter<never>>();
  readonly #frames = new Map<number, Emitter<Frame>>();
  readonly #early = new EarlyFrames();
  /** Channels that nobody listens to any more: what is still on its way is dropped. */
  readonly #left = new Set<number>();
  readonly #closed = new Emitter<LinkClosed>();
  #waiting: (() => void)[] = [];
  #nextId = 2;
  #isClosed = false;

  readonly onDidClose = this.#closed.event;

  constructor(socket: WebSocket, info: DaemonInfo) {
    this.info = info;
    this.#socket = socket;
    socket.on('message', (message: Buffer, isBinary) =>
      isBinary ? this.#receiveFrame(message) : this.#receive(parseRpc(message.toString('utf8'))),
    );
    socket.on('close', (code) => this.#end(code));
    socket.on('error', () => socket.terminate());
    // It may have gone between the last word of the handshake and now.
    if (socket.readyState > 1) queueMicrotask(() => this.#end(1006));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async call<M extends MethodName>(
    method: M,
    params: MethodParams<M>,
    { signal, timeoutMs = callTimeoutMs }: CallOptions = {},
  ): Promise<MethodResult<M>> {
    signal?.throwIfAborted();
    const definition = findMethod(method);
    if (definition === undefined || definition.introducedIn > this.info.protocol)
      throw new WaggleError('methodNotFound', `The daemon does not know ${method} yet.`, {
        fix: 'waggle daemon restart',
      });
    const known = withoutNewer(definition.params, params, this.info.protocol);
    const value = await this.#askUntilTaken(method, known, { signal, timeoutMs });
    const result = definition.result.safeParse(value);
    if (result.success) return result.data as MethodResult<M>;
    throw new WaggleError('internal', `The daemon answered ${method} with another shape.`, {
      cause: result.error,
    });
  }

  /** What was one request too many in that second was not looked at: it is asked again a little later. */
  async #askUntilTaken(
    method: MethodName,
    params: unknown,
    options: { signal: AbortSignal | undefined; timeoutMs: number },
  ): Promise<unknown> {
    const patienceMs = options.timeoutMs > 0 ? Math.min(options.timeoutMs, crowdedMs) : crowdedMs;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      // It may have closed while this waited for its turn.
      if (this.#isClosed) throw closedError(1006);
      try {
        return await this.#ask(method, params, options);
      } catch (error) {
        const isCrowded = error instanceof WaggleError && error.code === 'rateLimited';
        if (!isCrowded || performance.now() > deadline) throw error;
        await delay(againMs * (1 + Math.random()));
        options.signal?.throwIfAborted();
      }
    }
  }

  #ask(
    method: MethodName,
    params: unknown,
    { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number },
  ): Promise<unknown> {
    const id = this.#nextId++;
    const request = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    // The daemon would close the connection, and with it fail everything else that is asked on it.
    if (Buffer.byteLength(request) > requestMaxBytes) return Promise.reject(tooLarge(method));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { method, resolve, reject });
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const giveUp = (): void => reject(new WaggleError('timeout', `${method} took too long.`));
    const timer = timeoutMs > 0 ? setTimeout(giveUp, timeoutMs) : undefined;
    this.#socket.send(request);
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#pending.delete(id);
    });
  }

  onEvent<E extends EventName>(event: E, listener: Listener<EventParams<E>>): Disposable {
    let emitter = this.#events.get(event) as Emitter<EventParams<E>> | undefined;
    if (emitter === undefined) {
      emitter = new Emitter();
      this.#events.set(event, emitter as Emitter<never>);
    }
    return emitter.event(listener);
  }

  onFrame(channel: number, listener: Listener<Frame>): Disposable {
    this.#left.delete(channel);
    const emitter = this.#frames.get(channel) ?? new Emitter<Frame>();
    this.#frames.set(channel, emitter);
    const listening = emitter.event(listener);
    for (const frame of this.#early.take(channel)) emitter.fire(frame);
    return toDisposable(() => {
      listening.dispose();
      if (emitter.hasListeners) return;
      this.#frames.delete(channel);
      this.#left.add(channel);
    });
  }

  send(frame: Partial<Frame> & Pick<Frame, 'kind' | 'channel'>): boolean {
    if (this.#isClosed) return false;
    this.#socket.send(encodeFrame(frame), () => this.#drained());
    return this.#socket.bufferedAmount < backlogMaxBytes;
  }

  onceDrained(run: () => void): void {
    this.#waiting.push(run);
    this.#drained();
  }

  dispose(): void {
    if (this.#isClosed) return;
    this.#socket.close(1000);
    this.#end(1000);
  }

  #drained(): void {
    if (this.#socket.bufferedAmount >= backlogMaxBytes) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) queueMicrotask(run);
  }

  #receive(parsed: ParsedRpc): void {
    switch (parsed.role) {
      case 'success':
        return this.#pending.get(parsed.message.id)?.resolve(parsed.message.result);
      case 'failure':
        return this.#pending.get(parsed.message.id ?? -1)?.reject(fromRpcFailure(parsed.message));
      case 'notification':
        return this.#fire(parsed.message.method, parsed.message.params);
      case 'request':
      case 'invalid':
        // This version of the protocol has no requests from the daemon.
        return this.#breakOff();
    }
  }

  /** Unknown events and events of another shape come from a newer daemon and are ignored. */
  #fire(name: string, params: unknown): void {
    const emitter = this.#events.get(name) as Emitter<unknown> | undefined;
    const parsed = findEvent(name)?.params.safeParse(params);
    if (parsed?.success === true) emitter?.fire(parsed.data);
  }

  #receiveFrame(message: Buffer): void {
    const frame = decodeFrame(message);
    if (typeof frame === 'string') return this.#breakOff();
    const emitter = this.#frames.get(frame.channel);
    if (emitter !== undefined) emitter.fire(frame);
    else if (!this.#left.has(frame.channel) && !this.#early.keep(frame)) this.#breakOff();
  }

  #breakOff(): void {
    this.#socket.close(closeCodes.badFrame);
    this.#end(closeCodes.badFrame);
  }

  #end(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const error = closedError(code);
    for (const call of this.#pending.values()) call.reject(error);
    this.#pending.clear();
    this.#early.clear();
    this.#waiting = [];
    this.#closed.fire({ code, error });
    this.#closed.dispose();
  }
}

function tooLarge(method: MethodName): WaggleError {
  return new WaggleError('limitReached', `${method} is larger than 1 MiB and was not sent.`, {
    fix: 'Send less at once.',
  });
}
