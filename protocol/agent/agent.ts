/** Agents: the CLIs that can be started, as found on the login shell's PATH. Starting one is the session's matter. */
import { z } from 'zod';
import { instantSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { agentIdSchema, sessionModeSchema } from '../session/session.ts';

export const agentSchema = z.object({
  id: agentIdSchema,
  /** "Claude Code", "Codex", "Shell" … */
  label: z.string(),
  found: z.boolean(),
  /** Absolute path of the program, when found. */
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** Where it was looked for, when not found; what to do, when found but unusable. */
  hint: z.string().nullable(),
  /** How to install it; an https address. */
  installUrl: z.string().nullable(),
  /** How it can be opened: as a terminal (`pty`), as a chat (`pipe`). Absent: an older daemon, which knows terminals only. */
  modes: z.array(sessionModeSchema).optional(),
  /** How to log in to it, as its makers say; absent when it needs no login or nobody knows. */
  signIn: z.string().optional(),
  /** A person named it (`agent/configure`). */
  isCustom: z.boolean().optional(),
});
export type Agent = z.infer<typeof agentSchema>;

/** An agent that speaks the Agent Client Protocol, as a person named it. It is opened as a chat. */
export const customAgentSchema = z.strictObject({
  id: agentIdSchema,
  label: z.string().min(1).max(64),
  /** Name of the program on the PATH, or its absolute path. */
  command: z.string().min(1).max(4096),
  arguments: z.array(z.string().max(4096)).max(64).default([]),
  /** On top of what the session inherits; `${env:NAME}` stands for a variable of that, so that no secret has to be here. */
  environment: z.record(z.string().min(1).max(256), z.string().max(32_768)).default({}),
});
export type CustomAgent = z.infer<typeof customAgentSchema>;

export const agent = defineNoun({
  methods: {
    'agent/list': {
      right: 'person',
      introducedIn: 1,
      summary: 'Lists agents and the shell; `refresh` looks again on the login shell’s PATH.',
      params: z.strictObject({ refresh: z.boolean().default(false) }),
      result: z.object({ agents: z.array(agentSchema), searchedAt: instantSchema }),
    },
    'agent/configure': {
      right: 'person',
      introducedIn: 2,
      summary: 'Reads or replaces the agents that a person named.',
      params: z.strictObject({ agents: z.array(customAgentSchema).max(32).optional() }),
      result: z.object({ agents: z.array(customAgentSchema) }),
    },
  },
  events: {},
});
