/**
 * Memory: notes that are always in the prompt (blocks), and facts that come back when they are asked for. What is in it
 * is data of whoever wrote it; only a person accepts, pins and widens.
 */
import { z } from 'zod';
import { defineNoun } from '../wire/define.ts';
import { blockMethods } from './blockMethods.ts';
import { blockSchema } from './block.ts';
import { embeddingStatusSchema } from './embedding.ts';
import { exchangeMethods } from './exchangeMethods.ts';
import { factMethods } from './factMethods.ts';
import { factSchema, learnedSchema } from './fact.ts';
import { blockIdSchema, factIdSchema } from '../wire/brand.ts';

export { blockLimits } from './block.ts';
export type { Block, BlockOwner, MemoryPrompt, Reach } from './block.ts';
export type { EmbeddingSettings, EmbeddingStatus } from './embedding.ts';
export type { FileChange, ImportCandidate } from './exchange.ts';
export type {
  Fact,
  FactCounts,
  FactHit,
  FactScope,
  FactType,
  Learned,
  QuarantineReason,
} from './fact.ts';
export { factExpiryDays, factMaxChars, factScopes, factTypes } from './fact.ts';
export type { LearnedFrom, MemoryChange, Source } from './source.ts';

export const memory = defineNoun({
  methods: { ...factMethods, ...blockMethods, ...exchangeMethods },
  events: {
    'memory/factsChanged': {
      introducedIn: 2,
      summary: 'Facts were made or changed, with their whole values; others do not exist any more.',
      params: z.object({
        facts: z.array(factSchema),
        forgotten: z.array(factIdSchema),
        revision: z.int().min(0),
      }),
    },
    'memory/blocksChanged': {
      introducedIn: 2,
      summary: 'Notes were made or changed, with their whole values; others do not exist any more.',
      params: z.object({
        blocks: z.array(blockSchema),
        removed: z.array(blockIdSchema),
        revision: z.int().min(0),
      }),
    },
    'memory/importAdvanced': {
      introducedIn: 2,
      summary: 'So many of the candidates of an import are settled; for imports that named an id.',
      params: z.object({
        importId: z.string().min(8).max(64),
        done: z.int().min(0),
        total: z.int().min(1),
      }),
    },
    'memory/learned': {
      introducedIn: 2,
      summary: 'A session that learned something has ended: time for a review, once.',
      params: learnedSchema,
    },
    'memory/embeddingsChanged': {
      introducedIn: 2,
      summary: 'The embedding provider, its state or its progress changed.',
      params: z.object({ status: embeddingStatusSchema }),
    },
  },
});
