/**
 * The decision about every request and upgrade before anything of it is used: pure, in a fixed order, closed by default.
 * Steps 1 to 6 of the order; whom the bearer stands for is decided after it.
 */

/** Where a listener stands; `port` is what the Host and Origin headers must name. */
export type ListenerPlace =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'local' };

/** The head of a request as the parser found it. `rawHeaders`: names and values in turn. */
export interface RequestHead {
  readonly httpVersion: string;
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

export interface Refusal {
  readonly status: 400 | 403 | 405 | 413 | 415;
  /** For the log, a constant. */
  readonly reason: string;
}

export const bodyMaxBytes = 256 * 1024;
/** The only Host that the daemon's own socket takes. */
const localHostHeader = 'waggle';
const targetMaxChars = 4096;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const bodyMethods = new Set(['POST', 'PUT', 'PATCH']);
const tokenNames = /^(?:token|access_token|auth|authorization|bearer|ticket|key)$/i;
const tokenValue = /(?:^|[=.\s"])[0-9a-f]{64}(?:$|[;\s"])/i;

/** Undefined: the request may go on. */
export function findRefusal(head: RequestHead, place: ListenerPlace): Refusal | undefined {
  return (
    checkLine(head) ??
    checkHost(head, place) ??
    checkOrigin(head, place) ??
    checkFetchSite(head) ??
    checkMethod(head) ??
    checkBody(head) ??
    checkStrayTokens(head)
  );
}

/** Every value of a header, in order. */
export function listHeader({ rawHeaders }: RequestHead, name: string): string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}

/** The path without its query. */
export function pathOf({ target }: RequestHead): string {
  const cut = target.indexOf('?');
  return cut < 0 ? target : target.slice(0, cut);
}

function checkLine({ httpVersion, method, target }: RequestHead): Refusal | undefined {
  if (httpVersion !== '1.1') return { status: 400, reason: 'HTTP version' };
  if (!methods.has(method)) return { status: 400, reason: 'method' };
  const isPath = target.startsWith('/') && target.length <= targetMaxChars;
  if (!isPath || /[\\\u0000-\u0020\u007f]/.test(target)) return { status: 400, reason: 'target' };
  return undefined;
}

function checkHost(head: RequestHead, place: ListenerPlace): Refusal | undefined {
  const hosts = listHeader(head, 'host');
  const [host] = hosts;
  const isKnown = host !== undefined && listHosts(place).includes(host.toLowerCase());
  return hosts.length === 1 && isKnown ? undefined : { status: 403, reason: 'host' };
}

function listHosts(place: ListenerPlace): string[] {
  if (place.kind === 'local') return [localHostHeader];
  return [`127.0.0.1:${place.port}`, `localhost:${place.port}`, `[::1]:${place.port}`];
}

function checkOrigin(head: RequestHead, place: ListenerPlace): Refusal | undefined {
  const origins = listHeader(head, 'origin');
  const [origin] = origins;
  if (origin === undefined) return undefined;
  const own = place.kind === 'local' ? [] : listHosts(place).map((host) => `http://${host}`);
  return origins.length === 1 && own.includes(origin)
    ? undefined
    : { status: 403, reason: 'origin' };
}

function checkFetchSite(head: RequestHead): Refusal | undefined {
  const sites = listHeader(head, 'sec-fetch-site');
  const refused: Refusal = { status: 403, reason: 'fetch site' };
  if (!sites.every((site) => site === 'same-origin' || site === 'none')) return refused;
  const isNavigation = listHeader(head, 'sec-fetch-mode').includes('navigate');
  if (!isNavigation) return undefined;
  const path = pathOf(head);
  const isPage = head.method === 'GET' && (path === '/' || path.startsWith('/assets/'));
  return isPage ? undefined : refused;
}

function checkMethod({ method }: RequestHead): Refusal | undefined {
  return method === 'OPTIONS' ? { status: 405, reason: 'method' } : undefined;
}

function checkBody(head: RequestHead): Refusal | undefined {
  const lengths = listHeader(head, 'content-length');
  const isChunked = listHeader(head, 'transfer-encoding').length > 0;
  const length = Number(lengths[0] ?? 0);
  const hasBody = bodyMethods.has(head.method) || length > 0 || isChunked;
  if (!hasBody) return undefined;
  const types = listHeader(head, 'content-type');
  const isJson = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(types[0] ?? '');
  if (types.length !== 1 || !isJson) return { status: 415, reason: 'content type' };
  if (length > bodyMaxBytes) return { status: 413, reason: 'length' };
  return undefined;
}

/** Tokens travel in one header only: elsewhere they end in logs, histories and referrers. */
function checkStrayTokens(head: RequestHead): Refusal | undefined {
  const cut = head.target.indexOf('?');
  const query = new URLSearchParams(cut < 0 ? '' : head.target.slice(cut + 1));
  const inQuery = [...query].some(
    ([name, value]) => tokenNames.test(name) || tokenValue.test(value),
  );
  if (inQuery) return { status: 400, reason: 'token in query' };
  const inCookie = listHeader(head, 'cookie').some((cookie) => tokenValue.test(cookie));
  if (inCookie) return { status: 400, reason: 'token in cookie' };
  if (listHeader(head, 'authorization').length > 1)
    return { status: 400, reason: 'two credentials' };
  return undefined;
}
