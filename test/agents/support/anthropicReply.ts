/**
 * The two ways in which Anthropic Messages answers: server-sent events, and one JSON value. Headers are sent with the first
 * thing said, so that a fault before it is an HTTP status and a fault after it is an event in the stream.
 */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { EndReason, ModelFailure, Reply } from './playback.ts';

type Block =
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> };

const stopReasons: Record<EndReason, string> = {
  end: 'end_turn',
  tool: 'tool_use',
  max: 'max_tokens',
};

/** Agents send it back unread. */
const signature = 'c2NyaXB0ZWQ=';

const usage = {
  input_tokens: 10,
  output_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

/** A whole message, as the non-streaming endpoint answers it. */
export function createMessage(model: string, content: Block[], reason: EndReason): object {
  return { ...emptyMessage(model), content, stop_reason: stopReasons[reason] };
}

function emptyMessage(model: string): object {
  const id = `msg_${randomUUID().replaceAll('-', '')}`;
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
}

function thinkingBlock(text: string): Block {
  return { type: 'thinking', thinking: text, signature };
}

function toolBlock(name: string, input: Record<string, unknown>): Block {
  return { type: 'tool_use', id: `toolu_${randomUUID().replaceAll('-', '')}`, name, input };
}

/** An error as an HTTP status with the body that Anthropic's clients read. */
export function writeFailure(response: ServerResponse, failure: ModelFailure): void {
  const { status, type, message } = failure;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, message } }));
}

/** `stream: true`. Text goes out in several deltas, as from a model. */
export class AnthropicStreamReply implements Reply {
  readonly #response: ServerResponse;
  readonly #model: string;
  #blocks = 0;

  constructor(response: ServerResponse, model: string) {
    this.#response = response;
    this.#model = model;
  }

  think(text: string): void {
    this.#writeBlock({ type: 'thinking', thinking: '', signature: '' }, [
      ...chunksOf(text).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature },
    ]);
  }

  say(text: string): void {
    const deltas = chunksOf(text).map((chunk) => ({ type: 'text_delta', text: chunk }));
    this.#writeBlock({ type: 'text', text: '' }, deltas);
  }

  callTool(name: string, input: Record<string, unknown>): void {
    const deltas = chunksOf(JSON.stringify(input)).map((chunk) => ({
      type: 'input_json_delta',
      partial_json: chunk,
    }));
    this.#writeBlock(toolBlock(name, {}), deltas);
  }

  finish(reason: EndReason): void {
    this.#begin();
    this.#write('message_delta', {
      delta: { stop_reason: stopReasons[reason], stop_sequence: null },
      usage: { output_tokens: usage.output_tokens },
    });
    this.#write('message_stop', {});
    this.#response.end();
  }

  fail(failure: ModelFailure): void {
    if (!this.#response.headersSent) return writeFailure(this.#response, failure);
    this.#write('error', { error: { type: failure.type, message: failure.message } });
    this.#response.end();
  }

  drop(): void {
    this.#response.destroy();
  }

  #writeBlock(block: Block, deltas: readonly object[]): void {
    this.#begin();
    const index = this.#blocks++;
    this.#write('content_block_start', { index, content_block: block });
    for (const delta of deltas) this.#write('content_block_delta', { index, delta });
    this.#write('content_block_stop', { index });
  }

  #begin(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
    });
    this.#write('message_start', { message: emptyMessage(this.#model) });
  }

  #write(type: string, fields: object): void {
    this.#response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  }
}

/** `stream: false`. */
export class AnthropicJsonReply implements Reply {
  readonly #response: ServerResponse;
  readonly #model: string;
  readonly #content: Block[] = [];

  constructor(response: ServerResponse, model: string) {
    this.#response = response;
    this.#model = model;
  }

  think(text: string): void {
    this.#content.push(thinkingBlock(text));
  }

  say(text: string): void {
    this.#content.push({ type: 'text', text });
  }

  callTool(name: string, input: Record<string, unknown>): void {
    this.#content.push(toolBlock(name, input));
  }

  finish(reason: EndReason): void {
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.end(JSON.stringify(createMessage(this.#model, this.#content, reason)));
  }

  fail(failure: ModelFailure): void {
    writeFailure(this.#response, failure);
  }

  drop(): void {
    this.#response.destroy();
  }
}

/** Pieces of at most 24 characters that never split a surrogate pair. */
function chunksOf(text: string): string[] {
  return text.match(/[\s\S]{1,24}/gu) ?? [];
}
