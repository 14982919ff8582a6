/** Where memory is asked for: which repository, worktree and role. */
import { z } from 'zod';
import { roleIdSchema, sessionIdSchema, workspaceIdSchema } from '../wire/brand.ts';

/**
 * A session's own place, a folder's repository, or a repository by its id. For an agent's token it is always its own
 * session's; whatever else it names is refused. A person who gives none means all places.
 */
export const placeSchema = z.strictObject({
  sessionId: sessionIdSchema.optional(),
  /** Absolute. */
  folder: z.string().min(1).max(4096).optional(),
  workspaceId: workspaceIdSchema.optional(),
  /** Absent: the default role there. */
  roleId: roleIdSchema.optional(),
});
export type MemoryPlace = z.infer<typeof placeSchema>;
