import type { AgentFeature } from '../agent/agent.ts';
import type { AttentionFeature } from '../attention/attention.ts';
import type { HostPool } from '../host/host.ts';
import type { RoleFeature } from '../role/role.ts';
import type { WindowFeature } from '../window/window.ts';
import type { WorkspaceFeature } from '../workspace/workspace.ts';

/** The other nouns that sessions build on. */
export interface SessionNouns {
  readonly agents: Pick<AgentFeature, 'plan'>;
  readonly attention: Pick<AttentionFeature, 'describeWith' | 'register'>;
  readonly hosts: HostPool;
  readonly roles: Pick<RoleFeature, 'getDefault'>;
  readonly windows: Pick<WindowFeature, 'findEnvironment' | 'onDidReport'>;
  readonly workspaces: Pick<WorkspaceFeature, 'locate' | 'trustOf' | 'vouch'>;
}
