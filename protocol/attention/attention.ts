/** Needs you: the registry of what waits for a person. Other nouns register kinds; this one lists, ranks and answers. */
import { z } from 'zod';
import { instantSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

/** Ranked in this order. */
export const needKinds = [
  'permission',
  'question',
  'signIn',
  'failed',
  'finished',
  'notice',
] as const;

export const needSchema = z.object({
  id: z.string().min(1).max(64),
  kind: z.enum(needKinds),
  sessionId: sessionIdSchema.nullable(),
  taskId: z.string().nullable(),
  /** One line, cleaned. */
  text: z.string().max(256),
  since: instantSchema,
  revision: z.int().min(0),
  /** Answers that fit in the row; `review` opens what holds the whole. */
  actions: z.array(z.object({ id: z.string().max(64), label: z.string().max(64) })),
});
export type Need = z.infer<typeof needSchema>;

const needList = z.object({ needs: z.array(needSchema), revision: z.int().min(0) });

export const attention = defineNoun({
  methods: {
    'attention/list': {
      right: 'person',
      introducedIn: 1,
      summary: 'What needs the person, ranked.',
      params: z.strictObject({}),
      result: needList,
    },
    'attention/subscribe': {
      right: 'person',
      introducedIn: 1,
      summary: 'The list, and `attention/changed` from that revision on.',
      params: z.strictObject({}),
      result: needList,
    },
    'attention/answer': {
      right: 'person',
      introducedIn: 1,
      summary: 'Answers an entry; refused when its revision is not the one that was seen.',
      params: z.strictObject({
        id: z.string().min(1).max(64),
        action: z.string().min(1).max(64),
        revision: z.int().min(0),
      }),
      result: z.object({}),
    },
  },
  events: {
    'attention/changed': {
      introducedIn: 1,
      summary: 'The whole list after a change.',
      params: needList,
    },
  },
});
