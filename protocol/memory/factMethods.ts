import { z } from 'zod';
import { factIdSchema, memoryChangeIdSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import {
  factCountsSchema,
  factHitSchema,
  factSchema,
  factScopes,
  factTypes,
  learnedSchema,
} from './fact.ts';
import { placeSchema } from './place.ts';
import { learnedFrom, memoryChangeSchema } from './source.ts';

/** Far above what a fact may hold, so that the answer to too much says how much is allowed. */
const longTextSchema = z.string().min(1).max(100_000);
const factIdsSchema = z.array(factIdSchema).min(1).max(1000);
const changeId = memoryChangeIdSchema;
const factsChanged = z.object({ changeId, facts: z.array(factSchema) });

const filterFields = {
  place: placeSchema.default({}),
  scopes: z.array(z.enum(factScopes)).max(4).optional(),
  types: z.array(z.enum(factTypes)).max(5).optional(),
};

const saveResult = z.object({
  /** `merged`: into one that said nearly the same; `superseded`: it holds instead of others; `known`: nothing changed. */
  outcome: z.enum(['saved', 'merged', 'superseded', 'known']),
  fact: factSchema,
  /** What it was merged with or holds instead of, as it was before. */
  replaced: z.array(factSchema),
  /** Null when nothing changed. */
  changeId: changeId.nullable(),
});

/** Facts of the noun memory: learning, finding, looking after them. */
export const factMethods = defineNoun({
  events: {},
  methods: {
    'memory/save': {
      right: 'self',
      introducedIn: 2,
      summary:
        'Remembers a fact; looks for nearly the same first. What is suspicious or wider than its repository waits for a person.',
      params: z.strictObject({
        text: longTextSchema,
        type: z.enum(factTypes).default('belief'),
        scope: z.enum(factScopes).default('repository'),
        place: placeSchema.default({}),
        /** It holds in the worktree of the place only. */
        worktreeOnly: z.boolean().default(false),
        from: z.enum(learnedFrom).default('work'),
        turn: z.int().min(0).optional(),
        /** The fact that it holds instead of; by an agent only one that its own session learned. */
        supersedes: factIdSchema.optional(),
        /** A repeated key answers what the first call did. */
        idempotencyKey: z.string().min(8).max(64).optional(),
      }),
      result: saveResult,
    },
    'memory/recall': {
      right: 'self',
      introducedIn: 2,
      summary:
        'What an agent gets to know for a question: accepted facts in reach, framed as data with their origin; counts as a use.',
      params: z.strictObject({
        query: z.string().min(1).max(4000),
        place: placeSchema.default({}),
        limit: z.int().min(1).max(50).default(8),
      }),
      /** `text`: ready for a prompt; says so when nothing is known. */
      result: z.object({ text: z.string(), hits: z.array(factHitSchema) }),
    },
    'memory/search': {
      right: 'self',
      introducedIn: 2,
      summary:
        'Finds facts, also those that wait for a review; counts no use. An agent sees what it could recall.',
      params: z.strictObject({
        ...filterFields,
        query: z.string().min(1).max(4000),
        state: z.enum(['accepted', 'quarantined']).optional(),
        limit: z.int().min(1).max(200).default(20),
      }),
      result: z.object({ hits: z.array(factHitSchema) }),
    },
    'memory/listFacts': {
      right: 'self',
      introducedIn: 2,
      summary:
        'Lists facts, pinned ones first, then the latest. An agent sees what it could recall.',
      params: z.strictObject({
        ...filterFields,
        state: z.enum(['accepted', 'quarantined']).optional(),
        /** Learned by that session. */
        learnedBy: sessionIdSchema.optional(),
        /** Those that no person has looked at. */
        unreviewed: z.boolean().default(false),
        /** Also those that newer ones replaced. */
        superseded: z.boolean().default(false),
        after: factIdSchema.optional(),
        limit: z.int().min(1).max(500).default(200),
      }),
      /** `more`: ask again after the last. */
      result: z.object({ facts: z.array(factSchema), more: z.boolean() }),
    },
    'memory/getFact': {
      right: 'self',
      introducedIn: 2,
      summary: 'One fact, those that it replaced and contradicts, and what was done with it.',
      /** `place`: where a connector says that it works. */
      params: z.strictObject({ factId: factIdSchema, place: placeSchema.default({}) }),
      result: z.object({
        fact: factSchema,
        related: z.array(factSchema),
        changes: z.array(memoryChangeSchema),
      }),
    },
    'memory/subscribe': {
      right: 'person',
      introducedIn: 2,
      summary: 'Counts per place, and memory events from that revision on.',
      params: z.strictObject({ place: placeSchema.default({}) }),
      result: z.object({ counts: z.array(factCountsSchema), revision: z.int().min(0) }),
    },
    'memory/edit': {
      right: 'person',
      introducedIn: 2,
      summary: 'Changes a fact; `conflict` when it is not what was read any more.',
      params: z.strictObject({
        factId: factIdSchema,
        /** As read. */
        revision: z.int().min(0),
        text: longTextSchema.optional(),
        type: z.enum(factTypes).optional(),
      }),
      result: z.discriminatedUnion('outcome', [
        z.object({ outcome: z.literal('edited'), fact: factSchema, changeId }),
        z.object({ outcome: z.literal('conflict'), fact: factSchema }),
      ]),
    },
    'memory/forget': {
      right: 'self',
      introducedIn: 2,
      summary: 'Forgets facts; an agent only those that its own session learned.',
      params: z.strictObject({
        factIds: factIdsSchema,
        /** Nothing of them stays on disk and nothing brings them back. Only a person. */
        forever: z.boolean().default(false),
      }),
      /** `changeId`: for `memory/undo`; null when forgotten for ever. */
      result: z.object({ forgotten: z.array(factIdSchema), changeId: changeId.nullable() }),
    },
    'memory/pin': {
      right: 'person',
      introducedIn: 2,
      summary: 'Pinned facts come first and never expire.',
      params: z.strictObject({ factIds: factIdsSchema, pinned: z.boolean() }),
      result: factsChanged,
    },
    'memory/promote': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Gives facts another scope; takes those of a worktree to its repository. Accepts them with it.',
      params: z.strictObject({
        factIds: factIdsSchema,
        scope: z.enum(factScopes),
        /** The repository or role of the new scope, when a fact knows none. */
        place: placeSchema.default({}),
      }),
      result: factsChanged,
    },
    'memory/settleWorktree': {
      right: 'person',
      introducedIn: 2,
      summary: 'All facts of one worktree go to its repository, or are dropped.',
      params: z.strictObject({
        /** Its real path; it may be gone. */
        worktree: z.string().min(1).max(4096),
        keep: z.boolean(),
      }),
      result: z.object({ changeId: changeId.nullable(), factIds: z.array(factIdSchema) }),
    },
    'memory/review': {
      right: 'person',
      introducedIn: 2,
      summary: 'Accepts some facts and discards others, as one act that can be undone.',
      params: z.strictObject({
        accept: z.array(factIdSchema).max(1000).default([]),
        discard: z.array(factIdSchema).max(1000).default([]),
      }),
      /** `missing`: gone in the meantime. */
      result: z.object({
        changeId: changeId.nullable(),
        accepted: z.array(factIdSchema),
        discarded: z.array(factIdSchema),
        missing: z.array(factIdSchema),
      }),
    },
    'memory/learned': {
      right: 'self',
      introducedIn: 2,
      summary: 'What a session learned so far.',
      params: z.strictObject({ sessionId: sessionIdSchema }),
      result: learnedSchema,
    },
    'memory/undo': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Takes one change back, of facts or notes; `conflict` when what it changed was changed again. Undoing an undo does it again.',
      params: z.strictObject({
        /** Absent: the latest that can be undone and was made by a person. */
        changeId: changeId.optional(),
      }),
      result: z.object({
        undone: memoryChangeSchema,
        changeId,
      }),
    },
    'memory/listChanges': {
      right: 'person',
      introducedIn: 2,
      summary: 'What was done with memory in the last 30 days, the latest first.',
      params: z.strictObject({
        limit: z.int().min(1).max(500).default(50),
        before: changeId.optional(),
      }),
      result: z.object({ changes: z.array(memoryChangeSchema), more: z.boolean() }),
    },
  },
}).methods;
