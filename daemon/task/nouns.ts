import type { AttentionFeature } from '../attention/attention.ts';
import type { TaskChats } from '../chat/chat.ts';
import type { RoleFeature } from '../role/role.ts';
import type { TaskSessions } from '../session/session.ts';
import type { WorkspaceFeature } from '../workspace/workspace.ts';

/** The other nouns that tasks build on. */
export interface TaskNouns {
  readonly attention: Pick<AttentionFeature, 'register'>;
  readonly chats: TaskChats;
  readonly roles: Pick<RoleFeature, 'ensureDefault' | 'getWorking'>;
  readonly sessions: TaskSessions;
  readonly workspaces: Pick<
    WorkspaceFeature,
    'locate' | 'trustOf' | 'vouch' | 'worktreeOf' | 'trustedRoots'
  >;
}
