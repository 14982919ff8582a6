/** Memory that comes in from files of instructions, and goes out into files. */
import { z } from 'zod';
import { factTypes } from './fact.ts';

/** `memory`: a Markdown export of ours. The others are the agents' own files. */
export const importKinds = ['memory', 'claude', 'agents', 'gemini', 'other'] as const;

/** One thing that was found in a file; a note or a fact would be made of it. */
export const importCandidateSchema = z.object({
  /** Stable for the same text of the same file. */
  id: z.string().min(1).max(64),
  kind: z.enum(importKinds),
  /** Absolute. */
  path: z.string(),
  /** First line in the file, from 1. */
  line: z.int().min(1),
  as: z.enum(['note', 'fact']),
  /** Of a note. */
  label: z.string().nullable(),
  type: z.enum(factTypes),
  text: z.string(),
  /** Something very like it is remembered already. */
  known: z.boolean(),
  /** What in it looks like instructions to disregard rules, reveal or send things; plain, cut. */
  suspicious: z.array(z.string()),
});
export type ImportCandidate = z.infer<typeof importCandidateSchema>;

/** A file that cannot be read or understood, with what to do. */
export const importProblemSchema = z.object({ path: z.string(), problem: z.string() });

/** What a file would become; `before` is null when there is none yet. */
export const fileChangeSchema = z.object({
  path: z.string(),
  before: z.string().nullable(),
  after: z.string(),
  /** Nothing was written: it is so already, or it was only asked for. */
  written: z.boolean(),
});
export type FileChange = z.infer<typeof fileChangeSchema>;
