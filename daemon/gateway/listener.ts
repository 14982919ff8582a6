/** One listening server: HTTP with tight limits, the checks before everything else, and upgrades to `/ws` only. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { handshakeMaxBytes } from '../../protocol/wire/hello.ts';
import { requestMaxBytes } from '../../protocol/wire/rpc.ts';
import type { Logger } from '../context.ts';
import type { ListenerPlace, Refusal, RequestHead } from './requestCheck.ts';
import { bodyMaxBytes, findRefusal, pathOf } from './requestCheck.ts';
import type { BearerJudge, Route, RouteAnswer } from './routes.ts';
import { answerRoute, sendAnswer } from './routes.ts';
import { UnprovenSockets } from './unprovenSockets.ts';

const wsPath = '/ws';
const serverOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  keepAliveTimeout: 5000,
  requireHostHeader: false,
  insecureHTTPParser: false,
};
const connectionsMax = 2048;
// A constant of its own: `closeTimeout` is newer than the type declarations.
const socketOptions = {
  noServer: true,
  // A frame is smaller: 256 KiB and its header.
  maxPayload: requestMaxBytes,
  maxFragments: 64,
  maxBufferedChunks: 4096,
  perMessageDeflate: false,
  closeTimeout: 5000,
  skipUTF8Validation: false,
  handleProtocols: (): false => false,
};
/** Upgrade head and frame headers on top of the handshake's own 4 KiB. */
const handshakeSlackBytes = 256;

export interface ListenerOptions {
  readonly log: Logger;
  /** Those that are served now. */
  readonly routes: () => readonly Route[];
  readonly judge: BearerJudge;
  readonly onSocket: (socket: WebSocket, listener: Listener, request: IncomingMessage) => void;
}

export class Listener {
  readonly server: Server;
  readonly unproven = new UnprovenSockets();
  readonly #options: ListenerOptions;
  readonly #upgrader = new WebSocketServer(socketOptions);
  #place: ListenerPlace;

  constructor(place: ListenerPlace, options: ListenerOptions) {
    this.#place = place;
    this.#options = options;
    this.server = createServer(serverOptions, (request, response) => {
      void this.#answer(request, response).then(
        (answer) => sendAnswer(response, answer),
        (error: unknown) => {
          options.log.error('A route failed', { error });
          sendAnswer(response, { status: 500, body: {} });
        },
      );
    });
    this.server.maxHeadersCount = 64;
    this.server.maxConnections = connectionsMax;
    this.server.maxRequestsPerSocket = 1000;
    this.#guardDoor();
    this.server.on('close', () => this.unproven.clear());
    this.server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.server.on('clientError', (_error, socket) => refuseRaw(socket, 400));
  }

  /** The server's own handling of a connection begins when there is a place for it. */
  #guardDoor(): void {
    const { server } = this;
    const handlers = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) =>
      this.unproven.add(socket, () => {
        for (const handle of handlers) handle.call(server, socket);
      }),
    );
  }

  get place(): ListenerPlace {
    return this.#place;
  }

  /** The port is known only after binding. */
  setPort(port: number): void {
    this.#place = { kind: 'tcp', port };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<RouteAnswer> {
    const head = headOf(request);
    const refusal = this.#findRefusal(head, request);
    if (refusal !== undefined) return { status: refusal.status, body: {} };
    const key = guardKeyOf(this.#place, request.socket);
    const asked = {
      head,
      readBody: () => collectBody(request),
      signal: signalOf(response),
      onProven: () => this.unproven.proven(request.socket),
    };
    return answerRoute(this.#options.routes(), asked, { judge: this.#options.judge, key });
  }

  #findRefusal(head: RequestHead, request: IncomingMessage): Refusal | undefined {
    const refusal = findRefusal(head, this.#place);
    if (refusal === undefined) return undefined;
    this.#options.log.info('Request refused', { ...refusal });
    if (refusal.reason.startsWith('token'))
      this.#options.judge.fail(guardKeyOf(this.#place, request.socket));
    return refusal;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', (error) =>
      this.#options.log.debug('Upgrade failed', { error: error.message }),
    );
    const requestHead = headOf(request);
    const refusal = this.#findRefusal(requestHead, request);
    if (refusal !== undefined) return refuseRaw(socket, refusal.status);
    const isOurs = pathOf(requestHead) === wsPath && requestHead.method === 'GET';
    if (!isOurs || head.length > handshakeMaxBytes) {
      socket.destroy();
      return;
    }
    limitHandshake(socket, this.unproven);
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) =>
      this.#options.onSocket(webSocket, this, request),
    );
  }
}

/** What was sent. Undefined when it is over the limit or broke off: the answer to that closes the connection. */
function collectBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyMaxBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('close', () => resolve(undefined));
  });
}

function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** Failures count against the address; all who reach the private socket are one. */
export function guardKeyOf(place: ListenerPlace, socket: Socket): string {
  return place.kind === 'local' ? 'local' : `tcp ${socket.remoteAddress ?? 'gone'}`;
}

function headOf(request: IncomingMessage): RequestHead {
  const { httpVersion, method = '', url = '', rawHeaders } = request;
  return { httpVersion, method, target: url, rawHeaders };
}

/** Ends a socket that sends more than a handshake before it has proven itself. */
function limitHandshake(socket: Duplex, unproven: UnprovenSockets): void {
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (!unproven.has(socket)) socket.off('data', count);
    else if (bytes > handshakeMaxBytes + handshakeSlackBytes) socket.destroy();
  };
  socket.on('data', count);
}

const phrases: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
};

/** An empty answer on a raw socket, which then closes. */
function refuseRaw(socket: Duplex, status: number): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(
    `HTTP/1.1 ${status} ${phrases[status] ?? 'Refused'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
