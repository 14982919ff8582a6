/**
 * Roles: who works. Each repository has a default one that nobody has to set up; views hide the word until there is a
 * second one that a person made. Notes and facts of a role are the noun memory's.
 */
import { z } from 'zod';
import { agentIdSchema } from '../session/session.ts';
import { instantSchema, roleIdSchema, workspaceIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

/** A lead may also see and steer what members do: which tools it is offered. */
export const roleTiers = ['member', 'lead'] as const;
export type RoleTier = (typeof roleTiers)[number];

const roleNameSchema = z.string().trim().min(1).max(80);
const tagLineSchema = z.string().trim().max(100);
const modelSchema = z.string().trim().min(1).max(128);

export const roleSchema = z.object({
  id: roleIdSchema,
  name: z.string(),
  /** Of its repository, or of sessions in none when `workspaceId` is null. */
  isDefault: z.boolean(),
  /** What follows is absent when the daemon is older than the fields. */
  tagLine: z.string().optional(),
  tier: z.enum(roleTiers).optional(),
  /** The agent that it prefers; null: whichever is started. */
  agent: agentIdSchema.nullable().optional(),
  /** As the agent's own option takes it; null: the agent's choice. */
  model: z.string().nullable().optional(),
  /** The repository it works in; null: any. */
  workspaceId: workspaceIdSchema.nullable().optional(),
  /** Who made it: `person`, or a name. */
  owner: z.string().optional(),
  archived: z.boolean().optional(),
  createdAt: instantSchema.optional(),
  revision: z.int().min(0).optional(),
});
export type Role = z.infer<typeof roleSchema>;

const roleResult = z.object({ role: roleSchema });

export const role = defineNoun({
  methods: {
    'role/list': {
      right: 'person',
      introducedIn: 1,
      summary: 'Lists roles.',
      params: z.strictObject({
        /** Only those that may work there: its own and those of any repository. */
        workspaceId: workspaceIdSchema.optional().meta({ introducedIn: 2 }),
        archived: z.boolean().optional().meta({ introducedIn: 2 }),
      }),
      result: z.object({ roles: z.array(roleSchema) }),
    },
    'role/subscribe': {
      right: 'person',
      introducedIn: 2,
      summary: 'All roles, archived ones too, and `role/changed` from then on.',
      params: z.strictObject({}),
      result: z.object({ roles: z.array(roleSchema) }),
    },
    'role/create': {
      right: 'person',
      introducedIn: 2,
      summary: 'Makes a role; its name must be free where it works.',
      params: z.strictObject({
        name: roleNameSchema,
        tagLine: tagLineSchema.default(''),
        tier: z.enum(roleTiers).default('member'),
        agent: agentIdSchema.nullable().default(null),
        model: modelSchema.nullable().default(null),
        workspaceId: workspaceIdSchema.nullable().default(null),
      }),
      result: roleResult,
    },
    'role/change': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Changes what is given. An archived role keeps its notes and facts, but nothing starts as it; a default one cannot be archived.',
      params: z.strictObject({
        roleId: roleIdSchema,
        name: roleNameSchema.optional(),
        tagLine: tagLineSchema.optional(),
        tier: z.enum(roleTiers).optional(),
        agent: agentIdSchema.nullable().optional(),
        model: modelSchema.nullable().optional(),
        archived: z.boolean().optional(),
      }),
      result: roleResult,
    },
  },
  events: {
    'role/changed': {
      introducedIn: 2,
      summary: 'A role was made or changed; carries the whole value.',
      params: roleResult,
    },
  },
});
