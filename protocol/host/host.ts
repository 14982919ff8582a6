/**
 * The host protocol: small, frozen, versioned. Spoken over the host's own socket in raw frames; `call` frames carry
 * JSON-RPC. Two rights: `control` (the daemon) and `client` (a terminal with a ticket), by the secret of the handshake.
 * Strings that the host does not understand (meta, checkpoint) are opaque to it.
 */
import { z } from 'zod';
import { defineNoun } from '../wire/define.ts';
import { hostIdSchema, sessionIdSchema } from '../wire/brand.ts';
import { terminalSizeSchema } from '../wire/mark.ts';

export const hostProtocolVersion = 1;
export const hostTokenIds = { control: 'control', client: 'client' } as const;

export const hostKindSchema = z.enum(['pty', 'pipe']);
export type HostKind = z.infer<typeof hostKindSchema>;

/** `<home>/run/host-<id>.json`, 0600. Keys are 64 hex digits; `clientKey` opens nothing but `attach` with a ticket. */
export const hostFileSchema = z.object({
  id: hostIdSchema,
  kind: hostKindSchema,
  socket: z.string(),
  key: z.string(),
  clientKey: z.string(),
  pid: z.int(),
  /** Start time of the process as the kernel tells it (Linux: clock ticks since boot), to recognise a re-used pid. */
  startTime: z.number(),
  protocol: z.int(),
  version: z.string(),
});
export type HostFile = z.infer<typeof hostFileSchema>;

const cursorSchema = z.object({ generation: z.int().min(0), seq: z.int().min(0) });

/** A session as its host knows it. `start`/`end`: seqs that the ring holds. */
export const hostSessionSchema = z.object({
  session: sessionIdSchema,
  generation: z.int().min(0),
  kind: hostKindSchema,
  pid: z.int(),
  startTime: z.number(),
  size: terminalSizeSchema,
  start: z.int().min(0),
  end: z.int().min(0),
  /** Pipe sessions: the seq up to which the daemon acknowledged durably. */
  acked: z.int().min(0),
  exit: z
    .object({ code: z.int().nullable(), signal: z.int().nullable(), at: z.number() })
    .nullable(),
  /** Processes of its tree that still run. Zero until counted. */
  background: z.int().min(0),
  writer: z.string().nullable(),
  clients: z.int().min(0),
  held: z.boolean(),
  checkpoint: cursorSchema.nullable(),
  meta: z.string(),
});
export type HostSession = z.infer<typeof hostSessionSchema>;

const bySession = z.strictObject({ session: sessionIdSchema });
const empty = z.object({});

