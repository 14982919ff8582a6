/** What a task does, where, and with which rights: everything that a person fills in but the time. */
import { z } from 'zod';
import { agentIdSchema } from '../session/session.ts';
import { instantSchema, roleIdSchema } from '../wire/brand.ts';
import { policiesSchema, scheduleSchema } from './schedule.ts';

/** Characters; far below the 1 MiB of a request. */
export const promptMaxChars = 200_000;

/**
 * What an agent may do when nobody is there. `readOnly`: look; all else is denied. `editInWorktree`: also edit files, in a
 * worktree made for the task; all else is denied. `ask`: whatever it asks waits for a person, up to the time-out.
 */
export const awayPolicies = ['readOnly', 'editInWorktree', 'ask'] as const;
export type AwayPolicy = (typeof awayPolicies)[number];

export const workSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('prompt'),
    prompt: z.string().min(1).max(promptMaxChars),
    agent: agentIdSchema,
    model: z.string().min(1).max(128).nullable().default(null),
    away: z.enum(awayPolicies).default('ask'),
  }),
  /** Program and arguments, as they are: no shell reads them. */
  z.strictObject({
    kind: z.literal('command'),
    command: z.array(z.string().max(131_072)).min(1).max(1024),
  }),
  /** Nothing of its own: what its children come to, or what a person does. */
  z.strictObject({ kind: z.literal('none') }),
]);
export type Work = z.infer<typeof workSchema>;

/** Repeat until a command passes: its output goes back as feedback; at most `max` rounds, the first included. */
export const checkSchema = z.strictObject({
  command: z.array(z.string().max(131_072)).min(1).max(1024),
  max: z.int().min(1).max(50),
  timeoutMs: z.int().min(1000).max(86_400_000).default(600_000),
});
export type Check = z.infer<typeof checkSchema>;

/** What a run, with all that follows from it, may use; it is stopped and says so. Null: no ceiling. */
export const budgetSchema = z.strictObject({
  tokens: z.int().min(1).nullable().default(null),
  dollars: z.number().positive().nullable().default(null),
  minutes: z.number().positive().max(100_000).nullable().default(null),
});
export type Budget = z.infer<typeof budgetSchema>;

export const priorities = ['low', 'medium', 'high', 'critical'] as const;
export type Priority = (typeof priorities)[number];

const label = z.string().min(1).max(64);

/** Shared by create and edit: nothing here has a default, so that an edit leaves out what it does not change. */
export const taskFields = {
  title: z.string().min(1).max(200),
  description: z.string().max(50_000),
  work: workSchema,
  /** Absolute. */
  cwd: z.string().min(1).max(4096),
  /** Runs in a worktree made for the task, not in `cwd` itself. */
  worktree: z.boolean(),
  environment: z.record(z.string().regex(/^[A-Za-z_]\w{0,255}$/), z.string().max(131_072)),
  /** Of one run; null: none. */
  timeoutMs: z.int().min(1000).max(604_800_000).nullable(),
  /** After a failure, a time-out or a loss; the delay doubles with each. */
  retries: z.strictObject({
    max: z.int().min(0).max(20),
    delayMs: z.int().min(0).max(86_400_000),
  }),
  schedule: scheduleSchema,
  policies: policiesSchema,
  check: checkSchema.nullable(),
  budget: budgetSchema,
  /** When the agent's plan is used up: one more run when the limit is reset, as the agent said. */
  continueAfterLimit: z.boolean(),
  priority: z.enum(priorities),
  labels: z.array(label).max(32),
  /** The role that works; null: the default one of the repository. */
  assignee: roleIdSchema.nullable(),
  /** A person must approve what a run did. */
  review: z.boolean(),
};

/** Something a run left: a file (path below the working directory), a link, a commit, or a note. */
export const resultKinds = ['file', 'link', 'commit', 'note'] as const;
export const taskResultSchema = z.object({
  id: z.uuid(),
  kind: z.enum(resultKinds),
  title: z.string().max(200),
  /** A path, a URL (http or https), a commit's hash, or the text of the note. */
  target: z.string().max(20_000),
  by: z.enum(['person', 'agent']),
  at: instantSchema,
});
export type TaskResult = z.infer<typeof taskResultSchema>;
