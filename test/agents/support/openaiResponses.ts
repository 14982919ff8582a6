/**
 * OpenAI Responses, as Codex speaks it: streaming turns whose items come whole. Reads what a script needs and lets
 * everything else in a request pass.
 */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Answer, Dialect, ModelRequest, ModelTurn } from './dialect.ts';
import type { EndReason, ModelFailure, Reply } from './playback.ts';

const partSchema = z.looseObject({ type: z.string(), text: z.string().optional() });
const itemSchema = z.looseObject({
  type: z.string().default('message'),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(partSchema)]).nullish(),
});
const bodySchema = z.looseObject({
  model: z.string().default('unknown'),
  prompt_cache_key: z.string().optional(),
  input: z.array(itemSchema),
});
type Item = z.infer<typeof itemSchema>;

export const openaiResponses: Dialect = { findAnswer, writeFailure };

function findAnswer(request: ModelRequest): Answer | undefined {
  if (request.method !== 'POST' || request.path !== '/v1/responses') return undefined;
  const body = bodySchema.parse(request.body);
  const turn = readTurn(body);
  return { kind: 'turn', turn, createReply: (response) => new ResponsesReply(response) };
}

/** Codex names a talk by a turn of its own that quotes the prompt: its script must not run. */
const naming = /^Generate a concise, single-line task title/;

function readTurn({
  model,
  input,
  prompt_cache_key: key = 'unnamed',
}: z.infer<typeof bodySchema>): ModelTurn {
  const promptIndex = input.findLastIndex((item) => promptOf(item) !== '');
  const found = input[promptIndex];
  const prompt = found === undefined ? '' : promptOf(found);
  const isNaming = naming.test(prompt);
  const later = input.slice(promptIndex + 1);
  return {
    conversation: isNaming ? `${key}#title` : key,
    model,
    prompt: isNaming ? '[[say Fake title]]' : prompt,
    promptIndex,
    answered: later.filter(({ type }) => type.endsWith('_call_output')).length,
  };
}

/** What a person wrote; Codex puts what it tells the model of itself into tags. */
function promptOf({ type, role, content }: Item): string {
  if (type !== 'message' || role !== 'user') return '';
  const text =
    typeof content === 'string'
      ? content
      : (content ?? []).map((part) => part.text ?? '').join('\n');
  const prompt = text.trim();
  return prompt.startsWith('<') || prompt.startsWith('# AGENTS.md') ? '' : prompt;
}

function writeFailure(response: ServerResponse, { status, type, message }: ModelFailure): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { type, message, code: type } }));
}

class ResponsesReply implements Reply {
  readonly #response: ServerResponse;
  readonly #id = `resp_${randomUUID().replaceAll('-', '')}`;
  #items = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  think(text: string): void {
    this.#begin();
    const id = newId('rs');
    const place = { output_index: this.#items, item_id: id, summary_index: 0 };
    const part = { type: 'summary_text', text };
    const added = { type: 'reasoning', id, summary: [] };
    this.#write('response.output_item.added', { output_index: this.#items, item: added });
    const begun = { ...place, part: { ...part, text: '' } };
    this.#write('response.reasoning_summary_part.added', begun);
    this.#write('response.reasoning_summary_text.delta', { ...place, delta: text });
    this.#write('response.reasoning_summary_text.done', { ...place, text });
    const item = { ...added, summary: [part] };
    this.#write('response.output_item.done', { output_index: this.#items, item });
    this.#items += 1;
  }

  say(text: string): void {
    const content = [{ type: 'output_text', text, annotations: [] }];
    this.#writeItem({ type: 'message', role: 'assistant', id: newId('msg'), content });
  }

  callTool(name: string, input: Record<string, unknown>): void {
    const call = { ...toNamed(name), arguments: JSON.stringify(input), call_id: newId('call') };
    this.#writeItem({ type: 'function_call', id: newId('fc'), ...call });
  }

  finish(_reason: EndReason): void {
    this.#begin();
    const usage = { input_tokens: 10, output_tokens: 10, total_tokens: 20 };
    this.#write('response.completed', { response: { id: this.#id, usage } });
    this.#response.end();
  }

  fail(failure: ModelFailure): void {
    if (!this.#response.headersSent) return writeFailure(this.#response, failure);
    const error = { code: failure.type, message: failure.message };
    this.#write('response.failed', { response: { id: this.#id, error } });
    this.#response.end();
  }

  drop(): void {
    this.#response.destroy();
  }

  #writeItem(item: object): void {
    this.#begin();
    const place = { output_index: this.#items, item };
    this.#items += 1;
    this.#write('response.output_item.added', place);
    this.#write('response.output_item.done', place);
  }

  #begin(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#write('response.created', { response: { id: this.#id } });
  }

  #write(type: string, fields: object): void {
    this.#response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  }
}

/** `mcp__server/tool`: Codex keeps the tools of a server in a namespace. */
function toNamed(name: string): { readonly name: string; readonly namespace?: string } {
  const [namespace = '', tool] = name.split('/');
  return tool === undefined ? { name } : { namespace, name: tool };
}

function newId(kind: string): string {
  return `${kind}_${randomUUID().replaceAll('-', '')}`;
}
