/**
 * What an agent of a chat asks a person: whether it may do something, which of several ways to go, whether its plan is
 * good. A record of its own, because an answer must fit exactly what was asked, and must come in time.
 */
import { z } from 'zod';
import { agentIdSchema } from '../session/session.ts';
import { instantSchema, sessionIdSchema, workspaceIdSchema } from '../wire/brand.ts';

export const permissionIdSchema = z.string().regex(/^[0-9a-f]{32}$/);
/** SHA-256 over everything that was asked: an answer carries the one it saw. */
export const askHashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** `superseded`: asked again in another form. `void`: its turn or its process ended first. */
export const permissionStates = ['open', 'answered', 'superseded', 'void'] as const;

/** A change of one file. `before` null: the file is new, or what stood there is not known. */
export const fileChangeSchema = z.object({
  path: z.string(),
  before: z.string().nullable(),
  after: z.string(),
});
export type FileChange = z.infer<typeof fileChangeSchema>;

export const questionSchema = z.object({
  /** Names it in the answer. */
  id: z.string(),
  text: z.string(),
  header: z.string(),
  /** Several options may be chosen. */
  multiple: z.boolean(),
  /** Empty: any text. */
  options: z.array(z.object({ label: z.string(), description: z.string() })),
});
export type Question = z.infer<typeof questionSchema>;

export const permissionSchema = z.object({
  permissionId: permissionIdSchema,
  hash: askHashSchema,
  state: z.enum(permissionStates),
  /** Of the process that asks. */
  generation: z.int().min(0),
  createdAt: instantSchema,
  /** Null: it waits as long as its turn lasts. */
  expiresAt: instantSchema.nullable(),
  /** `plan`: whether it may go on as its plan says. `question`: `questions` are to be answered. */
  ask: z.enum(['tool', 'plan', 'question']),
  tool: z.string(),
  /** The whole action as one plain line, when it fits one of 120 characters and nothing of it is hidden; else null. */
  line: z.string().max(120).nullable(),
  /** What the agent says it is for; empty when it says nothing. */
  description: z.string(),
  /** All arguments as JSON, or the text of the plan. */
  input: z.string(),
  /** Where it would run; absolute. */
  cwd: z.string(),
  changes: z.array(fileChangeSchema),
  questions: z.array(questionSchema),
  /** An answer may change `input`. */
  canEdit: z.boolean(),
  /** What an always-rule for exactly this would say; null: there can be none. */
  pattern: z.string().nullable(),
  answer: z
    .object({
      behavior: z.enum(['allow', 'deny']),
      /** `rule`: no person was asked this time. */
      by: z.enum(['person', 'rule']),
      at: instantSchema,
      /** What the agent is told with a denial. */
      message: z.string().nullable(),
      /** What was allowed instead of `input`. */
      input: z.string().nullable(),
      answers: z.record(z.string(), z.string()).nullable(),
      ruleId: z.string().nullable(),
    })
    .nullable(),
});
export type Permission = z.infer<typeof permissionSchema>;

export const ruleIdSchema = z.uuid();

/** What is allowed without asking from now on. Only a person makes one. */
export const ruleSchema = z.object({
  id: ruleIdSchema,
  /** Holds for one session, or else for every session of this agent in the repository. */
  sessionId: sessionIdSchema.nullable(),
  workspaceId: workspaceIdSchema.nullable(),
  agent: agentIdSchema,
  tool: z.string(),
  /** `*`: whatever the tool does. Else the exact command or path, or its beginning followed by ` *` or `/**`. */
  pattern: z.string().min(1).max(4096),
  expiresAt: instantSchema.nullable(),
  createdAt: instantSchema,
  /** Id of the principal. */
  createdBy: z.string(),
  /** How often it answered. */
  uses: z.int().min(0),
});
export type Rule = z.infer<typeof ruleSchema>;

/** `session`: until the chat is deleted. `repository`: for all chats of this agent there. */
export const ruleWishSchema = z.strictObject({
  scope: z.enum(['session', 'repository']),
  pattern: z.string().min(1).max(4096),
  expiresAt: instantSchema.nullable().default(null),
});
export type RuleWish = z.infer<typeof ruleWishSchema>;

export const answerSchema = z.discriminatedUnion('behavior', [
  z.strictObject({
    behavior: z.literal('allow'),
    /** Instead of what was asked: the arguments as JSON. */
    input: z.string().max(900_000).optional(),
    /** By the ids of the questions; several labels are separated by ", ". */
    answers: z.record(z.string().max(100_000), z.string().max(100_000)).optional(),
    always: ruleWishSchema.optional(),
  }),
  z.strictObject({
    behavior: z.literal('deny'),
    /** What the agent is told. */
    message: z.string().max(100_000).optional(),
    /** The turn ends too. */
    interrupt: z.boolean().default(false),
  }),
]);
export type Answer = z.infer<typeof answerSchema>;
