import type { AgentFeature } from '../agent/agent.ts';
import type { AttentionFeature } from '../attention/attention.ts';
import type { HostPool } from '../host/host.ts';
import type { MemoryFeature } from '../memory/memory.ts';
import type { RoleFeature } from '../role/role.ts';
import type { TitlePattern } from '../signal/signal.ts';
import type { WindowFeature } from '../window/window.ts';
import type { WorkspaceFeature } from '../workspace/workspace.ts';

/** The other nouns that sessions build on. */
export interface SessionNouns {
  readonly agents: Pick<AgentFeature, 'plan'>;
  readonly attention: Pick<AttentionFeature, 'describeWith' | 'explainWith' | 'register'>;
  /** Patterns of the person for titles; the same array as long as they do not change. */
  readonly titlePatterns?: () => readonly TitlePattern[];
  readonly hosts: HostPool;
  readonly memory: Pick<MemoryFeature, 'describeWith' | 'promptFor' | 'reachWith' | 'sessionEnded'>;
  readonly roles: Pick<RoleFeature, 'getDefault' | 'ensureDefault' | 'getWorking' | 'find'>;
  readonly windows: Pick<WindowFeature, 'findEnvironment' | 'onDidReport'>;
  readonly workspaces: Pick<WorkspaceFeature, 'locate' | 'trustOf' | 'vouch'>;
}
