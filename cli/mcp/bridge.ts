import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Access, GetAccess } from './access.ts';
import { readMessages } from './messages.ts';

export interface BridgeOptions {
  readonly access: GetAccess;
  /** Where the agent works. */
  readonly folder: string;
  /** Takes one message as one line. */
  readonly write: (line: string) => void;
}

/** What is read of a message that passes. */
interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: {
    readonly name?: unknown;
    readonly uri?: unknown;
    readonly requestId?: unknown;
    readonly _meta?: Readonly<Record<string, unknown>>;
  };
}

const versionKey = 'io.modelcontextprotocol/protocolVersion';
const stopLimitMs = 1000;

/** Passes messages between a pipe and the daemon's server, each of which is a request of its own there. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #running = new Map<string, AbortController>();
  readonly #stopped = new AbortController();
  #access: Promise<Access> | undefined;
  /** Of an older version: its session, and the version that both agreed on. */
  #session: string | undefined;
  #version: string | undefined;
  /** A handshake is answered before what follows it is passed on. */
  #handshake: Promise<void> = Promise.resolve();

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  take(line: string): void {
    const message = parse(line);
    if (message === undefined)
      return this.#tell(null, {
        code: -32_700,
        message: 'Parse error: a line is one JSON message.',
      });
    if (message.method === 'notifications/cancelled') this.#cancel(message.params?.requestId);
    const passed = this.#handshake.then(() => this.#pass(message, line));
    if (message.method === 'initialize') this.#handshake = passed;
  }

  /** Cancels what runs and ends the session. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const running of this.#running.values()) running.abort();
    if (this.#session === undefined) return;
    const signal = AbortSignal.timeout(stopLimitMs);
    await this.#send({ method: 'DELETE', headers: {}, signal }).catch(goneAlready);
  }

  async #pass(message: Message, body: string): Promise<void> {
    const { id } = message;
    const isRequest = id !== undefined && message.method !== undefined;
    const gone = new AbortController();
    const key = JSON.stringify(id);
    if (isRequest) this.#running.set(key, gone);
    const signal = AbortSignal.any([gone.signal, this.#stopped.signal]);
    try {
      await this.#exchange(message, body, signal);
    } catch (error) {
      if (isRequest && !signal.aborted)
        this.#tell(id, { code: -32_603, message: `Waggle: ${errorMessageOf(error)}` });
    } finally {
      if (isRequest) this.#running.delete(key);
    }
  }

  async #exchange(message: Message, body: string, signal: AbortSignal): Promise<void> {
    const headers = this.#headersOf(message);
    let response = await this.#send({ method: 'POST', headers, body, signal });
    if (response.status === 401) {
      // The daemon is another one, or the token counts no more.
      await response.body?.cancel();
      this.#access = undefined;
      response = await this.#send({ method: 'POST', headers, body, signal });
    }
    this.#session = response.headers.get('mcp-session-id') ?? this.#session;
    let isAnswered = false;
    for await (const text of readMessages(response)) {
      if (message.method === 'initialize') this.#version ??= versionIn(text);
      isAnswered = true;
      this.#options.write(text);
    }
    if (isAnswered || message.id === undefined || message.method === undefined) return;
    throw new Error(`the server answered with ${response.status}`);
  }

  async #send(request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal: AbortSignal;
  }): Promise<Response> {
    const once = async (): Promise<Response> => {
      this.#access ??= this.#options.access();
      const { url, bearer } = await this.#access;
      const session = this.#session === undefined ? {} : { 'Mcp-Session-Id': this.#session };
      const headers = { ...this.#commonHeaders(bearer), ...session, ...request.headers };
      return fetch(url, { ...request, headers });
    };
    try {
      return await once();
    } catch (error) {
      if (request.signal.aborted) throw error;
      this.#access = undefined;
      return once();
    }
  }

  #commonHeaders(bearer: string): Record<string, string> {
    const folder = Buffer.from(this.#options.folder, 'utf8').toString('base64');
    return {
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      Authorization: `Bearer ${bearer}`,
      'Waggle-Folder': `=?base64?${folder}?=`,
    };
  }

  /** What a version without sessions says beside the body as well. */
  #headersOf({ method, params }: Message): Record<string, string> {
    const version = params?._meta?.[versionKey];
    if (typeof version !== 'string')
      return this.#version === undefined ? {} : { 'MCP-Protocol-Version': this.#version };
    const name = params?.name ?? params?.uri;
    return {
      'MCP-Protocol-Version': version,
      'Mcp-Method': String(method),
      ...(typeof name === 'string' ? { 'Mcp-Name': toHeader(name) } : {}),
    };
  }

  #cancel(requestId: unknown): void {
    this.#running.get(JSON.stringify(requestId))?.abort();
  }

  #tell(id: unknown, error: { readonly code: number; readonly message: string }): void {
    this.#options.write(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }
}

function parse(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch (error) {
    return notJson(error);
  }
}

function notJson(_error: unknown): undefined {
  return undefined;
}

function versionIn(text: string): string | undefined {
  const answer = parse(text) as { readonly result?: { readonly protocolVersion?: unknown } };
  const version = answer.result?.protocolVersion;
  return typeof version === 'string' ? version : undefined;
}

/** A header holds plain characters only. */
function toHeader(name: string): string {
  if (/^[\x21-\x7e]+$/.test(name)) return name;
  return `=?base64?${Buffer.from(name, 'utf8').toString('base64')}?=`;
}

function goneAlready(): undefined {
  return undefined;
}
