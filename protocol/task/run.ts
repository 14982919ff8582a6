/** A run: one time a task happened, or one planned time at which it did not, with the reason. */
import { z } from 'zod';
import { instantSchema, runIdSchema, sessionIdSchema, taskIdSchema } from '../wire/brand.ts';

/**
 * `waiting`: its turn has not come (overlap, a cap, a delay before a retry). `claimed`: it is about to start.
 * `started`: its process is there. `delivered`: the agent has the prompt.
 */
export const runStates = ['waiting', 'claimed', 'started', 'delivered', 'finished'] as const;
export type RunState = (typeof runStates)[number];

/**
 * As observed, never assumed. `lost`: its process is gone and nobody saw how it ended. `unknown`: the daemon died
 * between claim and start. `skipped`: left out by a policy. `overBudget`: stopped by its budget. `limited`: the agent's
 * plan is used up until `retryAt`.
 */
export const runOutcomes = [
  'succeeded',
  'failed',
  'timedOut',
  'cancelled',
  'lost',
  'unknown',
  'skipped',
  'overBudget',
  'limited',
] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/**
 * What made it: the schedule, a planned time that was missed, a person, a retry after a failure, feedback of a review, a
 * check command that did not pass, or a limit that was reset.
 */
export const runTriggers = [
  'schedule',
  'missed',
  'person',
  'retry',
  'changes',
  'check',
  'limit',
] as const;
export type RunTrigger = (typeof runTriggers)[number];

export const runCostSchema = z.object({
  tokens: z.int().min(0),
  /** An estimate, in US dollars; null when the agent says none. */
  dollars: z.number().min(0).nullable(),
});

export const runSchema = z.object({
  id: runIdSchema,
  taskId: taskIdSchema,
  trigger: z.enum(runTriggers),
  state: z.enum(runStates),
  /** Null until it is finished. */
  outcome: z.enum(runOutcomes).nullable(),
  /** One plain line: why it was left out, waits, or ended so. */
  reason: z.string().max(1024).nullable(),
  /** 1 for the first; a retry, a change or a check counts up. */
  attempt: z.int().min(1),
  /** The planned instant, or when it was asked for. */
  plannedAt: instantSchema,
  /** Not before this: jitter, or the delay of a retry. */
  dueAt: instantSchema,
  claimedAt: instantSchema.nullable(),
  startedAt: instantSchema.nullable(),
  deliveredAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
  sessionId: sessionIdSchema.nullable(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  cost: runCostSchema.nullable(),
  /** With `limited`: when the limit is reset, as the agent said; null when it did not. */
  retryAt: instantSchema.nullable(),
  revision: z.int().min(0),
});
export type Run = z.infer<typeof runSchema>;
