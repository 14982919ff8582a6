/**
 * Where clients enter: sockets, HTTP, handshake, rights, subscriptions, back-pressure. Knows methods and events by their
 * definitions only; deliberately imports no feature.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { findEvent } from '../../protocol/protocol.ts';
import type { NounName } from '../../protocol/protocol.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { closeCodes } from '../../protocol/wire/hello.ts';
import type { Clock, Logger } from '../context.ts';
import type { Publish } from '../feature.ts';
import { Connection } from './connection.ts';
import type { HandlerTable } from './dispatch.ts';
import type { Authority, FailureGuard, ServerIdentity } from './handshake.ts';
import type { ListenerOptions } from './listener.ts';
import { Listener, guardKeyOf } from './listener.ts';
import { bindLoopback, closeServer, listen } from './ports.ts';
import { createRateLimiter } from './rateLimit.ts';
import type { Route } from './routes.ts';
import { healthRoute } from './routes.ts';
import { Turns } from './turns.ts';

export type { AnyHandler, HandlerTable } from './dispatch.ts';
export type { Authority, FailureGuard, ServerIdentity } from './handshake.ts';
export type { Route, RouteAnswer, RouteRequest } from './routes.ts';

export interface GatewayOptions {
  readonly authority: Authority;
  readonly guard: FailureGuard;
  readonly identity: ServerIdentity;
  readonly log: Logger;
  readonly clock: Clock;
  /** Tests shorten it. */
  readonly pingEveryMs?: number;
}

