/** A conversation goes on as a terminal or as a chat: what is asked for, and what goes along. */
import { z } from 'zod';
import { sessionSchema } from '../session/session.ts';
import { sessionIdSchema } from '../wire/brand.ts';
import { terminalSizeSchema } from '../wire/mark.ts';
import { chatSchema } from './chatState.ts';
import { askerFields, textSchema } from './saying.ts';

const bySession = z.strictObject({ sessionId: sessionIdSchema });
const chatResult = z.object({ chat: chatSchema });

export const handOverMethods = {
  'chat/switch': {
    right: 'person',
    introducedIn: 2,
    summary:
      'Goes on with the conversation of a session as a terminal or as a chat: the same session, one process at a time.',
    params: z.strictObject({
      ...askerFields,
      sessionId: sessionIdSchema,
      to: z.enum(['terminal', 'chat']),
      /** While a turn runs: `conflict`, then when it is over, or now: it is interrupted and gone on with there. */
      during: z.enum(['refuse', 'afterTurn', 'interrupt']).default('refuse'),
      /** What was being written and was not said; absent: what `chat/setDraft` left. */
      draft: textSchema.optional(),
      /** Of the terminal. */
      size: terminalSizeSchema.optional(),
    }),
    /** `waiting`: for the end of the turn. `returned`: it could not go on there, and is where it was; `reason` says why. */
    result: z.object({
      session: sessionSchema,
      chat: chatSchema,
      outcome: z.enum(['switched', 'waiting', 'returned']),
      reason: z.string().nullable(),
    }),
  },
  'chat/cancelSwitch': {
    right: 'person',
    introducedIn: 2,
    summary:
      'Leaves a conversation where it is that would be gone on with elsewhere after its turn.',
    params: bySession,
    result: chatResult,
  },
  'chat/setDraft': {
    right: 'person',
    introducedIn: 2,
    summary: 'Keeps what is being written and was not said; it goes along to a terminal.',
    params: z.strictObject({ sessionId: sessionIdSchema, text: textSchema }),
    result: chatResult,
  },
} as const;
