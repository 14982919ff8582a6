/**
 * Chats: sessions of mode `pipe`, whose agent speaks in events instead of drawing a terminal. Holds what can be said to
 * one and what is told of it; the journal's entries and the permissions are beside it.
 */
import { z } from 'zod';
import { agentIdSchema, sessionSchema } from '../session/session.ts';
import { instantSchema, sessionIdSchema, workspaceIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { chatSchema, chatSettingsSchema, messageIdSchema } from './chatState.ts';
import { attachmentSchema, entrySchema } from './entry.ts';
import {
  answerSchema,
  askHashSchema,
  permissionIdSchema,
  permissionSchema,
  ruleIdSchema,
  ruleSchema,
} from './permission.ts';
import { handOverMethods } from './handOver.ts';
import { askerFields as asker, attachmentsMost, textSchema } from './saying.ts';

const bySession = z.strictObject({ sessionId: sessionIdSchema });
const chatResult = z.object({ chat: chatSchema });
const byMessage = { sessionId: sessionIdSchema, messageId: messageIdSchema };

const openPermissionSchema = z.object({
  sessionId: sessionIdSchema,
  workspaceId: workspaceIdSchema,
  position: z.int().min(1),
  permission: permissionSchema,
});

export type { Abilities, Chat, ChatSettings, Choice, QueuedMessage } from './chatState.ts';

export const chat = defineNoun({
  methods: {
    'chat/create': {
      right: 'person',
      introducedIn: 2,
      summary: 'Starts an agent in a new chat.',
      params: z.strictObject({
        ...asker,
        agent: agentIdSchema,
        cwd: z.string().min(1).max(4096),
        name: z.string().min(1).max(128).optional(),
        arguments: z.array(z.string().max(131_072)).max(256).default([]),
        tags: z.array(z.string().min(1).max(64)).max(32).default([]),
        model: z.string().min(1).max(128).optional(),
        mode: z.string().min(1).max(128).optional(),
        /** Nothing of it is written to disk, and it is gone when it has ended. */
        private: z.boolean().optional(),
        idempotencyKey: z.string().min(8).max(64).optional(),
      }),
      result: z.object({ session: sessionSchema, chat: chatSchema }),
    },
    'chat/list': {
      right: 'person',
      introducedIn: 2,
      summary: 'All chats as they are.',
      params: z.strictObject({}),
      result: z.object({ chats: z.array(chatSchema) }),
    },
    'chat/get': {
      right: 'self',
      introducedIn: 2,
      summary: 'One chat as it is.',
      params: bySession,
      result: chatResult,
    },
    'chat/read': {
      right: 'self',
      introducedIn: 2,
      summary: 'A page of the journal, in order; at most about 1 MB of it.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        /** The first position; with `back` the one before which the page ends. */
        from: z.int().min(0),
        back: z.boolean().default(false),
        limit: z.int().min(1).max(1000).default(200),
      }),
      result: z.object({
        entries: z.array(entrySchema),
        /** Position of the last entry of the journal. */
        end: z.int().min(0),
        /** There is more in the direction of the page. */
        more: z.boolean(),
      }),
    },
    'chat/subscribe': {
      right: 'self',
      introducedIn: 2,
      summary:
        'The chat as it is and sends its events on this connection; with `since`, what changed in the journal after that revision.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        since: z.int().min(0).optional(),
        /** So many of the newest entries when `since` is absent. */
        last: z.int().min(0).max(1000).default(100),
      }),
      result: z.object({
        chat: chatSchema,
        entries: z.array(entrySchema),
        /** Too much changed since then: read the journal again. */
        isPartial: z.boolean(),
        revision: z.int().min(0),
      }),
    },
    'chat/unsubscribe': {
      right: 'self',
      introducedIn: 2,
      summary: 'Ends the events of a chat on this connection.',
      params: bySession,
      result: z.object({}),
    },
    'chat/attachment': {
      right: 'self',
      introducedIn: 2,
      summary: 'The data of what was attached to a prompt, base64.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        position: z.int().min(1),
        index: z.int().min(0).max(63),
      }),
      result: z.object({ name: z.string(), mediaType: z.string(), data: z.string() }),
    },
    'chat/export': {
      right: 'self',
      introducedIn: 2,
      summary: 'The journal as Markdown, in pages.',
      params: z.strictObject({ sessionId: sessionIdSchema, from: z.int().min(1).default(1) }),
      /** `next`: where the following page begins; null when this is the last. */
      result: z.object({ text: z.string(), next: z.int().min(1).nullable() }),
    },
    'chat/search': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Finds words in what was said and done in chats, the best first; the last word may be a beginning.',
      params: z.strictObject({
        query: z.string().min(1).max(1000),
        sessionId: sessionIdSchema.optional(),
        limit: z.int().min(1).max(200).default(50),
      }),
      result: z.object({
        found: z.array(
          z.object({
            sessionId: sessionIdSchema,
            /** Of the entry: it opens there. */
            position: z.int().min(1),
            kind: z.enum(['prompt', 'text', 'thinking', 'tool']),
            at: instantSchema,
            /** One plain line around what was found. */
            line: z.string(),
          }),
        ),
      }),
    },
    'chat/send': {
      right: 'person',
      introducedIn: 2,
      summary: 'Puts a message at the end of the queue; it is said when no turn runs.',
      params: z.strictObject({
        ...asker,
        sessionId: sessionIdSchema,
        /** Chosen by the sender: a repeat changes nothing. */
        messageId: messageIdSchema,
        text: textSchema,
        attachments: z.array(attachmentSchema).max(attachmentsMost).default([]),
      }),
      result: z.object({ acknowledgement: z.literal('durable'), chat: chatSchema }),
    },
    'chat/steer': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Says a message now: into the turn that runs where the agent can, else the turn is interrupted and it goes first.',
      params: z.strictObject({
        ...asker,
        sessionId: sessionIdSchema,
        messageId: messageIdSchema,
        text: textSchema,
        attachments: z.array(attachmentSchema).max(attachmentsMost).default([]),
      }),
      result: z.object({ acknowledgement: z.literal('durable'), chat: chatSchema }),
    },
    'chat/editQueued': {
      right: 'person',
      introducedIn: 2,
      summary: 'Changes the text of a message that waits.',
      params: z.strictObject({ ...byMessage, text: textSchema }),
      result: chatResult,
    },
    'chat/moveQueued': {
      right: 'person',
      introducedIn: 2,
      summary: 'Moves a message that waits to another place in the queue.',
      params: z.strictObject({ ...byMessage, to: z.int().min(0).max(1000) }),
      result: chatResult,
    },
    'chat/removeQueued': {
      right: 'person',
      introducedIn: 2,
      summary: 'Takes a message that waits out of the queue.',
      params: z.strictObject(byMessage),
      result: chatResult,
    },
    'chat/interrupt': {
      right: 'person',
      introducedIn: 2,
      summary: 'Ends the turn that runs; the queue goes on.',
      params: bySession,
      result: chatResult,
    },
    'chat/stop': {
      right: 'person',
      introducedIn: 2,
      summary: 'Ends the turn that runs and pauses the queue.',
      params: bySession,
      result: chatResult,
    },
    'chat/continue': {
      right: 'person',
      introducedIn: 2,
      summary: 'Lets a paused queue go on.',
      params: z.strictObject({ ...asker, sessionId: sessionIdSchema }),
      result: chatResult,
    },
    'chat/retry': {
      right: 'person',
      introducedIn: 2,
      summary: 'Says the last prompt once more.',
      params: z.strictObject({ ...asker, sessionId: sessionIdSchema }),
      result: chatResult,
    },
    'chat/fork': {
      right: 'person',
      introducedIn: 2,
      summary: 'A new chat that knows what was said in this one; this one stays as it is.',
      params: z.strictObject({
        ...asker,
        sessionId: sessionIdSchema,
        name: z.string().min(1).max(128).optional(),
      }),
      result: z.object({ session: sessionSchema, chat: chatSchema }),
    },
    'chat/sleep': {
      right: 'person',
      introducedIn: 2,
      summary: 'Ends the process of an idle chat now; the next message starts it again.',
      params: bySession,
      result: chatResult,
    },
    ...handOverMethods,
    'chat/setModel': {
      right: 'person',
      introducedIn: 2,
      summary: 'Chooses the model; null is the agent’s own choice from its next start on.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        model: z.string().min(1).max(128).nullable(),
      }),
      result: chatResult,
    },
    'chat/setMode': {
      right: 'person',
      introducedIn: 2,
      summary: 'Chooses what the agent may do unasked, in its own words.',
      params: z.strictObject({ sessionId: sessionIdSchema, mode: z.string().min(1).max(128) }),
      result: chatResult,
    },
    'chat/context': {
      right: 'person',
      introducedIn: 2,
      summary: 'What fills the context of the model, as the agent reckons it.',
      params: bySession,
      result: z.object({
        tokens: z.int().min(0),
        max: z.int().min(0),
        parts: z.array(z.object({ name: z.string(), tokens: z.int().min(0) })),
      }),
    },
    'chat/answer': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Answers what is asked; refused when it is not the hash that was seen or when it is answered or over.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        permissionId: permissionIdSchema,
        hash: askHashSchema,
        answer: answerSchema,
        /** The same action asked elsewhere, allowed or denied with it: each as it was seen. */
        others: z
          .array(
            z.strictObject({
              sessionId: sessionIdSchema,
              permissionId: permissionIdSchema,
              hash: askHashSchema,
            }),
          )
          .max(64)
          .default([]),
      }),
      result: z.object({
        permission: permissionSchema,
        /** How many of `others` were answered too; the rest was over by then. */
        others: z.int().min(0),
      }),
    },
    'chat/listPermissions': {
      right: 'person',
      introducedIn: 2,
      summary: 'Everything that is asked now, in all chats, the oldest first.',
      params: z.strictObject({}),
      result: z.object({ permissions: z.array(openPermissionSchema) }),
    },
    'chat/listRules': {
      right: 'person',
      introducedIn: 2,
      summary: 'What is allowed without asking.',
      params: z.strictObject({}),
      result: z.object({ rules: z.array(ruleSchema) }),
    },
    'chat/changeRule': {
      right: 'person',
      introducedIn: 2,
      summary: 'Changes the pattern or the end of a rule.',
      params: z.strictObject({
        ruleId: ruleIdSchema,
        pattern: z.string().min(1).max(4096).optional(),
        expiresAt: instantSchema.nullable().optional(),
      }),
      result: z.object({ rule: ruleSchema }),
    },
    'chat/removeRule': {
      right: 'person',
      introducedIn: 2,
      summary: 'Asks again from now on.',
      params: z.strictObject({ ruleId: ruleIdSchema }),
      result: z.object({}),
    },
    'chat/configure': {
      right: 'person',
      introducedIn: 2,
      summary: 'Reads or changes when chats sleep and how many agents run at once.',
      params: z.strictObject({
        change: z
          .strictObject({
            sleepAfterMs: chatSettingsSchema.shape.sleepAfterMs.optional(),
            maxRunning: chatSettingsSchema.shape.maxRunning.optional(),
          })
          .optional(),
      }),
      result: z.object({ settings: chatSettingsSchema }),
    },
  },
  events: {
    'chat/changed': {
      introducedIn: 2,
      summary: 'Anything of a chat but its journal changed; carries the whole value.',
      params: chatResult,
    },
    'chat/entryChanged': {
      introducedIn: 2,
      summary:
        'An entry of the journal is new or changed; what is not open any more is on disk when it is told.',
      params: z.object({ sessionId: sessionIdSchema, entry: entrySchema }),
    },
    'chat/appended': {
      introducedIn: 2,
      summary:
        'Text came to the end of an open entry, not on disk yet: its text is now `at` characters and this.',
      params: z.object({
        sessionId: sessionIdSchema,
        position: z.int().min(1),
        at: z.int().min(0),
        text: z.string(),
      }),
    },
  },
});