export interface Gateway {
  readonly publish: Publish;
  /** Clients that have passed the handshake. */
  readonly clientCount: number;
  readonly onDidChangeClients: Event<number>;
  /** From now on whoever has knocked is let in; before it they wait at the door, unread. */
  serve(handlers: HandlerTable, routes?: readonly Route[]): void;
  /** Listens on the Unix socket or pipe. Throws `internal` when the file system refuses it. */
  listenLocal(path: string): Promise<void>;
  /** The first free port of `wanted` (0: any) on 127.0.0.1 and, where it exists, ::1; null when none is. */
  listenTcp(wanted: readonly number[]): Promise<number | null>;
  /** Closes every socket of a principal: its token counts no more. */
  revoke(principalId: string): void;
  /** Closes listeners and connections; a client that does not answer is cut after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export function createGateway(options: GatewayOptions): Gateway {
  return new GatewayServer(options);
}

const pingEveryMs = 15_000;

class GatewayServer implements Gateway {
  readonly #options: GatewayOptions;
  readonly #connections = new Set<Connection>();
  readonly #listeners: Listener[] = [];
  readonly #clientsChanged = new Emitter<number>();
  readonly #pinger: NodeJS.Timeout;
  readonly #rate;
  readonly #turns: Turns;
  #handlers: HandlerTable | undefined;
  #routes: readonly Route[] = [healthRoute];
  #idle: (() => void) | undefined;

  readonly onDidChangeClients = this.#clientsChanged.event;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#rate = createRateLimiter(() => options.clock.monotonicMs());
    this.#turns = new Turns(() => options.clock.monotonicMs());
    this.#pinger = setInterval(() => {
      for (const { ping } of this.#connections) this.#turns.add(ping);
    }, options.pingEveryMs ?? pingEveryMs);
    this.#pinger.unref();
  }

  get clientCount(): number {
    return [...this.#connections].filter(({ admitted }) => admitted !== undefined).length;
  }

  serve(handlers: HandlerTable, routes: readonly Route[] = []): void {
    this.#handlers = handlers;
    this.#routes = [healthRoute, ...routes];
    for (const { unproven } of this.#listeners) unproven.open();
  }

  async listenLocal(path: string): Promise<void> {
    // Whoever calls holds the lock of the data directory, so a socket that lies here belongs to nobody.
    if (process.platform !== 'win32') rmSync(path, { force: true });
    const listener = this.#createListener({ kind: 'local' }, path);
    const outcome = await listen(listener.server, { path });
    if (outcome !== 'bound')
      throw new WaggleError('internal', `The socket ${path} cannot be made (${outcome}).`);
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    this.#keep(listener);
  }

  async listenTcp(wanted: readonly number[]): Promise<number | null> {
    const v4 = this.#createListener({ kind: 'tcp', port: 0 });
    const v6 = this.#createListener({ kind: 'tcp', port: 0 });
    const bound = await bindLoopback({ v4: v4.server, v6: v6.server }, wanted);
    if (bound === undefined) return null;
    v4.setPort(bound.port);
    v6.setPort(bound.port);
    this.#keep(v4);
    if (bound.hasV6) this.#keep(v6);
    return bound.port;
  }

  #keep(listener: Listener): void {
    this.#listeners.push(listener);
    if (this.#handlers !== undefined) listener.unproven.open();
  }

  #createListener(place: Listener['place'], path?: string): Listener {
    const { authority, guard, log } = this.#options;
    const options: ListenerOptions = {
      log: log.child({ listener: place.kind }),
      routes: () => this.#routes,
      judge: {
        waitMs: (key) => guard.waitMs(key),
        fail: (key) => guard.fail(key),
        findBearer: (hex) => authority.findBearer(hex),
        isSpent: (hex) => authority.isSpent(hex),
      },
      onSocket: (socket, listener, request) =>
        this.#accept(socket, {
          listener,
          stream: request.socket,
          guardKey: guardKeyOf(listener.place, request.socket),
          endpoint: endpointOf(listener.place, path),
          onProven: () => listener.unproven.proven(request.socket),
        }),
    };
    return new Listener(place, options);
  }

  #accept(
    socket: WebSocket,
    from: {
      listener: Listener;
      stream: Duplex;
      guardKey: string;
      endpoint: string;
      onProven: () => void;
    },
  ): void {
    const { authority, guard, identity } = this.#options;
    const connectionId = randomUUID();
    const log = this.#options.log.child({ connectionId });
    const connection = new Connection({
      socket,
      stream: from.stream,
      turns: this.#turns,
      transport: from.listener.place.kind,
      handshake: {
        authority,
        guard,
        identity,
        connectionId,
        endpoint: from.endpoint,
        guardKey: from.guardKey,
      },
      dispatch: { handlers: this.#handlers ?? new Map(), rate: this.#rate, log },
      log,
      onAdmitted: ({ admitted }) => {
        from.onProven();
        log.info('Client connected', {
          kind: admitted?.kind,
          clientId: admitted?.clientId,
          principal: admitted?.principal.id,
        });
        this.#clientsChanged.fire(this.clientCount);
      },
      onClosed: (closed) => this.#forget(closed),
    });
    this.#connections.add(connection);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (connection.admitted !== undefined) this.#clientsChanged.fire(this.clientCount);
    if (this.#connections.size === 0) this.#idle?.();
  }

  readonly publish: Publish = (event, params, about) => {
    const [noun] = event.split('/') as [NounName];
    const introducedIn = findEvent(event)?.introducedIn ?? Number.POSITIVE_INFINITY;
    let encoded: Buffer | undefined;
    for (const connection of this.#connections) {
      const { admitted } = connection;
      if (admitted === undefined || !connection.isSubscribedTo(noun)) continue;
      if (introducedIn > admitted.protocol) continue;
      const { right, sessionId } = admitted.principal;
      const isOwn = sessionId !== undefined && sessionId === about?.sessionId;
      if (right === 'self' && !isOwn) continue;
      encoded ??= Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: event, params }));
      connection.addEvent(encoded);
    }
  };

  revoke(principalId: string): void {
    for (const connection of this.#connections)
      if (connection.admitted?.principal.id === principalId)
        connection.close(closeCodes.revoked, 'revoked');
  }

  async stop(graceMs: number): Promise<void> {
    clearInterval(this.#pinger);
    const listeners = this.#listeners.splice(0);
    const closed = listeners.map(({ server }) => closeServer(server));
    for (const { unproven } of listeners) unproven.clear();
    for (const connection of this.#connections) connection.close(1001, 'stopping');
    if (this.#connections.size > 0) await this.#waitUntilIdle(graceMs);
    for (const connection of this.#connections) connection.terminate();
    await Promise.all(closed);
    this.#clientsChanged.dispose();
  }

  #waitUntilIdle(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function endpointOf(place: Listener['place'], path: string | undefined): string {
  return place.kind === 'local' ? (path ?? '') : `127.0.0.1:${place.port}`;
}
