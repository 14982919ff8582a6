/** HTTP routes: each names the right it needs, and what is not in the table does not exist. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import type { Right } from '../../protocol/wire/define.ts';
import type { Principal } from '../feature.ts';
import type { RequestHead } from './requestCheck.ts';
import { listHeader, pathOf } from './requestCheck.ts';
import { responseHeaders } from './responseHeaders.ts';

export interface RouteRequest {
  readonly head: RequestHead;
  readonly principal: Principal | undefined;
  /** The part of the path that the route's `*` stands for; empty without one. */
  readonly part: string;
  /** Parsed JSON; undefined when the request has none. */
  readonly body: unknown;
  /** Aborted when the caller is gone before it has the whole answer. */
  readonly signal: AbortSignal;
}

export interface RouteAnswer {
  readonly status: number;
  /** Sent as JSON with a status below 300. */
  readonly body: unknown;
  /** Sent as it is instead, whatever the status; its type stands in the headers. */
  readonly content?: string | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** `any`: the route itself refuses what it does not know. */
  readonly method: 'GET' | 'POST' | 'any';
  /** A last part of `*` stands for any one part. */
  readonly path: string;
  /** `open` needs no bearer; its answer is a constant. */
  readonly right: Right | 'open';
  run(request: RouteRequest): Promise<RouteAnswer> | RouteAnswer;
}

export const healthRoute: Route = {
  method: 'GET',
  path: '/healthz',
  right: 'open',
  run: () => ({ status: 200, body: { ok: true } }),
};

/** How bearers are judged; `key` is the address a failure counts against. */
export interface BearerJudge {
  waitMs(key: string): number;
  fail(key: string): void;
  findBearer(hex: string): Principal | undefined;
  /** It counted once: whoever shows it does not guess, and must not slow down others. */
  isSpent(hex: string): boolean;
}

const rank: Record<Right, number> = { self: 0, person: 1, owner: 2 };

/** Whether the highest right of a token covers what is asked. */
export function covers(has: Right, needed: Right): boolean {
  return rank[has] >= rank[needed];
}

export interface Asked {
  readonly head: RequestHead;
  /** Called only for whoever may ask. Undefined: longer than is taken. */
  readonly readBody: () => Promise<string | undefined>;
  readonly signal: AbortSignal;
  /** The caller has shown a token that counts. */
  readonly onProven: () => void;
}

/** Steps 7 to 9: credential, right, then the handler. */
export async function answerRoute(
  routes: readonly Route[],
  { head, readBody, signal, onProven }: Asked,
  { judge, key }: { readonly judge: BearerJudge; readonly key: string },
): Promise<RouteAnswer> {
  const route = findRoute(routes, head);
  if (route?.right === 'open')
    return route.run({ head, principal: undefined, part: '', body: undefined, signal });
  const waitMs = judge.waitMs(key);
  if (waitMs > 0)
    return { status: 429, body: {}, headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) } };
  const [credential] = listHeader(head, 'authorization');
  if (credential === undefined)
    return { status: 401, body: {}, headers: { 'WWW-Authenticate': 'Bearer' } };
  const hex = /^Bearer ([0-9a-f]{64})$/.exec(credential)?.[1];
  const principal = hex === undefined ? undefined : judge.findBearer(hex);
  if (principal === undefined) {
    if (hex === undefined || !judge.isSpent(hex)) judge.fail(key);
    return { status: 401, body: {}, headers: { 'WWW-Authenticate': 'Bearer' } };
  }
  onProven();
  if (route === undefined) return { status: 404, body: {} };
  if (!covers(principal.right, route.right)) return { status: 403, body: {} };
  const text = head.method === 'POST' ? await readBody() : '';
  if (text === undefined) return { status: 413, body: {} };
  const body = parseBody(text);
  if (text !== '' && body === undefined) return { status: 400, body: {} };
  return route.run({ head, principal, part: partOf(route, head), body, signal });
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function findRoute(routes: readonly Route[], head: RequestHead): Route | undefined {
  const method = head.method === 'HEAD' ? 'GET' : head.method;
  return routes.find(
    (route) =>
      (route.method === method || route.method === 'any') &&
      (route.path === pathOf(head) || (route.path.endsWith('/*') && partOf(route, head) !== '')),
  );
}

/** Undecoded: what is looked up by it has a form of its own. */
function partOf(route: Route, head: RequestHead): string {
  const base = route.path.slice(0, -1);
  const path = pathOf(head);
  if (!route.path.endsWith('/*') || !path.startsWith(base)) return '';
  const part = path.slice(base.length);
  return part.includes('/') ? '' : part;
}

/** Writes an answer with all headers of the house; the connection is closed after a refusal. */
export function sendAnswer(
  response: ServerResponse,
  { status, body, content, headers = {} }: RouteAnswer,
): void {
  const json = status < 300 && content === undefined ? JSON.stringify(body) : '';
  const text = typeof content === 'string' ? content : json;
  response.writeHead(status, {
    ...responseHeaders,
    ...(json === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    ...(content instanceof ReadableStream ? {} : { 'Content-Length': Buffer.byteLength(text) }),
    ...(status < 400 ? {} : { Connection: 'close' }),
    ...headers,
  });
  if (content instanceof ReadableStream) void streamTo(response, content);
  else response.end(text);
}

/** As fast as the caller reads; whoever makes it is told when nobody reads any more. */
async function streamTo(
  response: ServerResponse,
  content: ReadableStream<Uint8Array>,
): Promise<void> {
  response.flushHeaders();
  await pipeline(Readable.fromWeb(content), response).catch(callerIsGone);
}

/** The stream was cancelled with it; there is nobody to tell. */
function callerIsGone(): undefined {
  return undefined;
}
