/** Full-text search over everything that is kept: what was said and done in chats, imported or not, and what stood in terminals. */
import { z } from 'zod';
import { instantSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

/** Where something was found: it opens there. */
export const foundPlaceSchema = z.discriminatedUnion('in', [
  z.object({
    in: z.literal('chat'),
    /** Of the entry. */
    position: z.int().min(1),
    kind: z.enum(['prompt', 'text', 'thinking', 'tool']),
  }),
  z.object({
    in: z.literal('output'),
    generation: z.int().min(0),
    /** Where the piece of output begins. */
    seq: z.int().min(0),
    end: z.int().min(0),
  }),
]);
export type FoundPlace = z.infer<typeof foundPlaceSchema>;

export const foundSchema = z.object({
  sessionId: sessionIdSchema,
  place: foundPlaceSchema,
  /** Null: nobody knows when it was written. */
  at: instantSchema.nullable(),
  /** One plain line around what was found; text of others. */
  line: z.string(),
});
export type Found = z.infer<typeof foundSchema>;

export const search = defineNoun({
  methods: {
    'search/find': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Finds words that all stand together in an entry or a piece of output, the best first; the last word may be a beginning.',
      params: z.strictObject({
        query: z.string().min(1).max(1000),
        sessionId: sessionIdSchema.optional(),
        in: z.enum(['chat', 'output']).optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
      result: z.object({
        found: z.array(foundSchema),
        /** Kept output that is not indexed yet. */
        bytesLeft: z.int().min(0),
      }),
    },
    'search/readOutput': {
      right: 'person',
      introducedIn: 2,
      summary: 'Kept output around a place as lines of plain text, for reading on there.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        generation: z.int().min(0),
        seq: z.int().min(0),
        query: z.string().max(1000).default(''),
      }),
      result: z.object({
        lines: z.array(z.string()),
        /** Of the line in which the words stand first; 0 when they are gone. */
        line: z.int().min(0),
      }),
    },
  },
  events: {},
});
