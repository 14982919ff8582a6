/**
 * Sessions: something that runs and speaks. Holds their wire form and methods; what runs inside (bytes, rings) is the
 * host's and travels in frames. Deliberately knows nothing of views.
 */
import { z } from 'zod';
import {
  clientIdSchema,
  daemonIdSchema,
  instantSchema,
  roleIdSchema,
  sessionIdSchema,
  taskIdSchema,
  workspaceIdSchema,
} from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { terminalSizeSchema } from '../wire/mark.ts';
import { attentionSchema } from './attentionState.ts';
import { keepChangeSchema, keepSchema } from './keeping.ts';
import { resourcesSchema } from './resources.ts';

/** `starting → running → asleep | ended | killed | interrupted`; each of the last four can return to `starting`. */
export const sessionStatuses = [
  'starting',
  'running',
  'asleep',
  'ended',
  'killed',
  'interrupted',
] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

/** `pty` shows as a terminal, `pipe` as a chat. */
export const sessionModeSchema = z.enum(['pty', 'pipe']);

/** An agent's id of the launch table (`claude`, `codex`, …), `shell`, or `command`. */
export const agentIdSchema = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);

const nameSchema = z.string().min(1).max(128);
const tagSchema = z.string().min(1).max(64);
const environmentSchema = z.record(z.string().min(1).max(256), z.string().max(131_072));

export const exitSchema = z.object({
  code: z.int().nullable(),
  signal: z.string().nullable(),
  at: instantSchema,
});

/** An id that the agent itself uses for its talk, as observed; kept as a list, never erased by a failed resume. */
export const conversationSchema = z.object({
  id: z.string().max(256),
  source: z.enum(['chosen', 'title', 'hook', 'disk']),
  observedAt: instantSchema,
});

/** In the agent's conversation, the plain command again, a new shell in the old directory, or not at all. */
export const resumableSchema = z.enum(['conversation', 'command', 'shell', 'no']);

