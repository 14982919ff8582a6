/** A part of the composition root: what agents may call, and with which tokens. */
import type { AttentionFeature } from './attention/attention.ts';
import type { FeatureContext } from './context.ts';
import { createMcpFeature, toolsUrl } from './mcp/mcp.ts';
import type { MemoryFeature } from './memory/memory.ts';
import type { RoleFeature } from './role/role.ts';
import type { SessionFeature } from './session/session.ts';
import type { TaskFeature } from './task/task.ts';
import type { TokenAuthority } from './token/token.ts';
import { createTokenFeature } from './token/token.ts';
import type { WorkspaceFeature } from './workspace/workspace.ts';

interface AccessParts {
  readonly nouns: {
    readonly role: RoleFeature;
    readonly workspace: WorkspaceFeature;
    readonly memory: MemoryFeature;
    readonly attention: AttentionFeature;
    readonly session: SessionFeature;
    readonly task: Pick<TaskFeature, 'tools' | 'resources'>;
  };
  readonly tokens: TokenAuthority;
  readonly redact: (text: string) => string;
  readonly port: () => number | null;
}

/** The features `token` and `mcp`; the list of tools is in the order in which agents see it. */
export function createAccess(
  context: FeatureContext,
  {
    nouns: { role, workspace, memory, attention, session, task },
    tokens,
    redact,
    port,
  }: AccessParts,
) {
  const token = createTokenFeature({
    connectors: tokens.connectors,
    grants: tokens.grants,
    findSession: session.find,
    toolsUrl: () => toolsUrl(port()),
  });
  const mcp = createMcpFeature(context, {
    tools: [...memory.tools, ...attention.tools, ...session.tools, ...task.tools],
    resources: [...memory.resources, ...task.resources],
    findSession: session.find,
    grantsOf: (id) => tokens.grants.of(id),
    isLead: (id) => role.find(session.find(id)?.roleId ?? '')?.tier === 'lead',
    locate: (folder) => workspace.locate(folder),
    async countNotes(id) {
      const known = session.find(id);
      return known === undefined ? 0 : (await memory.promptFor(known)).tokens;
    },
    redact,
    port,
  });
  session.offerToolsWith(({ workspaceId }) => mcp.urlFor(workspaceId));
  return { token, mcp };
}
