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
const initialized = 'notifications/initialized';
const initializedLine = JSON.stringify({ jsonrpc: '2.0', method: initialized });

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
  /** Said again when the server knows the session no more: it is another one, or nothing was asked for long. */
  #initialize: string | undefined;
  #renewing: Promise<void> | undefined;

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
    if (message.method !== 'initialize') return;
    this.#handshake = passed;
    this.#initialize = line;
  }

  /** Cancels what runs and ends the session. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const running of this.#running.values()) running.abort();
    if (this.#session === undefined) return;
    const signal = AbortSignal.timeout(stopLimitMs);
    const headers = sessionHeader(this.#session);
    await this.#send({ method: 'DELETE', headers, signal }).catch(goneAlready);
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
    await this.#renewing;
    const session = message.method === 'initialize' ? undefined : this.#session;
    let response = await this.#post(message, body, signal);
    if (response.status === 404 && session !== undefined) {
      await response.body?.cancel();
      await this.#renew(session);
      response = await this.#post(message, body, signal);
    }
    if (message.method === 'initialize')
      this.#session = response.headers.get('mcp-session-id') ?? undefined;
    let isAnswered = false;
    for await (const text of readMessages(response)) {
      if (message.method === 'initialize') this.#version ??= versionIn(text);
      isAnswered = true;
      this.#options.write(response.ok ? text : withId(text, message.id));
    }
    if (isAnswered || message.id === undefined || message.method === undefined) return;
    throw new Error(`the server answered with ${response.status}`);
  }

  async #post(message: Message, body: string, signal: AbortSignal): Promise<Response> {
    const session = message.method === 'initialize' ? undefined : this.#session;
    const headers = { ...this.#headersOf(message), ...sessionHeader(session) };
    const response = await this.#send({ method: 'POST', headers, body, signal });
    if (response.status !== 401) return response;
    // The daemon is another one, or the token counts no more.
    await response.body?.cancel();
    this.#access = undefined;
    return this.#send({ method: 'POST', headers, body, signal });
  }

  /** Another session instead of `gone`; once for all who miss it. */
  async #renew(gone: string): Promise<void> {
    if (this.#renewing === undefined && this.#session !== gone) return;
    this.#renewing ??= this.#beginAgain().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #beginAgain(): Promise<void> {
    if (this.#initialize === undefined) return;
    const { signal } = this.#stopped;
    const response = await this.#post({ method: 'initialize' }, this.#initialize, signal);
    if (!response.ok) throw new Error(`the server answered with ${response.status}`);
    for await (const text of readMessages(response)) this.#version = versionIn(text);
    this.#session = response.headers.get('mcp-session-id') ?? undefined;
    const told = await this.#post({ method: initialized }, initializedLine, signal);
    await told.body?.cancel();
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
      const headers = { ...this.#commonHeaders(bearer), ...request.headers };
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

/** What is refused before it is read has no id: who waits for the answer would wait for ever. */
function withId(text: string, id: unknown): string {
  const answer = parse(text) as { readonly id?: unknown } | undefined;
  const isOf = answer?.id !== undefined && answer.id !== null;
  return answer === undefined || isOf || id === undefined
    ? text
    : JSON.stringify({ ...answer, id });
}

function versionIn(text: string): string | undefined {
  const answer = parse(text) as { readonly result?: { readonly protocolVersion?: unknown } };
  const version = answer.result?.protocolVersion;
  return typeof version === 'string' ? version : undefined;
}

function sessionHeader(session: string | undefined): Record<string, string> {
  return session === undefined ? {} : { 'Mcp-Session-Id': session };
}

/** A header holds plain characters only. */
function toHeader(name: string): string {
  if (/^[\x21-\x7e]+$/.test(name)) return name;
  return `=?base64?${Buffer.from(name, 'utf8').toString('base64')}?=`;
}

function goneAlready(): undefined {
  return undefined;
}
