/** Messages in the database of opencode. Pure. */
import { z } from 'zod';
import type { UsageRecord } from './record.ts';
import { parseObject, toCount, toInstant } from './record.ts';

const countSchema = z.number().nullish();
const messageSchema = z.object({
  role: z.literal('assistant'),
  modelID: z.string().optional(),
  path: z.object({ cwd: z.string().optional() }).optional(),
  cost: z.number().nullish(),
  time: z.object({ created: z.number() }),
  tokens: z.object({
    input: countSchema,
    output: countSchema,
    reasoning: countSchema,
    cache: z.object({ read: countSchema, write: countSchema }).optional(),
  }),
});

export interface OpencodeRow {
  readonly id: string;
  readonly session_id: string;
  /** Milliseconds since the epoch. */
  readonly time_updated: number;
  /** JSON. */
  readonly data: string;
}

/** Undefined for what is no answer, or has not used anything yet. */
export function readOpencodeMessage(row: OpencodeRow): UsageRecord | undefined {
  const { data } = messageSchema.safeParse(parseObject(row.data));
  const at = toInstant(data?.time.created);
  if (data === undefined || at === undefined) return undefined;
  const { tokens, modelID: model = 'unknown', cost, path } = data;
  const record = {
    ...{ key: row.id, at, conversation: row.session_id, model },
    directory: path?.cwd ?? null,
    input: toCount(tokens.input),
    output: toCount(tokens.output) + toCount(tokens.reasoning),
    cacheRead: toCount(tokens.cache?.read),
    cacheWrite: toCount(tokens.cache?.write),
    // What it has no price for costs nothing, it says.
    costUsd: typeof cost === 'number' && cost > 0 ? cost : null,
  };
  const { input, output, cacheRead, cacheWrite } = record;
  return input + output + cacheRead + cacheWrite === 0 ? undefined : record;
}
