/** The wire below a HostLink: frames in and out of one socket, requests matched with their answers. */
import type { Socket } from 'node:net';
import type {
  HostEventName,
  HostEvents,
  HostMethodName,
  HostMethods,
} from '../../protocol/host/host.ts';
import { host } from '../../protocol/host/host.ts';
import { CallAssembler, encodeCall } from '../../protocol/wire/call.ts';
import type { ParamsIn, ParamsOut, ResultOut } from '../../protocol/wire/define.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { Listener } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import type { RpcNotification } from '../../protocol/wire/rpc.ts';
import { fromRpcFailure, parseRpc } from '../../protocol/wire/rpc.ts';
import { FrameCutter } from './frameCutter.ts';

/** A list of hundreds of sessions with their meta is larger than one frame, and still bounded. */
const answerMaxBytes = 64 * 1024 * 1024;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: WaggleError): void;
}

export class HostCalls implements Disposable {
  readonly #socket: Socket;
  readonly #cutter = new FrameCutter((frame) => this.#receiveFrame(frame));
  readonly #assembler = new CallAssembler(answerMaxBytes);
  readonly #waiting = new Map<number, Waiting>();
  readonly #channels = new Map<number, Emitter<Frame>>();
  /** Frames that came before their channel was listened to; the host's window bounds them. */
  readonly #early = new Map<number, Frame[]>();
  readonly #notified = new Emitter<RpcNotification>();
  readonly #closed = new Emitter<WaggleError>();
  readonly #drained = new Emitter<void>();
  #nextId = 1;
  #reason: WaggleError | undefined;

  readonly onDidClose = this.#closed.event;
  readonly onDidDrain = this.#drained.event;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('drain', () => this.#drained.fire());
    socket.on('error', (error) =>
      this.close(new WaggleError('hostGone', undefined, { cause: error })),
    );
    socket.on('close', () =>
      this.close(new WaggleError('hostGone', 'The pty host closed the connection.')),
    );
  }

  request(method: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) return reject(this.#reason);
      const id = this.#nextId++;
      const onAbort = (): void => {
        this.#waiting.delete(id);
        reject(new WaggleError('timeout', `${method} was given up.`, { cause: signal?.reason }));
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      const settled = (): void => signal?.removeEventListener('abort', onAbort);
      this.#waiting.set(id, {
        resolve: (result) => (settled(), resolve(result)),
        reject: (error) => (settled(), reject(error)),
      });
      for (const frame of encodeCall({ jsonrpc: '2.0', id, method, params })) this.write(frame);
    });
  }

  async call<M extends HostMethodName>(
    method: M,
    params: ParamsIn<HostMethods[M]>,
    signal?: AbortSignal,
  ): Promise<ResultOut<HostMethods[M]>> {
    const parsed = host.methods[method].result.safeParse(
      await this.request(method, params, signal),
    );
    if (parsed.success) return parsed.data as ResultOut<HostMethods[M]>;
    throw new WaggleError('badFrame', `The pty host answered ${method} in an unknown shape.`, {
      cause: parsed.error,
    });
  }

  onFrame(channel: number, listener: Listener<Frame>): Disposable {
    const emitter = this.#channels.get(channel) ?? new Emitter<Frame>();
    this.#channels.set(channel, emitter);
    const subscription = emitter.event(listener);
    const early = this.#early.get(channel) ?? [];
    this.#early.delete(channel);
    for (const frame of early) emitter.fire(frame);
    return toDisposable(() => {
      subscription.dispose();
      if (!emitter.hasListeners) this.#channels.delete(channel);
    });
  }

  onEvent<E extends HostEventName>(
    event: E,
    listener: Listener<ParamsOut<HostEvents[E]>>,
  ): Disposable {
    return this.#notified.event(({ method, params }) => {
      if (method !== event) return;
      const parsed = host.events[event].params.safeParse(params);
      if (parsed.success) listener(parsed.data as ParamsOut<HostEvents[E]>);
    });
  }

  /** Bytes of a socket that reads into memory of its own (`onread`), which may be overwritten afterwards. */
  receive(chunk: Uint8Array): void {
    if (this.#reason !== undefined) return;
    const fault = this.#cutter.push(chunk);
    if (fault !== undefined) {
      this.close(new WaggleError('badFrame', `The pty host sent a bad frame (${fault}).`));
    }
  }

  write(bytes: Uint8Array): boolean {
    return this.#reason === undefined && this.#socket.write(bytes);
  }

  close(reason: WaggleError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#socket.destroy();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#early.clear();
    for (const entry of waiting) entry.reject(reason);
    this.#closed.fire(reason);
    this.#channels.clear();
    for (const emitter of [this.#notified, this.#closed, this.#drained]) emitter.dispose();
  }

  dispose(): void {
    this.close(new WaggleError('stopped', 'The connection to the pty host was closed.'));
  }

  #receiveFrame(frame: Frame): void {
    if (this.#reason !== undefined) return;
    if (frame.kind === 'call') this.#receiveCall(frame);
    else this.#deliver(frame);
  }

  #deliver(frame: Frame): void {
    const channel = this.#channels.get(frame.channel);
    if (channel !== undefined) return channel.fire(frame);
    const early = this.#early.get(frame.channel);
    early?.push({ ...frame, payload: frame.payload.slice() });
  }

  #receiveCall(frame: Frame): void {
    const text = this.#assembler.push(frame);
    if (text === undefined) return;
    const parsed = typeof text === 'string' ? parseRpc(text) : undefined;
    if (parsed === undefined || parsed.role === 'invalid' || parsed.role === 'request') {
      this.close(new WaggleError('badFrame', 'The pty host sent a message of an unknown shape.'));
    } else if (parsed.role === 'notification') {
      this.#notified.fire(parsed.message);
    } else if (parsed.role === 'success') {
      this.#expectFrames(parsed.message.result);
      this.#take(parsed.message.id)?.resolve(parsed.message.result);
    } else {
      const error = fromRpcFailure(parsed.message);
      if (parsed.message.id === null) this.close(error);
      else this.#take(parsed.message.id)?.reject(error);
    }
  }

  /** An answer that names a channel is an attach: its frames may follow in the same chunk, before anybody listens. */
  #expectFrames(result: unknown): void {
    if (typeof result !== 'object' || result === null || !('channel' in result)) return;
    if (typeof result.channel === 'number') this.#early.set(result.channel, []);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
