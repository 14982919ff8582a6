/**
 * Conversations that agents keep in files of their own, begun in Waggle or elsewhere: which there are, going on with one,
 * and reading one as history. All their texts are data of others.
 */
import { z } from 'zod';
import { agentIdSchema, sessionSchema } from '../session/session.ts';
import { clientIdSchema, instantSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { terminalSizeSchema } from '../wire/mark.ts';

const conversationIdSchema = z.string().regex(/^[\w-]{1,128}$/);

/** The asker's whole environment, or the values on top of what `windowId` reported: agents are looked for in it. */
const asker = {
  environment: z.record(z.string().min(1).max(256), z.string().max(131_072)).default({}),
  windowId: clientIdSchema.optional(),
};

export const keptConversationSchema = z.object({
  agent: agentIdSchema,
  id: z.string(),
  /** Where it was held; null when its file does not say. */
  directory: z.string().nullable(),
  /** The directory is there. */
  directoryExists: z.boolean(),
  /** One plain line, cut; empty when nothing was asked yet. */
  firstPrompt: z.string(),
  /** Last change of its file. */
  changedAt: instantSchema,
  bytes: z.int().min(0),
  /** Absolute. */
  path: z.string(),
  /** The process that is in it now; null when none is known. */
  running: z.object({ pid: z.int() }).nullable(),
  /** The session that it belongs to, running or not. */
  sessionId: sessionIdSchema.nullable(),
});
export type KeptConversation = z.infer<typeof keptConversationSchema>;

export const conversation = defineNoun({
  methods: {
    'conversation/list': {
      right: 'person',
      introducedIn: 2,
      summary: 'Lists the conversations that Claude Code and Codex keep, the latest first.',
      params: z.strictObject({
        ...asker,
        agent: agentIdSchema.optional(),
        limit: z.int().min(1).max(1000).default(200),
      }),
      result: z.object({
        conversations: z.array(keptConversationSchema),
        /** All that were found, listed or not. */
        total: z.int().min(0),
        /** Files that could not be read. */
        unreadable: z.int().min(0),
        /** Directories that were searched. */
        searched: z.array(z.string()),
      }),
    },
    'conversation/continue': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Goes on with a conversation in a session, once no process is in it any more; ends none.',
      params: z.strictObject({
        ...asker,
        conversationId: conversationIdSchema,
        agent: agentIdSchema.optional(),
        /** Absent: where the conversation was held. */
        cwd: z.string().min(1).max(4096).optional(),
        size: terminalSizeSchema,
      }),
      result: z.object({ session: sessionSchema }),
    },
    'conversation/import': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Reads a conversation into an ended session that can only be read; its file stays as it is.',
      params: z.strictObject({
        ...asker,
        conversationId: conversationIdSchema.optional(),
        /** Absolute; instead of an id. */
        path: z.string().min(1).max(4096).optional(),
        /** `chat`: into a chat, which can be searched and gone on with. Absent: lines to read. */
        as: z.literal('chat').optional(),
        agent: agentIdSchema.optional(),
      }),
      result: z.object({
        session: sessionSchema,
        /** What a person or the agent said, or a tool did. */
        messages: z.int().min(0),
        /** Lines that are no JSON or of an unknown form; they are left out. */
        malformed: z.int().min(0),
      }),
    },
  },
  events: {},
});
