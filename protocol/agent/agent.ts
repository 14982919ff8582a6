/** Agents: the CLIs that can be started, as found on the login shell's PATH. Starting one is the session's matter. */
import { z } from 'zod';
import { instantSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { agentIdSchema } from '../session/session.ts';

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
});
export type Agent = z.infer<typeof agentSchema>;

export const agent = defineNoun({
  methods: {
    'agent/list': {
      right: 'person',
      introducedIn: 1,
      summary: 'Lists agents and the shell; `refresh` looks again on the login shell’s PATH.',
      params: z.strictObject({ refresh: z.boolean().default(false) }),
      result: z.object({ agents: z.array(agentSchema), searchedAt: instantSchema }),
    },
  },
  events: {},
});
