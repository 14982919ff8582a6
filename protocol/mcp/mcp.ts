/** The tools that agents are offered over MCP: where they are, how many of them a repository wants, what they cost. */
import { z } from 'zod';
import { sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

/** `off`: none. `core`: memory, search and calling the person. `all`: other sessions too, as far as they are granted. */
export const toolChoiceSchema = z.enum(['off', 'core', 'all']);
export type ToolChoice = z.infer<typeof toolChoiceSchema>;

const toolSchema = z.object({
  name: z.string(),
  description: z.string(),
  /** What it adds to an agent's context, estimated. */
  tokens: z.int().min(0),
});

export const mcp = defineNoun({
  methods: {
    'mcp/describe': {
      right: 'self',
      introducedIn: 2,
      summary:
        'Where the tools are, which ones an agent is offered, and what they cost its context.',
      params: z.strictObject({
        /** As the agent of that session sees them; absent: as an agent that Waggle did not start. */
        sessionId: sessionIdSchema.optional(),
      }),
      result: z.object({
        /** `http://127.0.0.1:<port>/mcp`; null while no port could be had. */
        url: z.string().nullable(),
        /** Versions of MCP, the newest first. */
        versions: z.array(z.string()),
        choice: toolChoiceSchema,
        tools: z.array(toolSchema),
        /** Of all tools and the server's instructions together, estimated. */
        tokens: z.int().min(0),
        /** Of the notes that stand in the prompt of a session's agent, estimated; absent without a session. */
        noteTokens: z.int().min(0).optional(),
      }),
    },
    'mcp/choose': {
      right: 'person',
      introducedIn: 2,
      summary: 'Reads or sets which tools the agents of a repository are offered.',
      params: z.strictObject({
        /** Any folder of the repository, absolute. */
        folder: z.string().min(1).max(4096),
        /** Null: what is so by default. Absent: nothing changes. */
        choice: toolChoiceSchema.nullable().optional(),
      }),
      result: z.object({ choice: toolChoiceSchema }),
    },
  },
  events: {},
});
