/** A notice: one time that a person was told, or was spared, that something needs them. */
import { z } from 'zod';
import { instantSchema, sessionIdSchema } from '../wire/brand.ts';

/** Ranked in this order. */
export const needKinds = [
  'permission',
  'question',
  'signIn',
  'failed',
  'review',
  'finished',
  'notice',
] as const;
export type NeedKind = (typeof needKinds)[number];

/** Why nobody was called for it; absent when somebody was. */
export const silences = [
  'visible',
  'muted',
  'quietHours',
  'coolDown',
  'shortTurn',
  'off',
  'nobody',
] as const;
export type Silence = (typeof silences)[number];

export const noticeSchema = z.object({
  /** Opaque, 128 random bits in hex: stands in links. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** Rises with every notice; what a reader remembers. */
  cursor: z.int().min(1),
  kind: z.enum(needKinds),
  sessionId: sessionIdSchema.nullable(),
  /** Name of the session then, or of who called; one cleaned line. */
  title: z.string().max(128),
  /** One cleaned line. */
  text: z.string().max(256),
  at: instantSchema,
  silence: z.enum(silences).optional(),
  /** When a person opened or dismissed it, or what it told of was over. */
  settledAt: instantSchema.optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** Local wall time of the daemon's machine, `HH:MM`. */
const clockTimeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** A title of a known or own agent and the state it stands for; read before the built-in ones. */
const titlePatternSchema = z.strictObject({
  agent: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  state: z.enum(['working', 'idle', 'asking', 'unknown']),
  /** A regular expression over the title, cut to 256 characters first. */
  pattern: z.string().min(1).max(256),
});

const settingFields = {
  /** How long something must stay before anybody is called; permissions at once. */
  dwellMs: z.int().min(0).max(600_000),
  /** After a call, a session is silent for this long; permissions too. */
  coolDownMs: z.int().min(0).max(3_600_000),
  /** Calls that come together are one. */
  coalesceMs: z.int().min(0).max(10_000),
  /** Only turns that took longer call when they are done. */
  finishedAfterMs: z.int().min(0).max(86_400_000),
  quietHours: z.strictObject({ from: clockTimeSchema, to: clockTimeSchema }).nullable(),
  /** Notices of the operating system. */
  system: z.boolean(),
  /** A message in the window that rings. */
  toast: z.boolean(),
  sound: z.boolean(),
  /** The person's own program and its arguments; it gets the notice as JSON on its standard input. */
  command: z.array(z.string().min(1).max(4096)).max(64),
  titlePatterns: z.array(titlePatternSchema).max(64),
};

export const noticeSettingsSchema = z.object(settingFields);
export type NoticeSettings = z.infer<typeof noticeSettingsSchema>;
export const noticeSettingsChangeSchema = z.strictObject(settingFields).partial();

/** What a person does not want to hear of: a session, or everything when `sessionId` is null. */
export const muteSchema = z.object({
  sessionId: sessionIdSchema.nullable(),
  /** Null: until it is taken back. */
  until: instantSchema.nullable(),
});
export type Mute = z.infer<typeof muteSchema>;
