/**
 * Gemini's contents, as Gemini CLI speaks it: streaming turns, and side questions that are answered at once. Reads what a
 * script needs and lets everything else in a request pass.
 */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Answer, Dialect, ModelRequest, ModelTurn } from './dialect.ts';
import type { EndReason, ModelFailure, Reply } from './playback.ts';

const partSchema = z.looseObject({
  text: z.string().optional(),
  functionResponse: z.unknown().optional(),
});
const contentSchema = z.looseObject({
  role: z.string().optional(),
  parts: z.array(partSchema).default([]),
});
const bodySchema = z.looseObject({ contents: z.array(contentSchema) });
type Content = z.infer<typeof contentSchema>;

export const geminiContents: Dialect = { findAnswer, writeFailure };

function findAnswer(request: ModelRequest): Answer | undefined {
  const [, model, verb] = /^\/v1beta\/models\/([^:]+):(\w+)$/.exec(request.path) ?? [];
  if (request.method !== 'POST' || model === undefined) return undefined;
  if (verb === 'countTokens') return { kind: 'value', value: { totalTokens: 10 } };
  if (verb === 'generateContent')
    return { kind: 'value', value: toChunk([{ text: '{}' }], 'STOP') };
  if (verb !== 'streamGenerateContent') return undefined;
  const turn = readTurn(model, bodySchema.parse(request.body).contents);
  return { kind: 'turn', turn, createReply: (response) => new GeminiReply(response) };
}

function readTurn(model: string, contents: readonly Content[]): ModelTurn {
  const promptIndex = contents.findLastIndex((content) => promptOf(content) !== '');
  const found = contents[promptIndex];
  const later = contents.slice(promptIndex + 1);
  return {
    conversation: 'gemini',
    model,
    prompt: found === undefined ? '' : promptOf(found),
    promptIndex,
    answered: later.filter(({ parts }) => parts.some((part) => part.functionResponse !== undefined))
      .length,
  };
}

/** What a person wrote; results of tools come in the person's name too. */
function promptOf({ role, parts }: Content): string {
  if (role !== 'user' || parts.some((part) => part.functionResponse !== undefined)) return '';
  const text = parts.map((part) => part.text ?? '').join('\n');
  return text.includes('[[') ? text.slice(text.indexOf('[[')) : '';
}

function writeFailure(response: ServerResponse, { status, type, message }: ModelFailure): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code: status, status: type, message } }));
}

function toChunk(parts: readonly object[], finishReason?: string): object {
  const content = { role: 'model', parts };
  const candidate = { index: 0, content, ...(finishReason === undefined ? {} : { finishReason }) };
  const usage = { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 };
  return { candidates: [candidate], usageMetadata: usage };
}

class GeminiReply implements Reply {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  think(text: string): void {
    this.#write(toChunk([{ text, thought: true }]));
  }

  say(text: string): void {
    this.#write(toChunk([{ text }]));
  }

  callTool(name: string, args: Record<string, unknown>): void {
    this.#write(toChunk([{ functionCall: { name, args } }]));
  }

  finish(reason: EndReason): void {
    this.#write(toChunk([{ text: '' }], reason === 'max' ? 'MAX_TOKENS' : 'STOP'));
    this.#response.end();
  }

  fail(failure: ModelFailure): void {
    if (!this.#response.headersSent) return writeFailure(this.#response, failure);
    this.#response.destroy();
  }

  drop(): void {
    this.#response.destroy();
  }

  #begin(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, { 'content-type': 'text/event-stream' });
  }

  #write(chunk: object): void {
    this.#begin();
    this.#response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
}
