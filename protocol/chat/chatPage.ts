/**
 * What the page of a chat and the editor's side of it say to each other. Both check every message: the page shows what
 * agents wrote, so nothing that comes from it is trusted. A verb that is not in these lists is not carried out.
 */
import { z } from 'zod';
import { sessionIdSchema } from '../wire/brand.ts';
import { chatSchema, messageIdSchema } from './chatState.ts';
import { attachmentSchema, entrySchema } from './entry.ts';
import { answerSchema, askHashSchema, permissionIdSchema } from './permission.ts';
import { attachmentsMost, textSchema } from './saying.ts';

const positionSchema = z.int().min(1);
/** Of a question to the editor, chosen by the page; its answer carries the same. */
const idSchema = z.int().min(1);

/** Something beside the text of a prompt. `text` is what the agent gets of it; an image travels as an attachment. */
export const promptPartSchema = z.strictObject({
  kind: z.enum(['file', 'selection', 'problems', 'session', 'image']),
  label: z.string().max(256),
  text: textSchema,
  image: attachmentSchema.optional(),
});
export type PromptPart = z.infer<typeof promptPartSchema>;

export const partsMost = 64;
export const draftSchema = z.strictObject({
  text: textSchema,
  parts: z.array(promptPartSchema).max(partsMost),
});
export type Draft = z.infer<typeof draftSchema>;

/** An open permission of another chat, as it was seen. */
export const sameAskSchema = z.strictObject({
  sessionId: sessionIdSchema,
  permissionId: permissionIdSchema,
  hash: askHashSchema,
});
export type SameAsk = z.infer<typeof sameAskSchema>;

export const suggestionSchema = z.object({
  label: z.string(),
  detail: z.string(),
  icon: z.string(),
  /** Stands in the text where `@…` stood; empty when there is only a part. */
  insert: z.string(),
  part: promptPartSchema.optional(),
});
export type Suggestion = z.infer<typeof suggestionSchema>;

/** From the editor to the page. */
export const toPageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('opened'),
    sessionId: sessionIdSchema,
    name: z.string(),
    agent: z.string(),
    /** Of the session; paths in it are shown without it where they are only named. */
    folder: z.string(),
    /** Translations of English words; those that are missing stay English. */
    words: z.record(z.string(), z.string()),
    chat: chatSchema,
    entries: z.array(entrySchema),
    revision: z.int().min(0),
    draft: draftSchema,
    /** The first entry that was in view; null: the newest. */
    place: positionSchema.nullable(),
    isMac: z.boolean(),
  }),
  z.object({ type: z.literal('chatChanged'), chat: chatSchema, name: z.string() }),
  z.object({ type: z.literal('entryChanged'), entry: entrySchema }),
  z.object({
    type: z.literal('appended'),
    position: positionSchema,
    at: z.int().min(0),
    text: z.string(),
  }),
  /** After a break: everything that changed, or that too much did. */
  z.object({
    type: z.literal('caughtUp'),
    chat: chatSchema,
    entries: z.array(entrySchema),
    isPartial: z.boolean(),
    revision: z.int().min(0),
  }),
  z.object({ type: z.literal('connection'), isConnected: z.boolean() }),
  z.object({ type: z.literal('pageRead'), id: idSchema, entries: z.array(entrySchema) }),
  z.object({ type: z.literal('found'), id: idSchema, positions: z.array(positionSchema) }),
  z.object({ type: z.literal('suggested'), id: idSchema, items: z.array(suggestionSchema) }),
  /** A `data:` address, or null when there is no such image. */
  z.object({ type: z.literal('imageRead'), id: idSchema, source: z.string().nullable() }),
  z.object({
    type: z.literal('contextRead'),
    id: idSchema,
    parts: z.array(z.object({ name: z.string(), tokens: z.int().min(0) })),
    problem: z.string(),
  }),
  z.object({
    type: z.literal('sameAsked'),
    permissionId: permissionIdSchema,
    others: z.array(sameAskSchema),
  }),
  /** Something did not work. Of a message: its text goes back to where it was written. */
  z.object({
    type: z.literal('failed'),
    text: z.string(),
    fix: z.string(),
    messageId: messageIdSchema.nullable(),
    permissionId: permissionIdSchema.nullable(),
  }),
  z.object({ type: z.literal('sent'), messageId: messageIdSchema }),
  z.object({ type: z.literal('added'), draft: draftSchema }),
  /** Shows an entry; null: what is asked. */
  z.object({ type: z.literal('reveal'), position: positionSchema.nullable() }),
  z.object({
    type: z.literal('act'),
    what: z.enum(['find', 'lastQuestion', 'focus', 'permission']),
  }),
  z.object({ type: z.literal('ping') }),
]);
export type ToPage = z.infer<typeof toPageSchema>;

