/** Transcripts of Claude Code: every block of an answer is a line that carries the usage of the whole answer. Pure. */
import { z } from 'zod';
import type { LineRead } from './record.ts';
import { nothingIn, parseObject, toCount, toInstant } from './record.ts';

const countSchema = z.number().nullish();
const lineSchema = z.object({
  type: z.literal('assistant'),
  uuid: z.string().optional(),
  timestamp: z.string(),
  cwd: z.string().optional(),
  sessionId: z.string(),
  /** Of a line that was copied when a conversation was forked: where it was said. */
  requestSessionId: z.string().optional(),
  costUSD: z.number().optional(),
  message: z.object({
    id: z.string().optional(),
    model: z.string(),
    usage: z.object({
      input_tokens: countSchema,
      output_tokens: countSchema,
      cache_read_input_tokens: countSchema,
      cache_creation_input_tokens: countSchema,
    }),
  }),
});

/** Lines of the program itself, that no model answered. */
const ownModel = '<synthetic>';

export type ClaudeState = Readonly<Record<string, never>>;
export const claudeStart: ClaudeState = {};

/** Says without reading it whether a line can be of use. */
export function isClaudeUsage(line: string): boolean {
  return line.includes('"usage"') && line.includes('"assistant"');
}

export function readClaudeUsage(state: ClaudeState, line: string): LineRead<ClaudeState> {
  const { data } = lineSchema.safeParse(parseObject(line));
  const at = toInstant(data?.timestamp);
  const key = data?.message.id ?? data?.uuid;
  if (data === undefined || at === undefined || key === undefined) return nothingIn(state);
  const { message, sessionId, requestSessionId = sessionId, cwd = null, costUSD = null } = data;
  if (message.model === ownModel) return nothingIn(state);
  const { usage, model } = message;
  const record = {
    ...{ key, at, model, conversation: requestSessionId, directory: cwd, costUsd: costUSD },
    input: toCount(usage.input_tokens),
    output: toCount(usage.output_tokens),
    cacheRead: toCount(usage.cache_read_input_tokens),
    cacheWrite: toCount(usage.cache_creation_input_tokens),
  };
  return { state, records: [record], limits: [] };
}
