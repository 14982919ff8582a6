import { z } from 'zod';
import { memoryChangeIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { embeddingChangeSchema, embeddingStatusSchema } from './embedding.ts';
import {
  fileChangeSchema,
  importCandidateSchema,
  importKinds,
  importProblemSchema,
} from './exchange.ts';
import { factScopes } from './fact.ts';
import { placeSchema } from './place.ts';

const pathSchema = z.string().min(1).max(4096);

/** What goes in and out of memory, and its embeddings. */
export const exchangeMethods = defineNoun({
  events: {},
  methods: {
    'memory/findImports': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Reads CLAUDE.md, AGENTS.md, GEMINI.md, agents’ own memory of a place, or given files, and says what would be taken over. Changes nothing.',
      params: z.strictObject({
        place: placeSchema.default({}),
        /** Absolute; instead of what is looked for. */
        paths: z.array(pathSchema).max(64).optional(),
        /** Markdown that was read elsewhere, instead of files. */
        markdown: z.string().max(900_000).optional(),
      }),
      result: z.object({
        candidates: z.array(importCandidateSchema),
        problems: z.array(importProblemSchema),
        searched: z.array(z.string()),
      }),
    },
    'memory/import': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Takes over candidates that `memory/findImports` named, a few at a time, as one change that is undone as a whole; known ones are left out.',
      params: z.strictObject({
        place: placeSchema.default({}),
        candidates: z
          .array(
            z.strictObject({
              path: pathSchema,
              kind: z.enum(importKinds),
              as: z.enum(['note', 'fact']),
              label: z.string().max(40).nullable(),
              type: z.enum(['belief', 'pattern', 'gotcha', 'preference', 'decision']),
              text: z.string().min(1).max(100_000),
            }),
          )
          .min(1)
          .max(1000),
        scope: z.enum(factScopes).default('repository'),
        /** The person has read them: they hold at once. Else what is suspicious waits. */
        accept: z.boolean().default(false),
        /** Made up by who asks: `memory/importAdvanced` tells with it how far the import is. */
        importId: z.string().min(8).max(64).optional(),
      }),
      result: z.object({
        changeId: memoryChangeIdSchema.nullable(),
        facts: z.int().min(0),
        notes: z.int().min(0),
        known: z.int().min(0),
        quarantined: z.int().min(0),
        /** Too long, or a note without room. */
        refused: z.array(z.object({ text: z.string(), problem: z.string() })),
      }),
    },
    'memory/export': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Notes and facts of a place, or all, as Markdown that `memory/findImports` reads again.',
      params: z.strictObject({
        place: placeSchema.default({}),
        scopes: z.array(z.enum(factScopes)).max(4).optional(),
        /** Where the last page ended. */
        after: z.string().max(64).optional(),
      }),
      /** `next`: there is more, ask again with it as `after`. */
      result: z.object({
        markdown: z.string(),
        facts: z.int(),
        notes: z.int(),
        next: z.string().nullable(),
      }),
    },
    'memory/writeSection': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Writes the repository’s notes into a marked section of a file of instructions, or takes it out; the rest stays byte for byte.',
      params: z.strictObject({
        place: placeSchema.default({}),
        /** In the repository's root. */
        file: z.enum(['AGENTS.md', 'CLAUDE.md', 'GEMINI.md']),
        remove: z.boolean().default(false),
        /** Only says what would change. */
        preview: z.boolean().default(true),
      }),
      result: fileChangeSchema,
    },
    'memory/embeddings': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Reads or changes the embedding provider, tries at once what waits after a failure or makes all vectors again, and says how far it is.',
      params: z.strictObject({
        change: embeddingChangeSchema.optional(),
        reindex: z.enum(['missing', 'all']).optional(),
      }),
      result: z.object({ status: embeddingStatusSchema }),
    },
  },
}).methods;
