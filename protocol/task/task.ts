/**
 * Tasks: work that is handed out, with a schedule (when) and runs (what happened). Holds what a task is and what can be
 * said about one; what an agent says about its own task comes by tools, and approves nothing.
 */
import { z } from 'zod';
import {
  daemonIdSchema,
  instantSchema,
  roleIdSchema,
  runIdSchema,
  taskIdSchema,
  workspaceIdSchema,
} from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { runSchema } from './run.ts';
import { taskStateSchema } from './taskState.ts';
import { resultKinds, taskFields, taskResultSchema } from './work.ts';

export type { Run, RunOutcome, RunState, RunTrigger } from './run.ts';
export type { MissedPolicy, OverlapPolicy, Policies, Schedule } from './schedule.ts';
export type { TaskState, TaskStatus } from './taskState.ts';
export type { AwayPolicy, Budget, Check, Priority, TaskResult, Work } from './work.ts';

export const taskSchema = z.object({
  ...taskFields,
  id: taskIdSchema,
  parentId: taskIdSchema.nullable(),
  state: taskStateSchema,
  /** Its schedule is off: a person's checkbox. "Run now" works all the same. */
  paused: z.boolean(),
  /** The next planned time; null: none, or it is paused, a draft or cancelled. */
  nextRunAt: instantSchema.nullable(),
  /** The newest run that is not a skipped one. */
  lastRun: runSchema.nullable(),
  results: z.array(taskResultSchema),
  /** What the agent said last about how far it is; one plain line. */
  progress: z.string().max(1024).nullable(),
  /** Who made it. `file`: `.waggle/tasks/*.md` of a repository. */
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person') }),
    z.object({ kind: z.literal('agent'), sessionId: z.string() }),
    z.object({
      kind: z.literal('file'),
      path: z.string(),
      /** The file is not there any more, or says something that cannot be: a sentence. */
      problem: z.string().nullable(),
      /** It was enabled, and changed since. */
      changed: z.boolean(),
    }),
  ]),
  workspaceId: workspaceIdSchema,
  roleId: roleIdSchema,
  ownerDaemonId: daemonIdSchema,
  createdAt: instantSchema,
  updatedAt: instantSchema,
  revision: z.int().min(0),
});
export type Task = z.infer<typeof taskSchema>;

export const taskSettingsSchema = z.object({
  /** No schedule runs; "run now" does. A copied data directory starts so. */
  paused: z.boolean(),
  /** Why everything is paused, when nobody paused it; a sentence. */
  pausedReason: z.string().nullable(),
  /** Runs at once, of all tasks and of one agent. */
  maxRunning: z.int().min(1).max(64),
  maxPerAgent: z.int().min(1).max(64),
  /** The person was asked whether Waggle starts at login. */
  askedLogin: z.boolean(),
});
export type TaskSettings = z.infer<typeof taskSettingsSchema>;

/** Left out, these say: no schedule, no time-out, no retries, nothing special. */
export const taskDefaults = {
  description: '',
  worktree: false,
  environment: {},
  timeoutMs: null,
  retries: { max: 0, delayMs: 30_000 },
  schedule: { kind: 'none' },
  policies: {},
  check: null,
  budget: {},
  continueAfterLimit: false,
  priority: 'medium',
  labels: [],
  assignee: null,
  review: false,
} as const;

const byTask = z.strictObject({ taskId: taskIdSchema });
const taskResult = z.object({ task: taskSchema });
const comment = z.string().max(50_000);

