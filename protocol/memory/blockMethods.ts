import { z } from 'zod';
import { blockIdSchema, memoryChangeIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import {
  blockLabelSchema,
  blockLimits,
  blockOwnerSchema,
  blockSchema,
  blockVersionSchema,
  promptSchema,
  reachSchema,
} from './block.ts';
import { placeSchema } from './place.ts';

const longTextSchema = z.string().max(100_000);
const descriptionSchema = z.string().trim().max(500);
const limitSchema = z.int().min(blockLimits.least).max(blockLimits.most);

/** A block by its id, or by its label where the caller is: the role's own comes before the repository's. */
const blockNameSchema = z.union([
  z.strictObject({ blockId: blockIdSchema }),
  z.strictObject({ label: blockLabelSchema, place: placeSchema.default({}) }),
]);

const saved = z.object({
  outcome: z.literal('saved'),
  block: blockSchema,
  /** Null when nothing changed. */
  changeId: memoryChangeIdSchema.nullable(),
});
/** Nothing was written; `block` is what is there now. */
const conflict = z.object({
  outcome: z.literal('conflict'),
  /** Another revision than the one read; the old text is not there; it is there more than once. */
  reason: z.enum(['changed', 'notFound', 'ambiguous']),
  block: blockSchema,
});
const writeResult = z.discriminatedUnion('outcome', [saved, conflict]);

/** Notes of the noun memory. */
export const blockMethods = defineNoun({
  events: {},
  methods: {
    'memory/listBlocks': {
      right: 'self',
      introducedIn: 2,
      summary:
        'Notes of a place in the order of the prompt: the repository’s, then the role’s; without a place all of them.',
      params: z.strictObject({ place: placeSchema.default({}) }),
      result: z.object({ blocks: z.array(blockSchema), revision: z.int().min(0) }),
    },
    'memory/getBlock': {
      right: 'self',
      introducedIn: 2,
      summary: 'One note, by its id or its label.',
      params: z.strictObject({ block: blockNameSchema }),
      result: z.object({ block: blockSchema }),
    },
    'memory/createBlock': {
      right: 'person',
      introducedIn: 2,
      summary: 'Makes a note.',
      params: z.strictObject({
        owner: blockOwnerSchema,
        label: blockLabelSchema,
        description: descriptionSchema.default(''),
        limit: limitSchema.default(blockLimits.atFirst),
        text: longTextSchema.default(''),
      }),
      result: z.object({ block: blockSchema, changeId: memoryChangeIdSchema }),
    },
    'memory/writeBlock': {
      right: 'self',
      introducedIn: 2,
      summary: 'Replaces the whole text of a note that was read at this revision.',
      params: z.strictObject({
        block: blockNameSchema,
        revision: z.int().min(0),
        text: longTextSchema,
      }),
      result: writeResult,
    },
    'memory/appendBlock': {
      right: 'self',
      introducedIn: 2,
      summary:
        'Adds lines at the end of a note. A label that is not there yet becomes a note of the repository, or of the role.',
      params: z.strictObject({
        block: blockNameSchema,
        text: longTextSchema.min(1),
        /** Of a note that has to be made. */
        ownedBy: z.enum(['repository', 'role']).default('repository'),
      }),
      result: writeResult,
    },
    'memory/replaceInBlock': {
      right: 'self',
      introducedIn: 2,
      summary: 'Replaces a text that stands in a note exactly once; an empty `new` removes it.',
      params: z.strictObject({
        block: blockNameSchema,
        old: longTextSchema.min(1),
        new: longTextSchema,
      }),
      result: writeResult,
    },
    'memory/changeBlock': {
      right: 'person',
      introducedIn: 2,
      summary: 'Changes label, description, limit or position of a note.',
      params: z.strictObject({
        blockId: blockIdSchema,
        label: blockLabelSchema.optional(),
        description: descriptionSchema.optional(),
        limit: limitSchema.optional(),
        position: z.int().min(0).max(1000).optional(),
      }),
      result: z.object({ block: blockSchema, changeId: memoryChangeIdSchema }),
    },
    'memory/removeBlock': {
      right: 'person',
      introducedIn: 2,
      summary: 'Removes a note; can be undone.',
      params: z.strictObject({ blockId: blockIdSchema }),
      result: z.object({ changeId: memoryChangeIdSchema }),
    },
    'memory/blockHistory': {
      right: 'self',
      introducedIn: 2,
      summary: 'Earlier texts of a note, the latest first.',
      params: z.strictObject({
        block: blockNameSchema,
        limit: z.int().min(1).max(200).default(50),
      }),
      result: z.object({ block: blockSchema, versions: z.array(blockVersionSchema) }),
    },
    'memory/prompt': {
      right: 'self',
      introducedIn: 2,
      summary: 'What is put in the prompt of an agent that starts there, and what that costs.',
      params: z.strictObject({ place: placeSchema.default({}) }),
      result: promptSchema,
    },
    'memory/reach': {
      right: 'person',
      introducedIn: 2,
      summary: 'How notes reach each agent that Waggle starts.',
      params: z.strictObject({}),
      result: z.object({ agents: z.array(reachSchema) }),
    },
  },
}).methods;
