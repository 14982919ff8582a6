/** When a task runs, and what becomes of the times that could not be kept. Evaluated by `link/schedule`. */
import { z } from 'zod';
import { instantSchema } from '../wire/brand.ts';

/** An IANA time zone (`Europe/Berlin`), or `UTC`; stored, so that a schedule means the same on every machine. */
export const zoneSchema = z.string().min(1).max(64);

/** Five fields, or six with seconds first, or a nickname (`@daily`). */
export const cronPatternSchema = z.string().min(1).max(256);

export const scheduleSchema = z.discriminatedUnion('kind', [
  /** Runs when a person says so. */
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('once'), at: instantSchema }),
  /** Elapsed time from an anchor, not wall time: it does not move with daylight saving. */
  z.strictObject({
    kind: z.literal('every'),
    everyMs: z.int().min(1000).max(31_622_400_000),
    anchor: instantSchema,
  }),
  z.strictObject({ kind: z.literal('cron'), pattern: cronPatternSchema, zone: zoneSchema }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

/**
 * Planned times that passed while Waggle did not run or the machine slept. `skip`: none of them. `once`: the last one.
 * `all`: each, the newest `max` of those within `withinMs`.
 */
export const missedPolicySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('skip') }),
  z.strictObject({ kind: z.literal('once') }),
  z.strictObject({
    kind: z.literal('all'),
    max: z.int().min(1).max(100),
    withinMs: z.int().min(60_000).max(31_622_400_000),
  }),
]);
export type MissedPolicy = z.infer<typeof missedPolicySchema>;

/**
 * A planned time that comes while a run of the task is not over. `queue`: one more waits (a further one is left out).
 * `replace`: the one that runs is cancelled.
 */
export const overlapPolicySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('skip') }),
  z.strictObject({ kind: z.literal('queue') }),
  z.strictObject({ kind: z.literal('parallel'), max: z.int().min(2).max(16) }),
  z.strictObject({ kind: z.literal('replace') }),
]);
export type OverlapPolicy = z.infer<typeof overlapPolicySchema>;

/** A run whose daemon died between claim and start, so that nobody can tell whether it ran. `fail`: it is over; never silently repeated. */
export const unknownPolicySchema = z.enum(['fail', 'retry']);

export const policiesSchema = z.strictObject({
  missed: missedPolicySchema.default({ kind: 'once' }),
  overlap: overlapPolicySchema.default({ kind: 'skip' }),
  unknown: unknownPolicySchema.default('fail'),
  /** Starts up to so much later than planned, the same for the same planned time. */
  jitterMs: z.int().min(0).max(3_600_000).default(0),
});
export type Policies = z.infer<typeof policiesSchema>;
