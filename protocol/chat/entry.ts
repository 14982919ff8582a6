/**
 * The journal of a chat: everything that was said, done and asked, in order, whatever the agent. All texts in it are data
 * of others. What an agent's tool was given is JSON as text: it may be nested deeper than a message.
 */
import { z } from 'zod';
import { instantSchema } from '../wire/brand.ts';
import { fileChangeSchema, permissionSchema } from './permission.ts';

export const chatUsageSchema = z.object({
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  cachedTokens: z.int().min(0),
  /** As the agent reckons it; null when it does not. */
  costUsd: z.number().min(0).nullable(),
});
export type ChatUsage = z.infer<typeof chatUsageSchema>;

export const attachmentSchema = z.strictObject({
  name: z.string().min(1).max(256),
  mediaType: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
  /** Base64; a request holds 1 MiB in all. */
  data: z.string().min(1).max(900_000),
});
export type Attachment = z.infer<typeof attachmentSchema>;

/** `cut`: it was running when its turn or its process ended. */
export const toolStatuses = ['preparing', 'running', 'done', 'failed', 'denied', 'cut'] as const;
/** `cut`: the process ended in mid-turn. */
export const turnOutcomes = ['completed', 'interrupted', 'failed', 'cut'] as const;

export const planStepSchema = z.object({
  text: z.string(),
  status: z.enum(['pending', 'inProgress', 'completed']),
});
export type PlanStep = z.infer<typeof planStepSchema>;

const turnStartedSchema = z.object({
  kind: z.literal('turnStarted'),
  /** `agent`: it began by itself, as when something in its background ended. */
  by: z.enum(['person', 'agent']),
});
const promptSchema = z.object({
  kind: z.literal('prompt'),
  text: z.string(),
  /** Without their data; `chat/attachment` has it. */
  attachments: z.array(z.object({ name: z.string(), mediaType: z.string() })),
  /** It was said while a turn ran. */
  isSteering: z.boolean(),
});
const textSchema = z.object({ kind: z.literal('text'), text: z.string() });
const thinkingSchema = z.object({
  kind: z.literal('thinking'),
  text: z.string(),
  ms: z.int().min(0).nullable(),
});
const toolSchema = z.object({
  kind: z.literal('tool'),
  name: z.string(),
  /** One plain line: what it does. */
  title: z.string().max(256),
  /** All arguments as JSON; empty while they are being written. */
  input: z.string(),
  /** What it gave back, cut in the middle when it was long; empty while it runs. */
  output: z.string(),
  /** Characters that were left out of `output`. */
  outputCut: z.int().min(0),
  status: z.enum(toolStatuses),
  changes: z.array(fileChangeSchema),
  ms: z.int().min(0).nullable(),
});
const planSchema = z.object({ kind: z.literal('plan'), steps: z.array(planStepSchema) });
const askSchema = z.object({ kind: z.literal('permission'), permission: permissionSchema });
const turnEndedSchema = z.object({
  kind: z.literal('turnEnded'),
  outcome: z.enum(turnOutcomes),
  /** One plain line; empty when it just ended. */
  reason: z.string(),
  ms: z.int().min(0),
  usage: chatUsageSchema.nullable(),
});
const errorSchema = z.object({
  kind: z.literal('error'),
  /** `signIn`: the agent wants the person to log in. */
  code: z.enum(['signIn', 'model', 'process', 'start', 'output']),
  text: z.string(),
  /** The one thing to do; empty when there is none. */
  fix: z.string(),
});
const noticeSchema = z.object({ kind: z.literal('notice'), text: z.string() });

export const entryContentSchema = z.discriminatedUnion('kind', [
  turnStartedSchema,
  promptSchema,
  textSchema,
  thinkingSchema,
  toolSchema,
  planSchema,
  askSchema,
  turnEndedSchema,
  errorSchema,
  noticeSchema,
]);
export type EntryContent = z.infer<typeof entryContentSchema>;

export const entrySchema = z.object({
  /** Counts from 1 within a chat; an entry keeps it for good, its content may change. */
  position: z.int().min(1),
  turn: z.int().min(0),
  at: instantSchema,
  /** It may still change: a text that is being written, a tool that runs, a question that nobody answered. */
  isOpen: z.boolean(),
  /** Position of the tool call of whose agent within the agent it is; of a permission, the one that it is about. */
  parent: z.int().min(1).nullable(),
  /** Global revision of the change; 0: it was told before it was on disk. */
  revision: z.int().min(0),
  content: entryContentSchema,
});
export type Entry = z.infer<typeof entrySchema>;
