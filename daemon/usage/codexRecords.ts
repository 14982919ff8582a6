/**
 * Transcripts of Codex. Newer ones name each answer of a model; older ones tell the sum of the conversation again and again.
 * Where both stand, only the former count. Pure.
 */
import { z } from 'zod';
import type { LimitSeen, LineRead, UsageRecord } from './record.ts';
import { nothingIn, parseObject, toCount, toInstant } from './record.ts';

const countSchema = z.number().nullish();
const usageSchema = z.object({
  input_tokens: countSchema,
  cached_input_tokens: countSchema,
  cache_write_input_tokens: countSchema,
  output_tokens: countSchema,
});
type CodexUsage = z.infer<typeof usageSchema>;

const limitSchema = z.object({
  used_percent: z.number(),
  window_minutes: z.number().nullish(),
  resets_at: z.number().nullish(),
  resets_in_seconds: z.number().nullish(),
});
const limitsSchema = z.object({
  primary: limitSchema.nullish(),
  secondary: limitSchema.nullish(),
});

const lineSchema = z.object({
  timestamp: z.string(),
  type: z.string(),
  payload: z.object({
    type: z.string().optional(),
    id: z.string().optional(),
    cwd: z.string().optional(),
    model: z.string().optional(),
    thread_id: z.string().optional(),
    response_id: z.string().optional(),
    usage: usageSchema.optional(),
    info: z.object({ total_token_usage: usageSchema.optional() }).nullish(),
    rate_limits: limitsSchema.nullish(),
  }),
});
type CodexLine = z.infer<typeof lineSchema>;

export interface CodexState {
  readonly conversation: string | null;
  readonly directory: string | null;
  readonly model: string;
  /** It names its answers. */
  readonly hasAnswers: boolean;
  /** The sum that was told last: input, cached, written to the cache, output. */
  readonly told: readonly number[];
}
export const codexStart: CodexState = {
  ...{ conversation: null, directory: null, model: 'unknown', hasAnswers: false },
  told: [0, 0, 0, 0],
};

export function isCodexUsage(line: string): boolean {
  return /"(?:token_count|token_usage_record|turn_context|session_meta)"/.test(line.slice(0, 400));
}

export function readCodexUsage(state: CodexState, line: string): LineRead<CodexState> {
  const { data } = lineSchema.safeParse(parseObject(line));
  const at = toInstant(data?.timestamp);
  if (data === undefined || at === undefined) return nothingIn(state);
  const { payload } = data;
  switch (data.type) {
    case 'session_meta':
      // A fork repeats the beginning of where it came from.
      if (state.conversation !== null) return nothingIn(state);
      return nothingIn({
        ...state,
        conversation: payload.id ?? null,
        directory: payload.cwd ?? null,
      });
    case 'turn_context':
      return nothingIn({
        ...state,
        model: payload.model ?? state.model,
        directory: payload.cwd ?? state.directory,
      });
    case 'token_usage_record':
      return readAnswer(state, data, at);
    case 'event_msg':
      return payload.type === 'token_count' ? readSum(state, data, at) : nothingIn(state);
    default:
      return nothingIn(state);
  }
}

function readAnswer(state: CodexState, { payload }: CodexLine, at: string): LineRead<CodexState> {
  const { response_id: key, usage, thread_id: thread } = payload;
  const conversation = thread ?? state.conversation;
  const after = { ...state, hasAnswers: true };
  if (key === undefined || usage === undefined || conversation === null) return nothingIn(after);
  const record = toRecord({ ...state, conversation }, { key, at, counts: countsOf(usage) });
  return { state: after, records: [record], limits: [] };
}

function readSum(state: CodexState, { payload }: CodexLine, at: string): LineRead<CodexState> {
  const limits = listLimits(payload.rate_limits, at);
  const total = payload.info?.total_token_usage;
  const { conversation, hasAnswers } = state;
  if (total === undefined || conversation === null || hasAnswers)
    return { state, records: [], limits };
  const told = countsOf(total);
  const isAnew = told.some((count, kind) => count < (state.told[kind] ?? 0));
  const counts = isAnew ? told : told.map((count, kind) => count - (state.told[kind] ?? 0));
  const after = { ...state, told };
  if (counts.every((count) => count === 0)) return { state: after, records: [], limits };
  const key = `${conversation}/${told.join('-')}`;
  const record = toRecord({ ...state, conversation }, { key, at, counts });
  return { state: after, records: [record], limits };
}

function countsOf(usage: CodexUsage): number[] {
  return [
    usage.input_tokens,
    usage.cached_input_tokens,
    usage.cache_write_input_tokens,
    usage.output_tokens,
  ].map(toCount);
}

/** What came from the cache, or went there, is part of what it calls input. */
function toRecord(
  { conversation, directory, model }: CodexState & { readonly conversation: string },
  { key, at, counts }: { key: string; at: string; counts: readonly number[] },
): UsageRecord {
  const [input = 0, cacheRead = 0, cacheWrite = 0, output = 0] = counts;
  return {
    ...{ key, at, conversation, directory, model, output, cacheRead, cacheWrite, costUsd: null },
    input: Math.max(0, input - cacheRead - cacheWrite),
  };
}

function listLimits(limits: CodexLine['payload']['rate_limits'], seenAt: string): LimitSeen[] {
  return [limits?.primary, limits?.secondary].flatMap((limit) => {
    if (limit === null || limit === undefined) return [];
    const { used_percent: usedPercent, window_minutes: minutes } = limit;
    const resetsMs =
      limit.resets_at === null || limit.resets_at === undefined
        ? Date.parse(seenAt) + (limit.resets_in_seconds ?? Number.NaN) * 1000
        : limit.resets_at * 1000;
    const resetsAt = toInstant(resetsMs) ?? null;
    const name = spanOf(minutes ?? 0);
    return [{ name, usedPercent: Math.max(0, usedPercent), resetsAt, seenAt }];
  });
}

function spanOf(minutes: number): string {
  if (minutes <= 0) return 'plan';
  if (minutes >= 2880) return `${Math.round(minutes / 1440)} days`;
  if (minutes >= 120) return `${Math.round(minutes / 60)} hours`;
  return `${minutes} minutes`;
}
