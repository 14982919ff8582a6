import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { Logger } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { RouteAnswer, RouteRequest } from '../gateway/gateway.ts';
import type { CallerFacts } from './calling.ts';
import type { Asker, LegacySessionsContext } from './legacySessions.ts';
import { LegacySessions, notAllowed } from './legacySessions.ts';
import type { ServerParts } from './server.ts';
import { createServer, versions } from './server.ts';

export interface ServingContext extends ServerParts, Pick<LegacySessionsContext, 'clock'> {
  readonly log: Logger;
  /** What the caller may do and where it works, as it is now. */
  readFacts(principal: Principal, folder: string | undefined): Promise<CallerFacts>;
}

/** Headers that are the gateway's or nobody's business behind it. */
const heldBack = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'host',
  'transfer-encoding',
]);
const [newestVersion = ''] = versions;
const versionHeader = 'mcp-protocol-version';

/** Answers requests to `/mcp` that the gateway has let in: the newest version first, older ones in sessions. */
export class Serving {
  readonly #context: ServingContext;
  readonly #modern: McpHttpHandler;
  readonly #legacy: LegacySessions;
  /** Requests that are being answered, to cut them when their token is revoked. */
  readonly #open = new Map<AbortController, string>();

  constructor(context: ServingContext) {
    this.#context = context;
    const { sdk, clock } = context;
    this.#modern = sdk.createMcpHandler(
      ({ authInfo }) => this.#createServer(authInfo?.extra?.['asker'] as Asker, 'once'),
      {
        legacy: 'reject',
        maxSubscriptions: 64,
        onerror: (error) =>
          context.log.debug('An MCP request was refused', { error: error.message }),
      },
    );
    this.#legacy = new LegacySessions({
      sdk,
      clock,
      createServer: (asker) => this.#createServer(asker, 'session'),
    });
  }

  async answer({ head, principal, body, signal }: RouteRequest): Promise<RouteAnswer> {
    if (principal === undefined) return { status: 401, body: {} };
    const cut = new AbortController();
    const leave = (): void => cut.abort();
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    const headers = toHeaders(head);
    const asker = { principal, folder: readFolder(headers), signal: cut.signal };
    this.#open.set(cut, principal.id);
    const done = (): void => {
      signal.removeEventListener('abort', leave);
      this.#open.delete(cut);
    };
    try {
      return await toAnswer(await this.#respond({ head, headers, body }, asker), cut.signal, done);
    } catch (error) {
      done();
      throw error;
    }
  }

  /** Somebody waits for an answer, or has a session. */
  get isBusy(): boolean {
    return this.#open.size > 0 || this.#legacy.count > 0;
  }

  /** Cuts everything of a token that counts no more. */
  revoke(principalId: string): void {
    for (const [cut, id] of this.#open) if (id === principalId) cut.abort();
    this.#legacy.endOf(principalId);
  }

  async stop(): Promise<void> {
    for (const cut of this.#open.keys()) cut.abort();
    this.#legacy.dispose();
    await this.#modern.close();
  }

  async #respond({ head, headers, body }: Asked, asker: Asker): Promise<Response> {
    const { sdk } = this.#context;
    const { method, target } = head;
    const url = `http://127.0.0.1${target}`;
    const isNewest = headers.get(versionHeader) === newestVersion;
    if (method !== 'POST' && (isNewest || method === 'HEAD')) return notAllowed();
    // Without the signal, which the asker carries: following one costs more than the rest of the request.
    const request = new Request(url, { method, headers });
    if (!isNewest && (await sdk.isLegacyRequest(request, body))) {
      const { signal } = asker;
      return this.#legacy.answer(new Request(url, { method, headers, signal }), body, asker);
    }
    const authInfo = { token: '', clientId: asker.principal.id, scopes: [], extra: { asker } };
    return this.#modern.fetch(request, { authInfo, parsedBody: body });
  }

  #createServer({ principal, folder, signal }: Asker, lives: 'once' | 'session') {
    return createServer(this.#context, {
      readFacts: () => this.#context.readFacts(principal, folder),
      signal: lives === 'once' ? signal : undefined,
    });
  }
}

interface Asked {
  readonly head: RouteRequest['head'];
  readonly headers: Headers;
  readonly body: unknown;
}

function toHeaders({ rawHeaders }: RouteRequest['head']): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]];
    if (!heldBack.has(name.toLowerCase())) headers.append(name, value);
  }
  return headers;
}

/** Where a connector works: a path, or `=?base64?…?=` of its UTF-8. */
function readFolder(headers: Headers): string | undefined {
  const value = headers.get('waggle-folder');
  if (value === null || value === '') return undefined;
  const encoded = /^=\?base64\?([A-Za-z0-9+/=]+)\?=$/.exec(value)?.[1];
  return encoded === undefined ? value : Buffer.from(encoded, 'base64').toString('utf8');
}

/** `done` when all of it is sent, or nobody reads it any more. */
async function toAnswer(
  response: Response,
  cut: AbortSignal,
  done: () => void,
): Promise<RouteAnswer> {
  const headers = toAnswerHeaders(response.headers);
  const { status, body } = response;
  const isStreamed = body !== null && isStream(response.headers);
  if (isStreamed)
    return { status, body: undefined, content: watched(body, { cut, done }), headers };
  // What is whole already is sent as one piece.
  const content = await response.text();
  done();
  return { status, body: undefined, content, headers };
}

function isStream(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}

const ourHeaders = new Set(['content-type', 'mcp-session-id', 'allow']);

function toAnswerHeaders(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(([name]) => ourHeaders.has(name));
  return { ...Object.fromEntries(kept), 'X-Accel-Buffering': 'no' };
}

/** The same stream until it is cut; `done` when it ended or nobody reads it any more. */
function watched(
  body: ReadableStream<Uint8Array>,
  { cut, done }: { readonly cut: AbortSignal; readonly done: () => void },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const end = (): void => {
    done();
    reader.cancel().catch(isOver);
  };
  return new ReadableStream({
    start(controller) {
      cut.addEventListener('abort', () => controller.error(cut.reason), { once: true });
    },
    async pull(controller) {
      const { done: hasEnded, value } = await reader.read();
      if (cut.aborted) return end();
      if (value !== undefined) controller.enqueue(value);
      if (!hasEnded) return;
      done();
      controller.close();
    },
    cancel: end,
  });
}

function isOver(): undefined {
  return undefined;
}
