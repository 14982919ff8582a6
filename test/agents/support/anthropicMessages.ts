/**
 * Anthropic Messages, as Claude Code speaks it: streaming turns, the one-token probe, session titles, token counts.
 * Reads what a script needs and lets everything else in a request pass; checks no keys and no betas.
 */
import { z } from 'zod';
import type { Answer, Dialect, ModelRequest, ModelTurn } from './dialect.ts';
import {
  AnthropicJsonReply,
  AnthropicStreamReply,
  createMessage,
  writeFailure,
} from './anthropicReply.ts';

const blockSchema = z.looseObject({ type: z.string(), text: z.string().optional() });
const contentSchema = z.union([z.string(), z.array(blockSchema)]);
const messageSchema = z.looseObject({ role: z.string(), content: contentSchema });
const bodySchema = z.looseObject({
  model: z.string().default('unknown'),
  max_tokens: z.number().optional(),
  stream: z.boolean().default(false),
  system: contentSchema.optional(),
  messages: z.array(messageSchema),
  tools: z.array(z.unknown()).default([]),
  output_config: z.looseObject({ format: z.unknown().optional() }).optional(),
});

type Body = z.infer<typeof bodySchema>;
type Message = z.infer<typeof messageSchema>;
type Content = z.infer<typeof contentSchema>;

export const anthropicMessages: Dialect = { findAnswer, writeFailure };

function findAnswer(request: ModelRequest): Answer | undefined {
  if (request.method !== 'POST') return undefined;
  if (request.path === '/v1/messages/count_tokens') {
    return { kind: 'value', value: { input_tokens: countTokens(request.body) } };
  }
  if (request.path !== '/v1/messages') return undefined;
  const body = bodySchema.parse(request.body);
  if (body.max_tokens === 1 && !body.stream) {
    return {
      kind: 'value',
      value: createMessage(body.model, [{ type: 'text', text: '1' }], 'max'),
    };
  }
  const turn = isTitleRequest(body) ? titleTurn(body, request) : readTurn(body, request);
  return {
    kind: 'turn',
    turn,
    createReply: (response) =>
      body.stream
        ? new AnthropicStreamReply(response, body.model)
        : new AnthropicJsonReply(response, body.model),
  };
}

/** About four characters to a token; agents only show it. */
function countTokens(body: unknown): number {
  return Math.ceil(JSON.stringify(body ?? '').length / 4);
}

function readTurn(body: Body, request: ModelRequest): ModelTurn {
  const promptIndex = body.messages.findLastIndex((message) => promptOf(message) !== '');
  const prompted = body.messages[promptIndex];
  const later = body.messages.slice(promptIndex + 1);
  return {
    conversation: conversationOf(request),
    model: body.model,
    prompt: prompted ? promptOf(prompted) : '',
    promptIndex,
    answered: later.filter((message) => hasBlock(message, 'tool_result')).length,
  };
}

/** Agents ask for a session's title without tools; the prompt in that request is quoted, and its script must not run. */
function isTitleRequest(body: Body): boolean {
  return body.tools.length === 0 && /\btitle\b/i.test(textOf(body.system ?? ''));
}

function titleTurn(body: Body, request: ModelRequest): ModelTurn {
  const title = body.output_config?.format ? '{"title":"Fake title"}' : 'Fake title';
  return {
    conversation: `${conversationOf(request)}#title`,
    model: body.model,
    prompt: `[[say ${title}]]`,
    promptIndex: 0,
    answered: 0,
  };
}

function conversationOf(request: ModelRequest): string {
  const id = request.headers['x-claude-code-session-id'];
  return typeof id === 'string' ? id : 'unnamed';
}

/**
 * What a person wrote in a message; empty for anything else. What was not answered comes again beside what is said next, in
 * one message: the last script holds. Claude Code puts reminders beside prompts and tool results,
 * and after a cut response asks by itself to go on, which is the same prompt still.
 */
function promptOf(message: Message): string {
  if (message.role !== 'user') return '';
  const text = textOf(lastScripted(message.content))
    .replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>/g, '')
    .trim();
  if (text.startsWith('Your response above was cut off')) return '';
  return hasBlock(message, 'tool_result') && !text.includes('[[') ? '' : text;
}

function lastScripted(content: Content): Content {
  if (typeof content === 'string') return content;
  const scripted = content.filter(({ type, text = '' }) => type === 'text' && text.includes('[['));
  return scripted.length < 2 ? content : scripted.slice(-1);
}

function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('\n');
}

function hasBlock(message: Message, type: string): boolean {
  return (
    typeof message.content !== 'string' && message.content.some((block) => block.type === type)
  );
}