/** What a button of the page asks for, without more to say. */
export const pageActs = [
  'interrupt',
  'stop',
  'continue',
  'retry',
  'fork',
  'pickModel',
  'pickMode',
  'pickFiles',
  'showRules',
  'switchToTerminal',
  'export',
  'rename',
  'reload',
] as const;

/** From the page to the editor. */
export const fromPageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('pong') }),
  z.strictObject({ type: z.literal('broken'), text: z.string().max(4000) }),
  z.strictObject({ type: z.literal('act'), what: z.enum(pageActs) }),
  z.strictObject({
    type: z.literal('read'),
    id: idSchema,
    from: z.int().min(1),
    limit: z.int().min(1).max(1000),
  }),
  z.strictObject({
    type: z.literal('send'),
    messageId: messageIdSchema,
    text: textSchema,
    attachments: z.array(attachmentSchema).max(attachmentsMost),
    isSteering: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('editQueued'),
    messageId: messageIdSchema,
    text: textSchema,
  }),
  z.strictObject({
    type: z.literal('moveQueued'),
    messageId: messageIdSchema,
    to: z.int().min(0).max(1000),
  }),
  z.strictObject({ type: z.literal('removeQueued'), messageId: messageIdSchema }),
  z.strictObject({
    type: z.literal('answer'),
    permissionId: permissionIdSchema,
    hash: askHashSchema,
    answer: answerSchema,
    others: z.array(sameAskSchema).max(64),
  }),
  z.strictObject({ type: z.literal('same'), permissionId: permissionIdSchema }),
  z.strictObject({
    type: z.literal('openDiff'),
    position: positionSchema,
    index: z.int().min(0).max(10_000),
  }),
  z.strictObject({
    type: z.literal('openFile'),
    path: z.string().min(1).max(4096),
    line: z.int().min(1).max(10_000_000).optional(),
  }),
  z.strictObject({ type: z.literal('openLink'), address: z.string().min(1).max(8192) }),
  z.strictObject({ type: z.literal('copy'), text: z.string().max(10_000_000) }),
  z.strictObject({ type: z.literal('insert'), text: z.string().max(10_000_000) }),
  z.strictObject({ type: z.literal('search'), id: idSchema, query: z.string().min(1).max(1000) }),
  z.strictObject({ type: z.literal('suggest'), id: idSchema, query: z.string().max(256) }),
  z.strictObject({
    type: z.literal('readImage'),
    id: idSchema,
    /** Attached to a prompt, or a file of the session's folder. */
    from: z.union([
      z.strictObject({ position: positionSchema, index: z.int().min(0).max(63) }),
      z.strictObject({ path: z.string().min(1).max(4096) }),
    ]),
  }),
  z.strictObject({ type: z.literal('readContext'), id: idSchema }),
  z.strictObject({ type: z.literal('restoreFiles'), turn: z.int().min(0) }),
  z.strictObject({ type: z.literal('draft'), draft: draftSchema }),
  z.strictObject({ type: z.literal('place'), position: positionSchema.nullable() }),
  z.strictObject({ type: z.literal('drop'), addresses: z.array(z.string().max(8192)).max(64) }),
]);
export type FromPage = z.infer<typeof fromPageSchema>;

/** All that the page keeps by itself: enough to be shown again. */
export const pageStateSchema = z.object({
  sessionId: sessionIdSchema,
  revision: z.int().min(0),
});
export type PageState = z.infer<typeof pageStateSchema>;
