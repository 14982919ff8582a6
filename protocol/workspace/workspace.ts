/** Workspaces: folders and worktrees, matched to one repository over machines and clones; and whether a person vouched for them. */
import { z } from 'zod';
import { instantSchema, workspaceIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

export const workspaceSchema = z.object({
  id: workspaceIdSchema,
  name: z.string(),
  /** Real paths of the folders and worktrees seen of it. */
  roots: z.array(z.string()),
  /** Normalised remotes (`host/path`), match keys only. */
  remotes: z.array(z.string()),
  trustedRoots: z.array(z.object({ root: z.string(), by: z.string(), at: instantSchema })),
});
export type Workspace = z.infer<typeof workspaceSchema>;

export const workspace = defineNoun({
  methods: {
    'workspace/list': {
      right: 'person',
      introducedIn: 1,
      summary: 'Lists known workspaces.',
      params: z.strictObject({}),
      result: z.object({ workspaces: z.array(workspaceSchema) }),
    },
    'workspace/trust': {
      right: 'person',
      introducedIn: 1,
      summary: 'Vouches for a folder, or takes it back. Agents start only inside trusted folders.',
      params: z.strictObject({ root: z.string().min(1).max(4096), trusted: z.boolean() }),
      result: z.object({ workspace: workspaceSchema }),
    },
  },
  events: {},
});
