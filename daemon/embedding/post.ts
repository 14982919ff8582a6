/** One JSON request to an embedding service: no redirects, no proxy, bounded in time and size. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Endpoint } from './address.ts';
import { lookupWithin, parseEndpoint } from './address.ts';
import { EmbeddingFailure } from './failure.ts';

export interface PostRequest {
  /** Checked by `parseEndpoint`. */
  readonly url: string;
  readonly body: object;
  /** Sent as a bearer; undefined for none. */
  readonly key: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const answerMaxBytes = 32 * 1024 * 1024;
const saidMaxChars = 200;
const retryAfterMaxMs = 600_000;

/** The parsed answer. @throws EmbeddingFailure; the reason of the signal when that ended it. */
export async function postJson(asked: PostRequest): Promise<unknown> {
  const endpoint = parseEndpoint(asked.url);
  if (asked.key !== undefined && !endpoint.isConfidential)
    throw new EmbeddingFailure('key', 'The key is not sent in the clear.', {
      fix: 'Use https:, or forget the key.',
    });
  const limit = AbortSignal.timeout(asked.timeoutMs);
  const signal = AbortSignal.any([asked.signal, limit]);
  try {
    const response = await send(endpoint, asked, signal);
    const text = await readText(response, signal);
    return judge(response, text, asked);
  } catch (error) {
    if (asked.signal.aborted) throw asked.signal.reason;
    if (limit.aborted) throw hangs(asked.timeoutMs, error);
    throw error instanceof EmbeddingFailure ? error : unreachable(endpoint.url, error);
  }
}

function send(
  endpoint: Endpoint,
  { body, key }: PostRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const bytes = Buffer.from(JSON.stringify(body));
  const request = endpoint.url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(
      endpoint.url,
      {
        method: 'POST',
        agent: false,
        signal,
        lookup: lookupWithin(endpoint),
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'content-length': bytes.length,
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
      },
      resolve,
    );
    sent.once('error', reject);
    sent.end(bytes);
  });
}

async function readText(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    signal.throwIfAborted();
    bytes += (part as Buffer).length;
    if (bytes > answerMaxBytes) {
      response.destroy();
      throw new EmbeddingFailure('answer', 'The embedding service answers with too much.');
    }
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function judge(response: IncomingMessage, text: string, { key }: PostRequest): unknown {
  const { statusCode: status = 0 } = response;
  const parsed = parse(text);
  if (status >= 200 && status < 300) {
    if (parsed !== undefined) return parsed;
    throw new EmbeddingFailure('answer', 'The embedding service does not answer in JSON.', {
      fix: 'Check its address: it is the one that ends before /embeddings.',
    });
  }
  const said = quote(saidIn(parsed), key);
  throw failureOf({ status, said, retryAfterMs: retryAfterOf(response) });
}

interface Refusal {
  readonly status: number;
  readonly said: string;
  readonly retryAfterMs: number | undefined;
}

function failureOf({ status, said, retryAfterMs }: Refusal): EmbeddingFailure {
  const message = `The embedding service answers ${status}${said}.`;
  const patience = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 401 || status === 403)
    return new EmbeddingFailure('key', message, { fix: 'Check the key and what it may do.' });
  if (status === 404)
    return new EmbeddingFailure('model', message, { fix: 'Check the address and the model.' });
  if (status === 429) return new EmbeddingFailure('busy', message, patience);
  if (status === 400 || status === 413 || status === 422)
    return new EmbeddingFailure('text', message, { fix: 'Check the model.' });
  if (status >= 300 && status < 400)
    return new EmbeddingFailure('address', 'The embedding service sends us elsewhere.', {
      fix: 'Give the address that it really has.',
    });
  return new EmbeddingFailure('answer', message, patience);
}

function retryAfterOf({ headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds * 1000, retryAfterMaxMs)
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return noJson(error);
  }
}

function noJson(_error: unknown): undefined {
  return undefined;
}

/** `{ error: 'text' }` and `{ error: { message: 'text' } }`. */
function saidIn(parsed: unknown): string {
  const error = fieldOf(parsed, 'error');
  const said = fieldOf(error, 'message') ?? error ?? fieldOf(parsed, 'message');
  return typeof said === 'string' ? said : '';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** What the service says is data, and some repeat the key in it. */
function quote(said: string, key: string | undefined): string {
  const hidden = key === undefined ? said : said.replaceAll(key, '[secret]');
  const line = toPlainLine(hidden, saidMaxChars).replace(/[.\s]+$/u, '');
  return line === '' ? '' : `: ${line}`;
}

function hangs(timeoutMs: number, cause: unknown): EmbeddingFailure {
  const message = `The embedding service does not answer within ${timeoutMs / 1000} s.`;
  const fix = 'Check that it runs; search goes on by words meanwhile.';
  return new EmbeddingFailure('timeout', message, { cause, fix });
}

function unreachable({ host }: URL, cause: unknown): EmbeddingFailure {
  const said = toPlainLine(errorMessageOf(cause), saidMaxChars);
  const message = `The embedding service at ${toPlainLine(host, 80)} cannot be reached: ${said}.`;
  return new EmbeddingFailure('network', message, { cause, fix: 'Check that it runs.' });
}
