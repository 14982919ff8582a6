/** Branded ids: strings that cannot be mixed up at compile time. On the wire they are plain strings. */
import { z } from 'zod';

const uuid = z.uuid();

export const sessionIdSchema = uuid.brand<'SessionId'>();
export type SessionId = z.infer<typeof sessionIdSchema>;
export const workspaceIdSchema = uuid.brand<'WorkspaceId'>();
export type WorkspaceId = z.infer<typeof workspaceIdSchema>;
export const roleIdSchema = uuid.brand<'RoleId'>();
export type RoleId = z.infer<typeof roleIdSchema>;
/** A block: text that is always in the prompt. */
export const blockIdSchema = uuid.brand<'BlockId'>();
export type BlockId = z.infer<typeof blockIdSchema>;
export const factIdSchema = uuid.brand<'FactId'>();
export type FactId = z.infer<typeof factIdSchema>;
/** One act that changed blocks or facts, and can be undone as a whole. */
export const memoryChangeIdSchema = uuid.brand<'MemoryChangeId'>();
export type MemoryChangeId = z.infer<typeof memoryChangeIdSchema>;
/** Work that is handed out. */
export const taskIdSchema = uuid.brand<'TaskId'>();
export type TaskId = z.infer<typeof taskIdSchema>;
/** One time that a task happened, or was left out. */
export const runIdSchema = uuid.brand<'RunId'>();
export type RunId = z.infer<typeof runIdSchema>;
export const daemonIdSchema = uuid.brand<'DaemonId'>();
export type DaemonId = z.infer<typeof daemonIdSchema>;
/** One window of an editor or one terminal of the command, for its life. */
export const clientIdSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.:-]+$/)
  .brand<'ClientId'>();
export type ClientId = z.infer<typeof clientIdSchema>;
/** Marks the processes of one start of a pty host (`WAGGLE_HOST_ID`). */
export const hostIdSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'HostId'>();
export type HostId = z.infer<typeof hostIdSchema>;

/** ISO 8601 instant in UTC with milliseconds. */
export const instantSchema = z.iso.datetime();
