import { randomBytes } from 'node:crypto';
import type {
  Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Clock } from '../context.ts';
import type { Principal } from '../feature.ts';
import type * as Sdk from './sdk.ts';

interface LegacySession {
  readonly id: string;
  /** Whose token it belongs to: nobody else's opens it. */
  readonly principalId: string;
  readonly server: Server;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  lastUsedMs: number;
  streams: number;
}

/** Who asks, carried beside the request: the library never sees a token. */
export interface Asker {
  readonly principal: Principal;
  /** Where a connector says that it works. */
  readonly folder: string | undefined;
  /** Aborted when nobody waits for the answer any more, or the token counts no more. */
  readonly signal: AbortSignal;
}

export interface LegacySessionsContext {
  readonly sdk: typeof Sdk;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly createServer: (asker: Asker) => Server;
}

const idleMs = 30 * 60_000;
const perPrincipalMax = 32;
const sessionsMax = 512;
const versionHeader = 'mcp-protocol-version';

/** The sessions of clients that speak a version with a handshake: each has a server of its own and belongs to one token. */
export class LegacySessions {
  readonly #context: LegacySessionsContext;
  readonly #sessions = new Map<string, LegacySession>();

  constructor(context: LegacySessionsContext) {
    this.#context = context;
  }

  /** Those that are still used. */
  get count(): number {
    this.#endIdle();
    return this.#sessions.size;
  }

  async answer(request: Request, body: unknown, asker: Asker): Promise<Response> {
    this.#endIdle();
    const id = request.headers.get('mcp-session-id');
    if (id === null) return this.#answerWithout(request, body, asker);
    const session = this.#sessions.get(id);
    if (session?.principalId !== asker.principal.id)
      return refuse(404, { code: -32_001, message: 'Session not found' });
    session.lastUsedMs = this.#context.clock.monotonicMs();
    if (request.method === 'GET') this.#countStream(session, request.signal);
    return session.transport.handleRequest(request, { parsedBody: body });
  }

  /** The token counts no more, and with it its sessions. */
  endOf(principalId: string): void {
    for (const session of this.#sessions.values())
      if (session.principalId === principalId) this.#end(session);
  }

  dispose(): void {
    for (const session of this.#sessions.values()) this.#end(session);
  }

  #answerWithout(request: Request, body: unknown, asker: Asker): Promise<Response> | Response {
    if (request.method !== 'POST') return notAllowed();
    if (!isInitialize(body))
      return refuse(400, {
        code: -32_000,
        message: 'Bad Request: begin with initialize, or speak version 2026-07-28',
      });
    return this.#open(request, body, asker);
  }

  async #open(request: Request, body: unknown, asker: Asker): Promise<Response> {
    const { sdk, clock, createServer } = this.#context;
    const principalId = asker.principal.id;
    this.#makeRoom(principalId);
    const id = randomBytes(16).toString('hex');
    const server = createServer(asker);
    const transport = new sdk.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: () => void this.#sessions.delete(id),
    });
    await server.connect(transport);
    const lastUsedMs = clock.monotonicMs();
    this.#sessions.set(id, { id, principalId, server, transport, lastUsedMs, streams: 0 });
    const response = await transport.handleRequest(withoutVersion(request), { parsedBody: body });
    if (transport.sessionId === undefined) this.#sessions.delete(id);
    return response;
  }

  #countStream(session: LegacySession, signal: AbortSignal): void {
    session.streams += 1;
    signal.addEventListener(
      'abort',
      () => {
        session.streams -= 1;
        session.lastUsedMs = this.#context.clock.monotonicMs();
      },
      { once: true },
    );
  }

  #endIdle(): void {
    const now = this.#context.clock.monotonicMs();
    for (const session of this.#sessions.values())
      if (session.streams === 0 && now - session.lastUsedMs >= idleMs) this.#end(session);
  }

  /** The one that was used longest ago gives way. */
  #makeRoom(principalId: string): void {
    const all = [...this.#sessions.values()].toSorted((a, b) => a.lastUsedMs - b.lastUsedMs);
    const own = all.filter((session) => session.principalId === principalId);
    const [oldestOwn] = own;
    const [oldest] = all;
    if (own.length >= perPrincipalMax && oldestOwn !== undefined) this.#end(oldestOwn);
    else if (all.length >= sessionsMax && oldest !== undefined) this.#end(oldest);
  }

  #end({ id, server }: LegacySession): void {
    this.#sessions.delete(id);
    // Its transport is closed with it, and so are its streams.
    server.close().catch(isClosed);
  }
}

function isInitialize(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'method' in body && body.method === 'initialize'
  );
}

/** In a handshake the versions stand in its body; some clients say another one in the header. */
function withoutVersion(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.delete(versionHeader);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

export function refuse(
  status: number,
  error: { readonly code: number; readonly message: string },
): Response {
  return Response.json({ jsonrpc: '2.0', error, id: null }, { status });
}

export function notAllowed(): Response {
  const error = { code: -32_000, message: 'Method not allowed.' };
  return Response.json(
    { jsonrpc: '2.0', error, id: null },
    { status: 405, headers: { Allow: 'POST' } },
  );
}

function isClosed(): undefined {
  return undefined;
}