export const sessionSchema = z.object({
  id: sessionIdSchema,
  name: z.string(),
  /** `person` sticks; the others give way to a later title. */
  nameSource: z.enum(['default', 'title', 'person']),
  agent: agentIdSchema,
  mode: sessionModeSchema,
  status: z.enum(sessionStatuses),
  attention: attentionSchema,
  tags: z.array(z.string()),
  hidden: z.boolean(),
  cwd: z.string(),
  argv: z.array(z.string()),
  workspaceId: workspaceIdSchema,
  roleId: roleIdSchema,
  ownerDaemonId: daemonIdSchema,
  /** Counts processes: a new one is a new generation. */
  generation: z.int().min(0),
  pid: z.int().nullable(),
  size: terminalSizeSchema,
  exit: exitSchema.nullable(),
  /** Why it is `interrupted` or failed to start; a sentence. */
  reason: z.string().nullable(),
  conversations: z.array(conversationSchema),
  /** Clients that are attached now. */
  clients: z.int().min(0),
  /** Processes that still run after the main one ended. */
  backgroundProcesses: z.int().min(0),
  /** Where its shell is now, absolute, as the shell or else the system says; absent when neither does: then it is `cwd`. */
  directory: z.string().max(4096).optional(),
  /** A shell waits at its prompt or runs a command; absent and `unknown`: nobody can tell. */
  prompt: z.enum(['prompt', 'running', 'unknown']).optional(),
  /** The command line that runs or ran last, one plain line, cut; absent when the shell did not say it. */
  commandLine: z.string().optional(),
  /** Exit code of the last command that ended; absent while nobody knows one. */
  commandExit: z.int().optional(),
  /** What `session/resume` would do now; `no` while it runs. Absent: an older daemon, which can only restart. */
  resumable: resumableSchema.optional(),
  /** When the restart was noticed that interrupted it; absent unless it is `interrupted`. */
  interruptedAt: instantSchema.optional(),
  /** How it came to be, when not by `session/open`; an imported one never had a process. */
  origin: z.enum(['continued', 'mirrored', 'imported']).optional(),
  /** What is kept of its output; absent: the daemon is older than the choice. */
  keep: keepSchema.optional(),
  /** Nothing of it is ever written to disk, and it is gone when it has ended. */
  private: z.boolean().optional(),
  /** The task whose run it is; absent: nobody's. */
  taskId: taskIdSchema.optional(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  /** Global revision of the change that produced this value. */
  revision: z.int().min(0),
});
export type Session = z.infer<typeof sessionSchema>;

const bySession = z.strictObject({ sessionId: sessionIdSchema });
const sessionResult = z.object({ session: sessionSchema });

const openParams = z.strictObject({
  agent: agentIdSchema,
  /** Program and arguments; only with agent `command`. */
  command: z.array(z.string().max(131_072)).min(1).max(1024).optional(),
  /** Further arguments for an agent or shell. */
  arguments: z.array(z.string().max(131_072)).max(256).default([]),
  name: nameSchema.optional(),
  cwd: z.string().min(1).max(4096),
  tags: z.array(tagSchema).max(32).default([]),
  /** The opener's whole environment, or the values on top of what `windowId` reported. */
  environment: environmentSchema.default({}),
  /** The window whose reported environment is the base. */
  windowId: clientIdSchema.optional(),
  size: terminalSizeSchema,
  /** A repeated key returns the session that the first call opened. */
  idempotencyKey: z.string().min(8).max(64).optional(),
  /** What is kept of its output, over what is kept by default. */
  keep: keepChangeSchema.optional().meta({ introducedIn: 2 }),
  /** Nothing of it is written to disk. Ask the agreed version first: an older daemon would keep everything. */
  private: z.boolean().optional().meta({ introducedIn: 2 }),
  /** Who works; absent: the default role of the repository. */
  roleId: roleIdSchema.optional().meta({ introducedIn: 2 }),
  /** The answer brings the way to its host too, as `session/attach` with the right to write would. */
  attach: z.literal('host').optional().meta({ introducedIn: 2 }),
});

const attachParams = z.strictObject({
  sessionId: sessionIdSchema,
  right: z.enum(['write', 'observe']).default('write'),
  /** `host`: straight to the pty host's socket (same machine); `channel`: frames over this connection. */
  via: z.enum(['host', 'channel']),
  /** Where to resume; absent: everything the ring holds. Only read for `channel`; on a host it goes with its `attach`. */
  cursor: z.strictObject({ generation: z.int().min(0), seq: z.int().min(0) }).optional(),
});

const hostRoute = z.object({
  via: z.literal('host'),
  /** Path of the host's socket or name of its pipe, the key of the `client` handshake, and the ticket (hex). */
  socket: z.string(),
  hostId: z.string(),
  pid: z.int(),
  startTime: z.number(),
  key: z.string(),
  ticket: z.string(),
  session: sessionSchema,
});

export type HostRoute = z.infer<typeof hostRoute>;

const attachResult = z.discriminatedUnion('via', [
  hostRoute,
  z.object({
    via: z.literal('channel'),
    channel: z.int().min(1),
    generation: z.int().min(0),
    /** Seq of the first byte that will be sent, and the seq below which replies to queries are swallowed. */
    start: z.int().min(0),
    liveAt: z.int().min(0),
    size: terminalSizeSchema,
    /** The screen cannot be exact: output outran the checkpoint. */
    approximate: z.boolean().default(false),
    /** Highest input number known of this client: a new stream of it counts on from here. */
    lastInput: z.int().min(0).default(0),
    session: sessionSchema,
  }),
]);

export const session = defineNoun({
  methods: {
    'session/open': {
      right: 'person',
      introducedIn: 1,
      summary: 'Starts a process in a new session.',
      params: openParams,
      /** `route`: what was asked for with `attach`; absent when there is none, and then `session/attach` says why. */
      result: z.object({ session: sessionSchema, route: hostRoute.optional() }),
    },
    'session/list': {
      right: 'self',
      introducedIn: 1,
      summary: 'Lists sessions; an agent sees its own.',
      params: z.strictObject({ history: z.boolean().default(false) }),
      result: z.object({ sessions: z.array(sessionSchema), revision: z.int().min(0) }),
    },
    'session/subscribe': {
      right: 'self',
      introducedIn: 1,
      summary: 'Lists sessions and sends session events on this connection from that revision on.',
      params: z.strictObject({ history: z.boolean().default(false) }),
      result: z.object({ sessions: z.array(sessionSchema), revision: z.int().min(0) }),
    },
    'session/get': {
      right: 'self',
      introducedIn: 1,
      summary: 'One session by its id.',
      params: bySession,
      result: sessionResult,
    },
    'session/attach': {
      right: 'person',
      introducedIn: 1,
      summary: 'Opens the byte stream of a session.',
      params: attachParams,
      result: attachResult,
    },
    'session/detach': {
      right: 'person',
      introducedIn: 1,
      summary: 'Closes a channel; the session runs on.',
      params: z.strictObject({ channel: z.int().min(1) }),
      result: z.object({}),
    },
    'session/send': {
      right: 'person',
      introducedIn: 1,
      summary:
        'Types into a session without attaching; the answer says that the kernel took the bytes.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        text: z.string().max(1_000_000),
        take: z.boolean().default(false),
      }),
      result: z.object({ acknowledgement: z.literal('delivered') }),
    },
    'session/rename': {
      right: 'person',
      introducedIn: 1,
      summary: 'Gives a name that later titles do not change; null returns to automatic names.',
      params: z.strictObject({ sessionId: sessionIdSchema, name: nameSchema.nullable() }),
      result: sessionResult,
    },
    'session/tag': {
      right: 'person',
      introducedIn: 1,
      summary: 'Replaces the tags, or hides and shows the session.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        tags: z.array(tagSchema).max(32).optional(),
        hidden: z.boolean().optional(),
      }),
      result: sessionResult,
    },
    'session/kill': {
      right: 'person',
      introducedIn: 1,
      summary: 'Ends every process of a session: TERM, 3 s, KILL. Answers when all are gone.',
      params: bySession,
      result: z.object({ session: sessionSchema, killed: z.int().min(0) }),
    },
    'session/endIdle': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Ends a shell that waits at its prompt with nothing running in it and nobody attached; keeps everything else.',
      params: bySession,
      result: z.object({
        session: sessionSchema,
        /** Why it was kept; absent when it was ended. `unknown`: nobody can tell whether it is idle. */
        kept: z.enum(['noShell', 'notRunning', 'attached', 'busy', 'unknown']).optional(),
      }),
    },
    'session/restart': {
      right: 'person',
      introducedIn: 1,
      summary: 'Starts the same command in the same directory as a new generation.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        environment: environmentSchema.default({}),
        windowId: clientIdSchema.optional(),
        size: terminalSizeSchema.optional(),
      }),
      result: sessionResult,
    },
    'session/resume': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Brings a session back that does not run: an agent in the conversation observed last, a shell in its last directory.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        /** The asker's whole environment, or the values on top of what `windowId` reported. */
        environment: environmentSchema.default({}),
        windowId: clientIdSchema.optional(),
        size: terminalSizeSchema.optional(),
      }),
      result: z.object({
        session: sessionSchema,
        resumed: resumableSchema.exclude(['no']),
        /** What was done, for a person: "in the conversation of 08:12", "its conversation is not known: started again". */
        sentence: z.string(),
      }),
    },
    'session/listInterrupted': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Lists what restarts interrupted; `claim` makes the caller the one who asks about it.',
      params: z.strictObject({
        /** One notice for each restart: the first window that claims it shows it, the others get nothing. */
        claim: z.boolean().default(false),
      }),
      result: z.object({
        /** Everything that is interrupted now, hidden sessions included. */
        sessions: z.array(sessionSchema),
        /** Those of them that no caller claimed before this one did; empty without `claim`. */
        claimed: z.array(sessionIdSchema),
        revision: z.int().min(0),
      }),
    },
    'session/delete': {
      right: 'person',
      introducedIn: 1,
      summary: 'Removes an ended session and everything kept of it.',
      params: bySession,
      result: z.object({}),
    },
    'session/history': {
      right: 'self',
      introducedIn: 1,
      summary: 'Reads kept output in pages, oldest first.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        generation: z.int().min(0).optional(),
        from: z.int().min(0).default(0),
        maxBytes: z.int().min(1).max(524_288).default(262_144),
      }),
      result: z.object({
        generation: z.int().min(0),
        /** Seq of the first byte of `data`; larger than asked when older output is gone. */
        from: z.int().min(0),
        /** Base64. */
        data: z.string(),
        /** Seq after `data`, and the end of what is kept. */
        next: z.int().min(0),
        end: z.int().min(0),
        /** Ranges inside `data` that were not kept. */
        gaps: z.array(z.object({ from: z.int(), to: z.int() })),
      }),
    },
    'session/keep': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Reads or changes what is kept of the output of a session; without one, what is kept by default.',
      params: z.strictObject({
        sessionId: sessionIdSchema.optional(),
        change: keepChangeSchema.optional(),
      }),
      result: z.object({ keep: keepSchema }),
    },
    'session/resources': {
      right: 'person',
      introducedIn: 2,
      summary: 'What the processes of sessions, hosts and the daemon use, measured now.',
      params: z.strictObject({ sessionId: sessionIdSchema.optional() }),
      result: resourcesSchema,
    },
  },
  events: {
    'session/opened': {
      introducedIn: 1,
      summary: 'A session began to exist.',
      params: sessionResult,
    },
    'session/changed': {
      introducedIn: 1,
      summary: 'Anything of a session changed; carries the whole value.',
      params: sessionResult,
    },
    'session/deleted': {
      introducedIn: 1,
      summary: 'A session and everything kept of it is gone.',
      params: z.object({ sessionId: sessionIdSchema, revision: z.int().min(0) }),
    },
    'session/channelClosed': {
      introducedIn: 1,
      summary: 'The daemon closed a channel of this connection; the session may run on.',
      params: z.object({ channel: z.int().min(1), reason: z.string() }),
    },
  },
});
