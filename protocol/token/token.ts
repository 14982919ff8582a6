/**
 * Tokens that a person manages: connectors, for agents and editors that Waggle did not start, and what an agent of a
 * session may do beyond its own session. A connector reaches the tools of `/mcp` and nothing else.
 */
import { z } from 'zod';
import { instantSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

export const connectorIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

export const connectorSchema = z.object({
  id: connectorIdSchema,
  /** Who holds it, for a person: `Cursor`, `Claude Code`. One plain line. */
  name: z.string().max(64),
  createdAt: instantSchema,
  /** Absent: until it is revoked. */
  expiresAt: instantSchema.optional(),
  /** To within a minute; absent: never. */
  lastUsedAt: instantSchema.optional(),
});
export type Connector = z.infer<typeof connectorSchema>;

/**
 * What an agent may do with the other sessions of its repository: see what stands in them, type into them. Without a
 * grant it knows its own session alone.
 */
export const grantSchema = z.enum(['readSessions', 'sendToSessions']);
export type Grant = z.infer<typeof grantSchema>;

const grantsResult = z.object({ grants: z.array(grantSchema) });

export const token = defineNoun({
  methods: {
    'token/createConnector': {
      right: 'person',
      introducedIn: 2,
      summary: 'Makes a token for an agent or editor that Waggle did not start; it is told once.',
      params: z.strictObject({
        name: z.string().min(1).max(64),
        /** `connection`: it counts as long as the connection that asked for it is open. */
        lifetime: z.enum(['untilRevoked', 'connection']).default('untilRevoked'),
        /** Absent: it does not expire. */
        expiresAt: instantSchema.optional(),
      }),
      result: z.object({
        connector: connectorSchema,
        /** 64 hex digits, for `Authorization: Bearer`. */
        token: z.string().regex(/^[0-9a-f]{64}$/),
        /** Where the tools are; null while no port could be had. */
        url: z.string().nullable(),
      }),
    },
    'token/listConnectors': {
      right: 'person',
      introducedIn: 2,
      summary: 'Lists the connectors that count, oldest first.',
      params: z.strictObject({}),
      result: z.object({ connectors: z.array(connectorSchema) }),
    },
    'token/revokeConnector': {
      right: 'person',
      introducedIn: 2,
      summary: 'A connector counts no more from now on; what it does is cancelled.',
      params: z.strictObject({ id: connectorIdSchema }),
      result: z.object({}),
    },
    'token/grant': {
      right: 'person',
      introducedIn: 2,
      summary: 'Says what the agent of a session may do with the other sessions of its repository.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        /** All of them: what is not named is taken back. Absent: nothing changes. */
        grants: z.array(grantSchema).max(2).optional(),
      }),
      result: grantsResult,
    },
  },
  events: {},
});