const createParams = z.strictObject({
  title: taskFields.title,
  work: taskFields.work,
  cwd: taskFields.cwd,
  parentId: taskIdSchema.nullable().default(null),
  description: taskFields.description.default(taskDefaults.description),
  worktree: taskFields.worktree.default(taskDefaults.worktree),
  environment: taskFields.environment.default(taskDefaults.environment),
  timeoutMs: taskFields.timeoutMs.default(taskDefaults.timeoutMs),
  retries: taskFields.retries.default(taskDefaults.retries),
  schedule: taskFields.schedule.default(taskDefaults.schedule),
  policies: taskFields.policies.prefault(taskDefaults.policies),
  check: taskFields.check.default(taskDefaults.check),
  budget: taskFields.budget.prefault(taskDefaults.budget),
  continueAfterLimit: taskFields.continueAfterLimit.default(taskDefaults.continueAfterLimit),
  priority: taskFields.priority.default(taskDefaults.priority),
  labels: taskFields.labels.default([]),
  assignee: taskFields.assignee.default(taskDefaults.assignee),
  review: taskFields.review.default(taskDefaults.review),
  /** Made, not enabled: it does not run until `task/enable`. */
  draft: z.boolean().default(false),
  /** Made with its schedule off. */
  paused: z.boolean().default(false),
  /** A repeated key returns the task that the first call made. */
  idempotencyKey: z.string().min(8).max(64).optional(),
});

const editParams = z.strictObject({
  taskId: taskIdSchema,
  /** The revision that was seen: `conflict` when it is another one by now. */
  revision: z.int().min(0).optional(),
  change: z.strictObject({ ...taskFields, parentId: taskIdSchema.nullable() }).partial(),
});

const taskList = z.object({
  tasks: z.array(taskSchema),
  settings: taskSettingsSchema,
  revision: z.int().min(0),
});

