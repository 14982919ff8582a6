/** MCP over HTTP, to this machine only. */
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { JsonRpcMessage, McpTransport } from './mcpClient.ts';

const maxChars = 1024 * 1024;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

interface HttpOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** @throws WaggleError `badRequest` for an address that is not of this machine: no bearer is fetched for it. */
export function refuseElsewhere(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? {};
  if (protocol !== 'http:' || !loopback.has(hostname ?? ''))
    throw new WaggleError('badRequest', 'The entry leads to another machine.');
}

export function openHttpTransport({ url, headers, signal }: HttpOptions): McpTransport {
  const own: Record<string, string> = {
    ...headers,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  };
  return {
    async exchange(message) {
      const response = await post({ url, headers: own, signal }, message);
      const session = response.headers.get('mcp-session-id');
      if (session !== null) own['Mcp-Session-Id'] = session;
      const text = await readText(response);
      if (!response.ok) throw toFailure(response.status);
      return message.id === undefined ? undefined : parseAnswer(response, text);
    },
    agree(version) {
      own['MCP-Protocol-Version'] = version;
    },
    async dispose() {
      if (own['Mcp-Session-Id'] === undefined) return;
      await fetch(url, { method: 'DELETE', headers: own, redirect: 'error' }).catch(sessionEnds);
    },
  };
}

/** The server ends it by itself when nobody uses it. */
function sessionEnds(): undefined {
  return undefined;
}

async function post(
  { url, headers, signal }: HttpOptions,
  message: JsonRpcMessage,
): Promise<Response> {
  try {
    const body = JSON.stringify(message);
    return await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new WaggleError('daemonUnreachable', `Nobody answers at ${url}: ${errorMessageOf(why)}`, {
      cause: error,
      fix: 'waggle daemon start',
    });
  }
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > maxChars) throw new WaggleError('limitReached', 'The answer is too long.');
  }
  return text;
}

function toFailure(status: number): WaggleError {
  if (status === 401 || status === 403)
    return new WaggleError('unauthenticated', `The server refuses the bearer (${status}).`, {
      fix: 'waggle tools install',
    });
  return new WaggleError('badRequest', `The server answers ${status}.`);
}

/** One JSON document, or the last message of a stream of events. */
function parseAnswer(response: Response, text: string): unknown {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const events = text
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n'),
    )
    .filter((data) => data !== '');
  try {
    return JSON.parse(isStream ? (events.at(-1) ?? '') : text);
  } catch (error) {
    throw new WaggleError('badRequest', 'The answer is no JSON.', { cause: error });
  }
}
