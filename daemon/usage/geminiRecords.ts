/** Transcripts of the Gemini CLI: a line per message, and lines that set many again. Pure. */
import { z } from 'zod';
import type { LineRead, UsageRecord } from './record.ts';
import { parseObject, toCount, toInstant } from './record.ts';

const countSchema = z.number().nullish();
const messageSchema = z.object({
  id: z.string(),
  timestamp: z.string(),
  type: z.literal('gemini'),
  model: z.string().optional(),
  tokens: z.object({
    input: countSchema,
    output: countSchema,
    cached: countSchema,
    thoughts: countSchema,
    tool: countSchema,
  }),
});
/** A line, or the whole of an older file. */
const lineSchema = z.object({
  sessionId: z.string().optional(),
  messages: z.array(z.unknown()).optional(),
  $set: z.object({ messages: z.array(z.unknown()).optional() }).optional(),
});

export interface GeminiState {
  readonly conversation: string | null;
  readonly directory: string | null;
}
export const geminiStart: GeminiState = { conversation: null, directory: null };

export function isGeminiUsage(line: string): boolean {
  return line.includes('"tokens"') || line.includes('"sessionId"');
}

export function readGeminiUsage(state: GeminiState, line: string): LineRead<GeminiState> {
  const value = parseObject(line);
  const { data } = lineSchema.safeParse(value);
  const conversation = state.conversation ?? data?.sessionId ?? null;
  const after = { ...state, conversation };
  const messages = [value, ...(data?.messages ?? []), ...(data?.$set?.messages ?? [])];
  const records = messages.flatMap((message) => recordOf(after, message));
  return { state: after, records, limits: [] };
}

function recordOf({ conversation, directory }: GeminiState, message: unknown): UsageRecord[] {
  const { data } = messageSchema.safeParse(message);
  const at = toInstant(data?.timestamp);
  if (data === undefined || at === undefined || conversation === null) return [];
  const { id, model = 'gemini', tokens } = data;
  const cacheRead = toCount(tokens.cached);
  return [
    {
      ...{ at, conversation, directory, model, cacheRead, cacheWrite: 0, costUsd: null },
      key: `${conversation}/${id}`,
      input: Math.max(0, toCount(tokens.input) - cacheRead) + toCount(tokens.tool),
      output: toCount(tokens.output) + toCount(tokens.thoughts),
    },
  ];
}
