/**
 * What agents used: tokens, what they cost by an estimate, and what is left of a plan. Counted from the records that the
 * agents keep on disk, in terminals and chats alike, each answer of a model once. Ceilings stop a session and say so.
 */
import { z } from 'zod';
import { agentIdSchema } from '../session/session.ts';
import { instantSchema, sessionIdSchema, workspaceIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

/** Of the calendar of the machine that counts. */
export const usageDaySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const usageSumSchema = z.object({
  /** Read by a model and not taken from its cache; what was written to the cache is in `cacheWriteTokens` alone. */
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  cacheReadTokens: z.int().min(0),
  cacheWriteTokens: z.int().min(0),
  /** An estimate by list prices, or what the agent reckons itself; without `unpricedTokens`. */
  costUsd: z.number().min(0),
  /** Of models whose price nobody told us. */
  unpricedTokens: z.int().min(0),
  /** Answers of models. */
  answers: z.int().min(0),
});
export type UsageSum = z.infer<typeof usageSumSchema>;

export const usageGroups = ['session', 'repository', 'day', 'agent', 'model'] as const;
export type UsageGroup = (typeof usageGroups)[number];

export const usageRowSchema = z.object({
  /** Unique among the rows; stable. */
  key: z.string(),
  /** One plain line. */
  label: z.string(),
  agent: agentIdSchema.nullable(),
  /** The session that the conversation is in; null when it is in none of ours. */
  sessionId: sessionIdSchema.nullable(),
  workspaceId: workspaceIdSchema.nullable(),
  sum: usageSumSchema,
  lastAt: instantSchema,
});
export type UsageRow = z.infer<typeof usageRowSchema>;

/** How much of a limit of the person's plan is used, as the agent was told last. */
export const planLimitSchema = z.object({
  agent: agentIdSchema,
  /** One plain line, as `5 hours`. */
  name: z.string(),
  usedPercent: z.number().min(0),
  resetsAt: instantSchema.nullable(),
  seenAt: instantSchema,
});
export type PlanLimit = z.infer<typeof planLimitSchema>;

export const ceilingIdSchema = z.uuid();

/**
 * What may be used. `session`: by each session, or by the one that is named, since it was opened. `day`: by all sessions
 * together. Exactly one of `tokens` and `usd` is set; tokens are those that were read anew and those that were written.
 */
export const ceilingSchema = z.object({
  id: ceilingIdSchema,
  per: z.enum(['session', 'day']),
  sessionId: sessionIdSchema.nullable(),
  tokens: z.int().min(1).nullable(),
  usd: z.number().positive().nullable(),
  createdAt: instantSchema,
});
export type Ceiling = z.infer<typeof ceilingSchema>;

/** What a model costs, in dollars for a million tokens. */
export const priceSchema = z.strictObject({
  input: z.number().min(0).max(100_000),
  output: z.number().min(0).max(100_000),
  cacheRead: z.number().min(0).max(100_000),
  cacheWrite: z.number().min(0).max(100_000),
});
export type Price = z.infer<typeof priceSchema>;

const modelPriceSchema = z.object({
  /** Name of the model, or its beginning. */
  model: z.string(),
  price: priceSchema,
  /** `person`: set with `usage/setPrice`. */
  from: z.enum(['list', 'person']),
});

export const usageSourceSchema = z.object({
  agent: agentIdSchema,
  /** Where its records lie. */
  directory: z.string(),
  files: z.int().min(0),
  /** Could not be read. */
  unreadable: z.int().min(0),
  /** Still to be read. */
  bytesLeft: z.int().min(0),
});
export type UsageSource = z.infer<typeof usageSourceSchema>;

const todaySchema = z.object({ day: usageDaySchema, sum: usageSumSchema });

export const usage = defineNoun({
  methods: {
    'usage/read': {
      right: 'person',
      introducedIn: 2,
      summary:
        'What was used, in groups, those that used most first, days from the latest; reads first what agents wrote since.',
      params: z.strictObject({
        by: z.enum(usageGroups).default('day'),
        /** So many days up to today. */
        days: z.int().min(1).max(3660).default(30),
        sessionId: sessionIdSchema.optional(),
        workspaceId: workspaceIdSchema.optional(),
        agent: agentIdSchema.optional(),
        limit: z.int().min(1).max(1000).default(100),
      }),
      result: z.object({
        rows: z.array(usageRowSchema),
        /** Of everything that was asked for, rows that were left out included. */
        total: usageSumSchema,
        from: usageDaySchema,
        today: todaySchema,
        limits: z.array(planLimitSchema),
        sources: z.array(usageSourceSchema),
        /** Prices of the list are as of this day. */
        pricesOf: usageDaySchema,
      }),
    },
    'usage/subscribe': {
      right: 'person',
      introducedIn: 2,
      summary: 'What was used today, and `usage/changed` from then on.',
      params: z.strictObject({}),
      result: z.object({ today: todaySchema, limits: z.array(planLimitSchema) }),
    },
    'usage/listCeilings': {
      right: 'person',
      introducedIn: 2,
      summary: 'The ceilings, the oldest first.',
      params: z.strictObject({}),
      result: z.object({ ceilings: z.array(ceilingSchema) }),
    },
    'usage/setCeiling': {
      right: 'person',
      introducedIn: 2,
      summary: 'Sets a ceiling; it takes the place of the one for the same.',
      params: z
        .strictObject({
          per: z.enum(['session', 'day']),
          sessionId: sessionIdSchema.optional(),
          tokens: z.int().min(1).optional(),
          usd: z.number().positive().max(1_000_000).optional(),
        })
        .refine(({ tokens, usd }) => (tokens === undefined) !== (usd === undefined), {
          message: 'either tokens or usd',
        })
        .refine(({ per, sessionId }) => per === 'session' || sessionId === undefined, {
          message: 'a day is of all sessions',
        }),
      result: z.object({ ceiling: ceilingSchema }),
    },
    'usage/removeCeiling': {
      right: 'person',
      introducedIn: 2,
      summary: 'Removes a ceiling.',
      params: z.strictObject({ ceilingId: ceilingIdSchema }),
      result: z.object({}),
    },
    'usage/listPrices': {
      right: 'person',
      introducedIn: 2,
      summary: 'The prices that costs are estimated with.',
      params: z.strictObject({}),
      result: z.object({ prices: z.array(modelPriceSchema), pricesOf: usageDaySchema }),
    },
    'usage/setPrice': {
      right: 'person',
      introducedIn: 2,
      summary: 'Sets what models cost whose name begins so; null is the price of the list again.',
      params: z.strictObject({
        model: z.string().min(1).max(128),
        price: priceSchema.nullable(),
      }),
      result: z.object({}),
    },
  },
  events: {
    'usage/changed': {
      introducedIn: 2,
      summary: 'What was used today changed.',
      params: z.object({ today: todaySchema, limits: z.array(planLimitSchema) }),
    },
    'usage/stopped': {
      introducedIn: 2,
      summary: 'A session reached a ceiling and was stopped.',
      params: z.object({
        sessionId: sessionIdSchema,
        ceiling: ceilingSchema,
        /** One plain sentence. */
        text: z.string(),
      }),
    },
  },
});