export const task = defineNoun({
  methods: {
    'task/create': {
      right: 'person',
      introducedIn: 2,
      summary: 'Makes a task; with a schedule it runs by itself from then on.',
      params: createParams,
      /** `askLogin`: the first schedule, and nobody was asked yet whether Waggle starts at login. */
      result: z.object({ task: taskSchema, askLogin: z.boolean() }),
    },
    'task/list': {
      right: 'person',
      introducedIn: 2,
      summary: 'All tasks, those of the task files in trusted folders included.',
      params: z.strictObject({}),
      result: taskList,
    },
    'task/subscribe': {
      right: 'person',
      introducedIn: 2,
      summary: 'The list, and task events on this connection from that revision on.',
      params: z.strictObject({}),
      result: taskList,
    },
    'task/get': {
      right: 'person',
      introducedIn: 2,
      summary: 'One task by its id.',
      params: byTask,
      result: taskResult,
    },
    'task/edit': {
      right: 'person',
      introducedIn: 2,
      summary: 'Changes what, when, where or under which parent; a run that runs is not touched.',
      params: editParams,
      result: z.object({ task: taskSchema, askLogin: z.boolean() }),
    },
    'task/delete': {
      right: 'person',
      introducedIn: 2,
      summary: 'Removes a task, its children and its history; a run that runs is cancelled.',
      params: byTask,
      result: z.object({ deleted: z.array(taskIdSchema) }),
    },
    'task/restore': {
      right: 'person',
      introducedIn: 2,
      summary: 'Brings deleted tasks back with their history, within a day.',
      params: z.strictObject({ taskIds: z.array(taskIdSchema).min(1).max(1000) }),
      result: z.object({ tasks: z.array(taskSchema) }),
    },
    'task/enable': {
      right: 'person',
      introducedIn: 2,
      summary: 'Lets a draft or a task file run, as it was seen (`revision`).',
      params: z.strictObject({ taskId: taskIdSchema, revision: z.int().min(0) }),
      result: z.object({ task: taskSchema, askLogin: z.boolean() }),
    },
    'task/run': {
      right: 'person',
      introducedIn: 2,
      summary: 'Runs it now; the schedule stays as it is.',
      params: byTask,
      result: z.object({ task: taskSchema, run: runSchema }),
    },
    'task/approve': {
      right: 'person',
      introducedIn: 2,
      summary: 'What it did is good; refused while a child is open.',
      params: z.strictObject({ taskId: taskIdSchema, comment: comment.optional() }),
      result: taskResult,
    },
    'task/requestChanges': {
      right: 'person',
      introducedIn: 2,
      summary: 'Says what is missing; the same conversation goes on with it.',
      params: z.strictObject({ taskId: taskIdSchema, feedback: comment.min(1) }),
      result: z.object({ task: taskSchema, run: runSchema }),
    },
    'task/cancel': {
      right: 'person',
      introducedIn: 2,
      summary: 'Ends what runs of it and its schedule; its children too.',
      params: z.strictObject({ taskId: taskIdSchema, comment: comment.optional() }),
      result: taskResult,
    },
    'task/retry': {
      right: 'person',
      introducedIn: 2,
      summary: 'Runs a task that failed, was cancelled or is blocked once more.',
      params: byTask,
      result: z.object({ task: taskSchema, run: runSchema }),
    },
    'task/reopen': {
      right: 'person',
      introducedIn: 2,
      summary: 'Makes a task that is over ready again; nothing runs yet.',
      params: byTask,
      result: taskResult,
    },
    'task/pause': {
      right: 'person',
      introducedIn: 2,
      summary: 'Turns the schedule of a task off or on.',
      params: z.strictObject({ taskId: taskIdSchema, paused: z.boolean() }),
      result: z.object({ task: taskSchema, askLogin: z.boolean() }),
    },
    'task/history': {
      right: 'person',
      introducedIn: 2,
      summary: 'Runs, newest first, of one task or of all, in pages.',
      params: z.strictObject({
        taskId: taskIdSchema.optional(),
        /** What the last page gave as `next`. */
        after: z.string().max(128).optional(),
        limit: z.int().min(1).max(500).default(50),
      }),
      /** `next`: null when there are no older ones. */
      result: z.object({ runs: z.array(runSchema), next: z.string().nullable() }),
    },
    'task/output': {
      right: 'person',
      introducedIn: 2,
      summary: 'The end of what a run wrote, kept with the run; plain text of another program.',
      params: z.strictObject({ runId: runIdSchema }),
      result: z.object({
        run: runSchema,
        output: z.string(),
        /** There was more before it. */
        isTail: z.boolean(),
      }),
    },
    'task/addResult': {
      right: 'person',
      introducedIn: 2,
      summary: 'Attaches a file, a link, a commit or a note.',
      params: z.strictObject({
        taskId: taskIdSchema,
        kind: z.enum(resultKinds),
        title: z.string().min(1).max(200),
        target: z.string().min(1).max(20_000),
      }),
      result: taskResult,
    },
    'task/removeResult': {
      right: 'person',
      introducedIn: 2,
      summary: 'Takes a result off its task; what it names stays.',
      params: z.strictObject({ taskId: taskIdSchema, resultId: z.uuid() }),
      result: taskResult,
    },
    'task/configure': {
      right: 'person',
      introducedIn: 2,
      summary: 'Reads or changes what holds for all tasks.',
      params: z.strictObject({
        change: z
          .strictObject({
            paused: z.boolean(),
            maxRunning: taskSettingsSchema.shape.maxRunning,
            maxPerAgent: taskSettingsSchema.shape.maxPerAgent,
            askedLogin: z.literal(true),
          })
          .partial()
          .optional(),
      }),
      result: z.object({ settings: taskSettingsSchema }),
    },
  },
  events: {
    'task/changed': {
      introducedIn: 2,
      summary: 'Tasks were made or changed, with their whole values; others do not exist any more.',
      params: z.object({
        tasks: z.array(taskSchema),
        deleted: z.array(taskIdSchema),
        revision: z.int().min(0),
      }),
    },
    'task/runChanged': {
      introducedIn: 2,
      summary: 'A run began, went on or ended; carries the whole value.',
      params: z.object({ run: runSchema }),
    },
    'task/configured': {
      introducedIn: 2,
      summary: 'What holds for all tasks changed.',
      params: z.object({ settings: taskSettingsSchema }),
    },
  },
});