export const host = defineNoun({
  methods: {
    'host/spawn': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Starts a process. Idempotent per session and generation.',
      params: z.strictObject({
        session: sessionIdSchema,
        generation: z.int().min(0),
        argv: z.array(z.string()).min(1),
        cwd: z.string(),
        env: z.record(z.string(), z.string()),
        size: terminalSizeSchema,
        ringBytes: z
          .int()
          .min(4096)
          .max(64 * 1024 * 1024),
        meta: z.string().max(16_384),
      }),
      result: z.object({ pid: z.int(), startTime: z.number(), already: z.boolean() }),
    },
    'host/list': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Every session the host holds.',
      params: z.strictObject({}),
      result: z.object({ sessions: z.array(hostSessionSchema), draining: z.boolean() }),
    },
    'host/countTyped': {
      right: 'owner',
      introducedIn: 1,
      summary:
        'Text that clients typed or pasted into a session so far, in bytes. An older host does not know this.',
      params: bySession,
      result: z.object({ bytes: z.int().min(0) }),
    },
    'host/attach': {
      right: 'self',
      introducedIn: 1,
      summary:
        'Opens a channel: the checkpoint when one is needed, then the bytes. Clients show a ticket, the daemon names the session.',
      params: z.strictObject({
        ticket: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
        session: sessionIdSchema.optional(),
        cursor: z.strictObject({ generation: z.int().min(0), seq: z.int().min(0) }).optional(),
        /** Interactive clients may pause the pty within their budget; background ones never. */
        pace: z.enum(['interactive', 'background']).default('interactive'),
      }),
      result: z.object({
        channel: z.int().min(1),
        generation: z.int().min(0),
        start: z.int().min(0),
        liveAt: z.int().min(0),
        size: terminalSizeSchema,
        writer: z.string().nullable(),
        /** The screen cannot be exact: output outran the checkpoint. */
        approximate: z.boolean(),
        exit: z.object({ code: z.int().nullable(), signal: z.int().nullable() }).nullable(),
        /** Highest input number known of this client: a new stream of it counts on from here. */
        lastInput: z.int().min(0),
      }),
    },
    'host/detach': {
      right: 'self',
      introducedIn: 1,
      summary: 'Closes a channel.',
      params: z.strictObject({ channel: z.int().min(1) }),
      result: empty,
    },
    'host/readErrors': {
      right: 'owner',
      introducedIn: 1,
      summary: 'What a pipe session wrote to its standard error: the last 64 KiB, base64.',
      params: bySession,
      result: z.object({
        generation: z.int().min(0),
        start: z.int().min(0),
        end: z.int().min(0),
        data: z.string(),
      }),
    },
    'host/eof': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Ends the input of a pipe session.',
      params: bySession,
      result: empty,
    },
    'host/signal': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Signals the main process of a session, verified by its start time.',
      params: z.strictObject({
        session: sessionIdSchema,
        signal: z.enum(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGWINCH']),
      }),
      result: z.object({ delivered: z.boolean() }),
    },
    'host/addTicket': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Registers a ticket before it is handed out.',
      params: z.strictObject({
        ticket: z.string().regex(/^[0-9a-f]{64}$/),
        session: sessionIdSchema,
        right: z.enum(['write', 'observe']),
        principal: z.string().min(1).max(128),
        client: z.string().min(1).max(64),
      }),
      result: empty,
    },
    'host/revokeTicket': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Closes the channels of a ticket, or of all tickets of a principal.',
      params: z.strictObject({ ticket: z.string().optional(), principal: z.string().optional() }),
      result: z.object({ closed: z.int().min(0) }),
    },
    'host/putCheckpoint': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Stores the opaque screen of a session at a seq; base64 of at most 256 KiB.',
      params: z.strictObject({
        session: sessionIdSchema,
        generation: z.int().min(0),
        seq: z.int().min(0),
        size: terminalSizeSchema,
        data: z.string().max(349_528),
      }),
      result: z.object({ stored: z.boolean() }),
    },
    'host/getCheckpoint': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Reads it back.',
      params: bySession,
      result: z.object({
        checkpoint: z
          .object({ generation: z.int(), seq: z.int(), size: terminalSizeSchema, data: z.string() })
          .nullable(),
      }),
    },
    'host/sendScreen': {
      right: 'owner',
      introducedIn: 1,
      summary:
        'Sends the stored screen to the clients that lost output before it. `exact`: nothing is missing in it. Older hosts answer methodNotFound.',
      params: z.strictObject({
        session: sessionIdSchema,
        generation: z.int().min(0),
        exact: z.boolean(),
      }),
      result: z.object({ clients: z.int().min(0) }),
    },
    'host/describeLost': {
      right: 'owner',
      introducedIn: 1,
      summary:
        'What bytes changed beyond what they drew, also when they are no longer held. Older hosts answer methodNotFound.',
      params: z.strictObject({
        session: sessionIdSchema,
        generation: z.int().min(0),
        from: z.int().min(0),
        to: z.int().min(0),
      }),
      result: z.object({
        /** They changed nothing but what stands here. */
        isKnown: z.boolean(),
        /** Colours and the like of what follows. */
        looks: z.boolean(),
        /** Where the cursor is saved. */
        saves: z.boolean(),
        /** Which screen is shown, be it for a moment. */
        switches: z.boolean(),
        /** Output that makes all other changes again: modes, margins, names. */
        replay: z.string(),
      }),
    },
    'host/hold': {
      right: 'owner',
      introducedIn: 1,
      summary: 'An ended session that is held is not collected.',
      params: z.strictObject({ session: sessionIdSchema, held: z.boolean() }),
      result: empty,
    },
    'host/stats': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Memory, descriptors, counts.',
      params: z.strictObject({}),
      result: z.object({
        rssBytes: z.int(),
        ringBytes: z.int(),
        sessions: z.int(),
        clients: z.int(),
        descriptors: z.int().nullable(),
        sheds: z.int(),
      }),
    },
    'host/collect': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Forgets an ended session and its ring.',
      params: bySession,
      result: z.object({ collected: z.boolean() }),
    },
    'host/drain': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Refuses new sessions from now on; ends when the last one is collected.',
      params: z.strictObject({}),
      result: empty,
    },
  },
  events: {
    'host/exited': {
      introducedIn: 1,
      summary: 'A process of a session ended; sent to control clients.',
      params: z.object({
        session: sessionIdSchema,
        generation: z.int(),
        code: z.int().nullable(),
        signal: z.int().nullable(),
        background: z.int(),
      }),
    },
    'host/clientsChanged': {
      introducedIn: 1,
      summary: 'Attached clients or the writer of a session changed; sent to control clients.',
      params: z.object({
        session: sessionIdSchema,
        clients: z.int(),
        writer: z.string().nullable(),
      }),
    },
    'host/screenWanted': {
      introducedIn: 1,
      summary:
        'Clients lost output and the session is calm: a screen stored at or after seq makes theirs whole. Sent to control clients.',
      params: z.object({
        session: sessionIdSchema,
        generation: z.int().min(0),
        seq: z.int().min(0),
      }),
    },
    'host/channelClosed': {
      introducedIn: 1,
      summary: 'The host closed a channel of this connection; sent to that connection.',
      params: z.object({ channel: z.int().min(1), reason: z.enum(['revoked', 'collected']) }),
    },
  },
});
export type HostMethods = (typeof host)['methods'];
export type HostMethodName = keyof HostMethods & string;
export type HostEvents = (typeof host)['events'];
export type HostEventName = keyof HostEvents & string;
