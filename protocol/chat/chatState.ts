/** A chat as it is: what it does now, what waits, what can be chosen. */
import { z } from 'zod';
import { agentIdSchema } from '../session/session.ts';
import { instantSchema, sessionIdSchema } from '../wire/brand.ts';
import { chatUsageSchema } from './entry.ts';

export const messageIdSchema = z.uuid();

export const queuedMessageSchema = z.object({
  id: messageIdSchema,
  text: z.string(),
  attachments: z.array(z.object({ name: z.string(), mediaType: z.string() })),
  at: instantSchema,
});
export type QueuedMessage = z.infer<typeof queuedMessageSchema>;

/** Something to choose from, as the agent names it. */
const choiceSchema = z.object({ id: z.string(), label: z.string(), description: z.string() });
export type Choice = z.infer<typeof choiceSchema>;

/** What this agent can do in a chat. */
export const abilitiesSchema = z.object({
  /** A message reaches the turn that runs. Else steering interrupts it and goes first. */
  steer: z.boolean(),
  fork: z.boolean(),
  /** What is asked can be allowed in another form. */
  edit: z.boolean(),
  images: z.boolean(),
});
export type Abilities = z.infer<typeof abilitiesSchema>;

export const chatStates = [
  'starting',
  'idle',
  'working',
  'asking',
  'stopping',
  'waiting',
  'asleep',
  'ended',
  'terminal',
] as const;

export const chatSchema = z.object({
  sessionId: sessionIdSchema,
  agent: agentIdSchema,
  /**
   * `waiting`: as many agents run as may. `asleep` and `ended`: no process; the next message starts one. `terminal`: the
   * conversation is gone on with in the session's terminal; what waits is said there.
   */
  state: z.enum(chatStates),
  turn: z.object({ number: z.int().min(1), startedAt: instantSchema }).nullable(),
  /** In the order in which it will be said. */
  queue: z.array(queuedMessageSchema),
  /** What was being written and was not said; at most 900,000 characters. */
  draft: z.string(),
  /** Where it is gone on with when the turn is over; null: it stays. */
  switching: z.enum(['terminal', 'chat']).nullable(),
  /** Why nothing of the queue is said by itself; null when it is. */
  paused: z.string().nullable(),
  /** Null: the agent's own choice. */
  model: z.string().nullable(),
  models: z.array(choiceSchema),
  /** What the agent may do unasked, in its own words; null: its own choice. */
  mode: z.string().nullable(),
  modes: z.array(choiceSchema),
  commands: z.array(choiceSchema),
  abilities: abilitiesSchema,
  /** Of all turns. */
  usage: chatUsageSchema,
  context: z.object({ tokens: z.int().min(0), max: z.int().min(0) }).nullable(),
  /** Positions of what is asked now. */
  asking: z.array(z.int().min(1)),
  forkedFrom: sessionIdSchema.nullable(),
  /** Position of the last entry; 0 when there is none. */
  end: z.int().min(0),
  revision: z.int().min(0),
});
export type Chat = z.infer<typeof chatSchema>;

export const chatSettingsSchema = z.object({
  /** An idle chat's process ends after so long; null: never. */
  sleepAfterMs: z.int().min(1000).max(604_800_000).nullable(),
  /** Agents that run at once, in chats. */
  maxRunning: z.int().min(1).max(256),
});
export type ChatSettings = z.infer<typeof chatSettingsSchema>;
