import type { WorkspaceId } from '../../protocol/wire/brand.ts';
import type { AttentionFeature } from '../attention/attention.ts';
import type { ChatFeature } from '../chat/chat.ts';
import type { AllSessions } from '../session/session.ts';

export interface UsageNouns {
  readonly sessions: AllSessions;
  readonly chats: Pick<ChatFeature, 'hold' | 'turns'>;
  readonly attention: Pick<AttentionFeature, 'register'>;
  readonly workspaces: {
    worktreeOf(folder: string): string;
    findByRoot(root: string): { readonly id: WorkspaceId; readonly name: string } | undefined;
    find(id: WorkspaceId): { readonly id: WorkspaceId; readonly name: string } | undefined;
  };
}
