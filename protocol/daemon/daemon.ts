/** The daemon about itself: state, stop, log. */
import { z } from 'zod';
import { daemonIdSchema, instantSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

export const hostStatusSchema = z.object({
  id: z.string(),
  kind: z.enum(['pty', 'pipe']),
  pid: z.int(),
  connected: z.boolean(),
  draining: z.boolean(),
  sessions: z.int().min(0),
  version: z.string(),
});

export type HostStatus = z.infer<typeof hostStatusSchema>;

export const daemonStatusSchema = z.object({
  id: daemonIdSchema,
  version: z.string(),
  protocol: z.int(),
  pid: z.int(),
  startedAt: instantSchema,
  home: z.string(),
  port: z.int().nullable(),
  /** Why the wanted port is not the one in use. */
  portNote: z.string().nullable(),
  socket: z.string(),
  logFile: z.string(),
  runtime: z.object({ execPath: z.string(), node: z.string() }),
  sessions: z.object({ running: z.int(), total: z.int() }),
  clients: z.int(),
  hosts: z.array(hostStatusSchema),
  /** Anything a person should know: nothing is recorded, a corrupt database that was put aside … */
  warnings: z.array(z.string()),
});
export type DaemonStatus = z.infer<typeof daemonStatusSchema>;

export const daemon = defineNoun({
  methods: {
    'daemon/status': {
      right: 'self',
      introducedIn: 1,
      summary: 'Version, paths, hosts, counts.',
      params: z.strictObject({}),
      result: daemonStatusSchema,
    },
    'daemon/stop': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Ends the daemon; sessions run on unless they are to end too.',
      params: z.strictObject({ sessions: z.enum(['keep', 'kill']).default('keep') }),
      result: z.object({ killed: z.int().min(0) }),
    },
    'daemon/rotateToken': {
      right: 'owner',
      introducedIn: 1,
      summary: 'Makes a new owner token; sockets of the old one are closed.',
      params: z.strictObject({}),
      result: z.object({}),
    },
  },
  events: {
    'daemon/stopping': {
      introducedIn: 1,
      summary: 'The daemon ends now; reconnect when another runs.',
      params: z.object({ reason: z.string() }),
    },
    'daemon/warned': {
      introducedIn: 1,
      summary: 'The warnings changed.',
      params: z.object({ warnings: z.array(z.string()) }),
    },
  },
});
