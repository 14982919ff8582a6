import type { RoleFeature } from '../role/role.ts';
import type { WorkspaceFeature } from '../workspace/workspace.ts';

/** What memory knows of a session that remembers, recalls or starts. */
export interface RememberingSession {
  readonly id: string;
  readonly name: string;
  readonly agent: string;
  readonly cwd: string;
  readonly workspaceId: string;
  readonly roleId: string;
  /** Nothing of it is kept: it recalls, and saves nothing. */
  readonly isPrivate: boolean;
}

export type FindSession = (id: string) => RememberingSession | undefined;

/** The other nouns that memory builds on. */
export interface MemoryNouns {
  readonly roles: Pick<RoleFeature, 'getDefault' | 'ensureDefault' | 'findDefault' | 'find'>;
  readonly workspaces: Pick<WorkspaceFeature, 'locate' | 'trustOf' | 'worktreeOf'>;
}
