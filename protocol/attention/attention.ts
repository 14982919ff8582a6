/**
 * Needs you: the registry of what waits for a person, and how a person is told. Other nouns register kinds; this one lists,
 * ranks, answers, calls, and says why a session is in its state.
 */
import { z } from 'zod';
import { clientIdSchema, instantSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import {
  muteSchema,
  needKinds,
  noticeSchema,
  noticeSettingsChangeSchema,
  noticeSettingsSchema,
} from './notice.ts';
import type { NeedKind } from './notice.ts';
import { whySchema } from './why.ts';

export { needKinds } from './notice.ts';
export type { NeedKind } from './notice.ts';

export const needSchema = z.object({
  id: z.string().min(1).max(64),
  kind: z.enum(needKinds).exclude(['review']),
  /** Somebody's work waits for a review: clients that do not know it see a question. Absent: it is of its kind. */
  isReview: z.boolean().optional(),
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

export function kindOfNeed({ kind, isReview }: Pick<Need, 'kind' | 'isReview'>): NeedKind {
  return isReview === true ? 'review' : kind;
}

const needList = z.object({ needs: z.array(needSchema), revision: z.int().min(0) });
const noticeIdSchema = noticeSchema.shape.id;
/** Whoever remembers what it has read: the same name after a restart (`cli`, a machine's editor). */
const readerSchema = z.string().regex(/^[\w.:-]{1,64}$/);
const messageSchema = z.string().min(1).max(4096);

/** Where a session is opened: here, in another window that was told to, or in a folder that no window has open. */
const placeSchema = z.object({
  sessionId: sessionIdSchema.nullable(),
  place: z.enum(['here', 'other', 'folder']),
  /** With `other`: a link of that window, which brings it to the front. */
  callback: z.string().max(4096).optional(),
  /** With `folder`: absolute. */
  folder: z.string().max(4096).optional(),
});

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
    'attention/why': {
      right: 'self',
      introducedIn: 2,
      summary: 'Who says that a session is in its state, by which rule, and what was outranked.',
      params: z.strictObject({ sessionId: sessionIdSchema }),
      result: whySchema,
    },
    'attention/hook': {
      right: 'self',
      introducedIn: 2,
      summary:
        'What a hook of an agent reports about the caller’s own session; the same as a post to `/hooks/<session>`.',
      params: z.strictObject({
        agent: z.enum(['claude', 'codex', 'gemini']),
        payload: z.record(z.string().max(128), z.unknown()),
        /** Of the process that reports; absent: the one that runs. */
        generation: z.int().min(0).optional(),
      }),
      /** `reason`: why it was not taken. */
      result: z.object({ taken: z.boolean(), reason: z.string().optional() }),
    },
    'attention/notify': {
      right: 'self',
      introducedIn: 2,
      summary:
        'An agent or a script calls the person; with `wait` the answer comes when somebody dealt with it.',
      params: z.strictObject({
        message: messageSchema,
        /** Absent: the session of the caller’s token, if it has one. */
        sessionId: sessionIdSchema.optional(),
        wait: z.boolean().default(false),
      }),
      /** `outcome`: absent without `wait`. */
      result: z.object({
        noticeId: noticeIdSchema,
        outcome: z.enum(['opened', 'dismissed']).optional(),
      }),
    },
    'attention/listNotices': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Notices after a cursor, oldest first; with `reader` and no cursor, those that it has not read.',
      params: z.strictObject({
        reader: readerSchema.optional(),
        since: z.int().min(0).optional(),
        limit: z.int().min(1).max(500).default(100),
      }),
      /** `cursor`: of the last one listed, or where the list ends. */
      result: z.object({ notices: z.array(noticeSchema), cursor: z.int().min(0) }),
    },
    'attention/readNotices': {
      right: 'person',
      introducedIn: 2,
      summary: 'A reader has read everything up to this cursor.',
      params: z.strictObject({ reader: readerSchema, cursor: z.int().min(0) }),
      result: z.object({}),
    },
    'attention/mute': {
      right: 'person',
      introducedIn: 2,
      summary: 'Mutes a session or everything, until an instant or until it is taken back.',
      params: z.strictObject({
        sessionId: sessionIdSchema.nullable(),
        /** False takes it back. */
        muted: z.boolean(),
        until: instantSchema.nullable().default(null),
      }),
      result: z.object({ mutes: z.array(muteSchema) }),
    },
    'attention/configure': {
      right: 'person',
      introducedIn: 2,
      summary: 'Reads or changes when and how a person is called.',
      params: z.strictObject({ change: noticeSettingsChangeSchema.optional() }),
      result: z.object({ settings: noticeSettingsSchema, mutes: z.array(muteSchema) }),
    },
    'attention/openNotice': {
      right: 'person',
      introducedIn: 2,
      summary: 'Somebody followed the link of a notice: settles it and says where its session is.',
      params: z.strictObject({ noticeId: noticeIdSchema, windowId: clientIdSchema.optional() }),
      result: placeSchema,
    },
    'attention/next': {
      right: 'person',
      introducedIn: 2,
      summary:
        'The next session that needs the person, ranked over all windows; repeated calls go round.',
      params: z.strictObject({
        windowId: clientIdSchema.optional(),
        /** The one that the last call led to. */
        after: sessionIdSchema.optional(),
      }),
      /** Null: nothing needs the person. */
      result: z.object({ need: needSchema.nullable(), place: placeSchema.nullable() }),
    },
  },
  events: {
    'attention/changed': {
      introducedIn: 1,
      summary: 'The whole list after a change.',
      params: needList,
    },
    'attention/rang': {
      introducedIn: 2,
      summary: 'Sent to the one window that rings: it shows what it is told to.',
      params: z.object({
        /** The newest first; several came together. */
        notices: z.array(noticeSchema).min(1),
        toast: z.boolean(),
        /** Its extension runs away from the person: it raises the system's notice where the person sits. */
        system: z.boolean(),
        sound: z.boolean(),
      }),
    },
    'attention/revealed': {
      introducedIn: 2,
      summary: 'Sent to one window: open this session and come to the front.',
      params: z.object({ sessionId: sessionIdSchema }),
    },
    'attention/configured': {
      introducedIn: 2,
      summary: 'Settings or mutes changed.',
      params: z.object({ settings: noticeSettingsSchema, mutes: z.array(muteSchema) }),
    },
  },
});
