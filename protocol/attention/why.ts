/** Why a session is said to be in its state: who told it, by which rule, and what else was said. */
import { z } from 'zod';
import { attentionSchema, attentionStates } from '../session/attentionState.ts';
import { instantSchema } from '../wire/brand.ts';

/**
 * Who may say what state a session is in, highest first; one of them counts at a time. `process`: what the daemon itself
 * saw of the process (it starts, runs, has ended).
 */
export const authorities = [
  'events',
  'status',
  'hook',
  'title',
  'notification',
  'process',
] as const;
export type Authority = (typeof authorities)[number];

/** One claim. All text in it is one escaped, cut line: it comes from programs. */
export const signalSchema = z.object({
  authority: z.enum(authorities),
  state: z.enum(attentionStates),
  kind: attentionSchema.shape.kind,
  sentence: attentionSchema.shape.sentence,
  /** Stable name of what read the evidence: `status.blocked`, `title.codex.asking`, `hook.claude.Stop`, `exit.code`. */
  rule: z.string().max(128),
  /** What was received, escaped. */
  evidence: z.string().max(512),
  at: instantSchema,
  generation: z.int().min(0),
  /** Where in the output it stood; null for what did not come with it. */
  seq: z.int().min(0).nullable(),
});
export type Signal = z.infer<typeof signalSchema>;

export const outrankedSchema = z.object({
  signal: signalSchema,
  /** `lowerAuthority`: somebody higher spoke; `seen`: a person saw this result. */
  reason: z.enum(['lowerAuthority', 'seen']),
});

export type Outranked = z.infer<typeof outrankedSchema>;

/** A report that was not taken, newest first. */
export const ignoredReportSchema = z.object({
  authority: z.enum(authorities),
  /** A sentence for a person. */
  reason: z.string().max(256),
  evidence: z.string().max(512),
  at: instantSchema,
});

export type IgnoredReport = z.infer<typeof ignoredReportSchema>;

export const whySchema = z.object({
  attention: attentionSchema,
  /** What counts; null while nothing was said and nothing is known. */
  chosen: signalSchema.nullable(),
  outranked: z.array(outrankedSchema),
  ignored: z.array(ignoredReportSchema),
});
export type Why = z.infer<typeof whySchema>;
