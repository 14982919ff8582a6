/** The face of a connection as its holders see it, and what opening one takes. */
import type { Socket } from 'node:net';
import type {
  EventName,
  EventParams,
  MethodName,
  MethodParams,
  MethodResult,
} from '../../protocol/protocol.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Event, Listener } from '../../protocol/wire/emitter.ts';
import type { WaggleError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import type { clientKinds } from '../../protocol/wire/hello.ts';
import type { HomePaths } from '../home/home.ts';

export type ClientKind = (typeof clientKinds)[number];

export interface ConnectOptions {
  readonly paths: HomePaths;
  readonly kind: ClientKind;
  /** One window or terminal, kept over reconnects. */
  readonly clientId: string;
  readonly clientVersion?: string;
  /** `<id>.<64 hex>` of a session. Absent: the owner's token from its file. */
  readonly token?: string;
  /** `socket` (default) falls back to nothing; `tcp` uses `ws://127.0.0.1:<port>` of the runtime file. */
  readonly via?: 'socket' | 'tcp';
  /** With `tcp`: how that port is reached. Whatever is in between, the daemon proves that the port is its own. */
  readonly dialTcp?: (port: number) => Socket;
  /** Inside a session: the socket of `WAGGLE_SOCKET`, used when no runtime file can be read. */
  readonly socket?: string;
  readonly signal?: AbortSignal;
  /** A connection that brings nothing for so long is given up. Default: 40,000 over TCP; never over the socket. */
  readonly silenceMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default 30,000; 0 waits for ever. */
  readonly timeoutMs?: number;
}

/** What the daemon said of itself in the handshake. */
export interface DaemonInfo {
  /** The version both sides agreed on. */
  readonly protocol: number;
  readonly serverVersion: string;
  readonly endpoint: string;
  readonly pid: number;
  readonly startTime: number;
  readonly principal: string;
  readonly connectionId: string;
  readonly transport: 'local' | 'tcp';
}

/** Why the connection is gone. `error` is typed by the close code; `daemonUnreachable` when it just broke. */
export interface LinkClosed {
  readonly code: number;
  readonly error: WaggleError;
}

export interface DaemonLink extends Disposable {
  readonly info: DaemonInfo;
  readonly isClosed: boolean;
  readonly onDidClose: Event<LinkClosed>;
  /** Rejects with the daemon's typed error, `timeout`, or `daemonUnreachable` when the connection goes first. */
  call<M extends MethodName>(
    method: M,
    params: MethodParams<M>,
    options?: CallOptions,
  ): Promise<MethodResult<M>>;
  onEvent<E extends EventName>(event: E, listener: Listener<EventParams<E>>): Disposable;
  /** Frames of a channel that `session/attach` opened; those that came before the listener are kept for it. */
  onFrame(channel: number, listener: Listener<Frame>): Disposable;
  /** False: more than 4 MiB wait; go on after `onceDrained`. */
  send(frame: Partial<Frame> & Pick<Frame, 'kind' | 'channel'>): boolean;
  onceDrained(run: () => void): void;
}
