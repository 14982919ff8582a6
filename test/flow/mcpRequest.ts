/** A client of `/mcp` without manners: says what it likes in headers and body, and cuts its connection when it wants. */
import { connect } from 'node:net';
import { z } from 'zod';

export interface Said {
  readonly status: number;
  readonly head: string;
  /** The last message of the answer; undefined when there is none. */
  readonly message: JsonRpcAnswer | undefined;
  readonly text: string;
}

const answerSchema = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z
    .object({ code: z.number(), message: z.string(), data: z.unknown().optional() })
    .optional(),
});
export type JsonRpcAnswer = z.infer<typeof answerSchema>;

export interface Ask {
  readonly port: number;
  readonly token?: string | undefined;
  readonly method?: string;
  readonly body?: unknown;
  /** Replace or add headers; an empty value leaves one out. */
  readonly headers?: Readonly<Record<string, string>>;
}

const version = '2026-07-28';

/** A request of the newest version with everything that it has to say. */
export function modern(method: string, params: Record<string, unknown> = {}, id: unknown = 1) {
  return {
    jsonrpc: '2.0',
    id,
    method,
    params: {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': version,
        'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
        ...(params['_meta'] as object | undefined),
      },
    },
  };
}

export function call(name: string, given: object = {}, more: Record<string, unknown> = {}) {
  return modern('tools/call', { name, arguments: given, ...more });
}

/** The headers that go with such a body. */
function headersOf(body: unknown): Record<string, string> {
  const { method, params } = body as { method?: string; params?: Record<string, unknown> };
  const isModern = params?.['_meta'] !== undefined;
  const name = params?.['name'] ?? params?.['uri'];
  return {
    Accept: 'application/json, text/event-stream',
    ...(isModern ? { 'MCP-Protocol-Version': version, 'Mcp-Method': String(method) } : {}),
    ...(isModern && typeof name === 'string' ? { 'Mcp-Name': name } : {}),
  };
}

function linesOf({ port, token, method = 'POST', body, headers = {} }: Ask): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const all: Record<string, string> = {
    Host: `127.0.0.1:${port}`,
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(text === '' ? {} : { 'Content-Type': 'application/json', ...headersOf(body) }),
    ...(text === '' ? {} : { 'Content-Length': String(Buffer.byteLength(text)) }),
    Connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== '');
  return `${method} /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`;
}

/** The answer, or what came of it until `cutAfter` bytes, when the connection is cut. */
export async function ask(request: Ask, cutAfter = Infinity): Promise<Said> {
  const socket = connect(request.port, '127.0.0.1');
  socket.setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (text.length >= cutAfter) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(linesOf(request));
  await closed;
  return read(text);
}

function read(text: string): Said {
  const at = text.indexOf('\r\n\r\n');
  const head = at < 0 ? text : text.slice(0, at);
  const body = unchunk(head, at < 0 ? '' : text.slice(at + 4));
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
  const json = /text\/event-stream/i.test(head)
    ? (body.split('\n').findLast((line) => line.startsWith('data: ')) ?? '').slice(6)
    : body;
  return { status, head, text, message: parse(json) };
}

function unchunk(head: string, body: string): string {
  if (!/transfer-encoding: chunked/i.test(head)) return body;
  return body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/gi, '');
}

function parse(json: string): JsonRpcAnswer | undefined {
  if (!json.trim().startsWith('{')) return undefined;
  return answerSchema.parse(JSON.parse(json));
}

/** What a tool gave back: its values, or its error's code. */
export function outcomeOf({ message }: Said): unknown {
  const { result } = message ?? {};
  if (result === undefined) return undefined;
  if (result['isError'] !== true) return result['structuredContent'];
  const [first] = z.array(z.object({ text: z.string() })).parse(result['content']);
  const told = z
    .object({ error: z.object({ code: z.string() }) })
    .parse(JSON.parse(first?.text ?? ''));
  return told.error.code;
}
