/** Where something that is remembered came from, and the log of what changed it. */
import { z } from 'zod';
import { agentIdSchema } from '../session/session.ts';
import {
  blockIdSchema,
  factIdSchema,
  instantSchema,
  memoryChangeIdSchema,
  roleIdSchema,
  sessionIdSchema,
} from '../wire/brand.ts';

/** `file`: taken over from a file of instructions or an agent's own memory. `waggle`: what happens by itself, as at an expiry. */
export const authorKinds = ['person', 'agent', 'file', 'waggle'] as const;

/**
 * How whoever saved it came to know it. `outside`: from the web, an issue, a mail, a tool's answer, another agent:
 * anything that neither the person nor the repository said. It waits for a person.
 */
export const learnedFrom = ['work', 'person', 'repository', 'outside'] as const;
export type LearnedFrom = (typeof learnedFrom)[number];

export const sourceSchema = z.object({
  by: z.enum(authorKinds),
  /** One plain line for a person: the name of the session or of the program that was used, the file's name. */
  who: z.string().max(128),
  from: z.enum(learnedFrom),
  agent: agentIdSchema.nullable(),
  roleId: roleIdSchema.nullable(),
  sessionId: sessionIdSchema.nullable(),
  /** Number of the turn in its conversation; null when nobody knows it. */
  turn: z.int().min(0).nullable(),
  /** Absolute; of what was imported. */
  path: z.string().max(4096).nullable(),
});
export type Source = z.infer<typeof sourceSchema>;

export const changeKinds = [
  'saved',
  'merged',
  'superseded',
  'edited',
  'forgotten',
  'pinned',
  'promoted',
  'reviewed',
  'imported',
  'expired',
  'noteMade',
  'noteWritten',
  'noteRemoved',
  'undone',
] as const;

/** One act. Kept for 30 days; so long it can be undone, as long as nothing else changed what it changed. */
export const memoryChangeSchema = z.object({
  id: memoryChangeIdSchema,
  kind: z.enum(changeKinds),
  at: instantSchema,
  by: sourceSchema,
  factIds: z.array(factIdSchema),
  blockIds: z.array(blockIdSchema),
  /** One plain line. */
  summary: z.string().max(256),
  /** It was undone, by that change. */
  undoneBy: memoryChangeIdSchema.nullable(),
});
export type MemoryChange = z.infer<typeof memoryChangeSchema>;
