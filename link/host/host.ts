/**
 * A connection to one pty host: handshake with mutual proof, calls, events, and frames by channel. Deliberately knows no
 * session state and does not reconnect: that is `link/stream` for terminals and the daemon's own business for control.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type {
  HostEventName,
  HostEvents,
  HostMethodName,
  HostMethods,
} from '../../protocol/host/host.ts';
import { hostProtocolVersion } from '../../protocol/host/host.ts';
import type { ParamsIn, ParamsOut, ResultOut } from '../../protocol/wire/define.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { Event, Listener } from '../../protocol/wire/emitter.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { encodeFrame } from '../../protocol/wire/frame.ts';
import type { HelloParams, HelloResult } from '../../protocol/wire/hello.ts';
import {
  authMethod,
  authResultSchema,
  helloMethod,
  helloResultSchema,
} from '../../protocol/wire/hello.ts';
import { randomHex, verifyProof } from '../proof/proof.ts';
import { HostCalls } from './hostCalls.ts';

/** Which host, with which right. `secret`: the host file's `key` for `control`, its `clientKey` for `client`. */
export interface HostTarget {
  readonly socket: string;
  readonly tokenId: 'control' | 'client';
  readonly secret: string;
  /** One window or terminal, kept over reconnects: lease and input numbers go with it. */
  readonly clientId: string;
  readonly kind: HelloParams['kind'];
  /** Refuses a server that is another process. */
  readonly expected?: { readonly pid: number; readonly startTime: number };
  readonly clientVersion?: string;
  readonly signal?: AbortSignal;
}

export interface HostLink extends Disposable {
  /** What the host said and proved about itself. */
  readonly server: HelloResult;
  /** Rejects with the host's WaggleError, or `hostGone` when the connection ends first. */
  call<M extends HostMethodName>(
    method: M,
    params: ParamsIn<HostMethods[M]>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<ResultOut<HostMethods[M]>>;
  /**
   * Frames of a channel in order, output in pieces as it comes. Those that came before the first listener are kept for it.
   * The payload of output is valid only during the call unless copied.
   */
  onFrame(channel: number, listener: Listener<Frame>): Disposable;
  onEvent<E extends HostEventName>(
    event: E,
    listener: Listener<ParamsOut<HostEvents[E]>>,
  ): Disposable;
  /** Fires once. The connection ended, with the reason. */
  readonly onDidClose: Event<WaggleError>;
  /** False: the socket is full (wait for `onDidDrain`) or closed. The frame is taken unless it is closed. */
  send(frame: Partial<Frame> & Pick<Frame, 'kind'>): boolean;
  readonly onDidDrain: Event<void>;
}

/**
 * One for all connections of a process: what is read is used up before the next read. Not on Windows, where the system
 * fills a buffer while others are read.
 */
const readBuffer = new Uint8Array(256 * 1024);

/** Whoever gets a socket's bytes, set before the host was asked anything. */
interface Receiver {
  receive(chunk: Uint8Array): void;
}

/** How long a host may take for connection and handshake, milliseconds: more than its own limit for us. */
const connectLimitMs = 5000;

/**
 * Connects, verifies the host's proof (and process) before the secret is sent. Rejects with `hostGone` when nobody
 * listens or another process does, `unauthenticated` when a proof or the secret is wrong, `versionMismatch`, `timeout`.
 */
export async function connectHost(target: HostTarget): Promise<HostLink> {
  const receiver: Receiver = { receive: dropBytes };
  const socket = await openSocket(target, receiver);
  const calls = new HostCalls(socket);
  receiver.receive = (chunk) => calls.receive(chunk);
  const deadline = setTimeout(
    () => calls.close(new WaggleError('timeout', 'The pty host did not answer the handshake.')),
    connectLimitMs,
  );
  const abort = (): void => calls.close(abortReason(target.signal));
  target.signal?.addEventListener('abort', abort, { once: true });
  try {
    const server = await shakeHands(calls, target);
    return toLink(calls, server);
  } catch (error) {
    calls.dispose();
    throw error;
  } finally {
    clearTimeout(deadline);
    target.signal?.removeEventListener('abort', abort);
  }
}

async function shakeHands(calls: HostCalls, target: HostTarget): Promise<HelloResult> {
  const nonce = randomHex(32);
  const hello: HelloParams = {
    protocol: { min: hostProtocolVersion, max: hostProtocolVersion },
    clientVersion: target.clientVersion ?? '0',
    kind: target.kind,
    tokenId: target.tokenId,
    nonce,
  };
  const server = helloResultSchema.parse(await calls.request(helloMethod, hello));
  if (!verifyProof(target.secret, nonce, server)) {
    throw new WaggleError('unauthenticated', 'The pty host did not prove that it knows the key.');
  }
  if (server.endpoint !== target.socket) {
    // A proof that another server made for its own endpoint, passed on to us.
    throw new WaggleError('unauthenticated', 'The pty host proved itself for another address.');
  }
  const { expected } = target;
  if (expected && (expected.pid !== server.pid || expected.startTime !== server.startTime)) {
    throw new WaggleError('hostGone', 'Another process listens where the pty host was.');
  }
  const auth = { token: target.secret, clientId: target.clientId };
  authResultSchema.parse(await calls.request(authMethod, auth));
  return server;
}

function toLink(calls: HostCalls, server: HelloResult): HostLink {
  return {
    server,
    call: (method, params, options) => calls.call(method, params, options?.signal),
    onFrame: (channel, listener) => calls.onFrame(channel, listener),
    onEvent: (event, listener) => calls.onEvent(event, listener),
    onDidClose: calls.onDidClose,
    onDidDrain: calls.onDidDrain,
    send: (frame) => calls.write(encodeFrame(frame)),
    dispose: () => calls.dispose(),
  };
}

function abortReason(signal: AbortSignal | undefined): WaggleError {
  return new WaggleError('timeout', 'Connecting to the pty host was given up.', {
    cause: signal?.reason,
  });
}

/** A host that speaks before it was asked is not listened to. */
function dropBytes(): void {
  return;
}

function createSocket(path: string, receiver: Receiver): Socket {
  if (process.platform === 'win32') return connect(path);
  const callback = (bytesRead: number): boolean => {
    receiver.receive(readBuffer.subarray(0, bytesRead));
    return true;
  };
  return connect({ path, onread: { buffer: readBuffer, callback } });
}

function openSocket(target: HostTarget, receiver: Receiver): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (target.signal?.aborted) {
      reject(abortReason(target.signal));
      return;
    }
    const socket = createSocket(target.socket, receiver);
    const settle = toDisposable(() => {
      socket.off('connect', onConnect).off('error', onError);
      target.signal?.removeEventListener('abort', onAbort);
    });
    const onConnect = (): void => {
      settle.dispose();
      resolve(socket);
    };
    const onError = (error: Error): void => {
      settle.dispose();
      const message = `The pty host cannot be reached: ${errorMessageOf(error)}`;
      reject(new WaggleError('hostGone', message, { cause: error }));
    };
    const onAbort = (): void => {
      settle.dispose();
      socket.destroy();
      reject(abortReason(target.signal));
    };
    socket.once('connect', onConnect).once('error', onError);
    target.signal?.addEventListener('abort', onAbort, { once: true });
  });
}
