/**
 * The server that agents call tools of: `/mcp` on the gateway's port, the current specification first. Says who calls and
 * what there is for them; what a tool does is its noun's. Deliberately opens no connection and calls no other server.
 */
import type { SessionId, WorkspaceId } from '../../protocol/wire/brand.ts';
import type { Grant } from '../../protocol/token/token.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature, Principal, Tool } from '../feature.ts';
import type { Route, RouteAnswer, RouteRequest } from '../gateway/gateway.ts';
import { resolveFolder } from '../workspace/workspace.ts';
import { ToolCalls } from './calling.ts';
import type { CallerFacts } from './calling.ts';
import { Catalogue } from './catalogue.ts';
import { ToolChoices } from './choices.ts';
import { createHandlers } from './mcp.handlers.ts';
import type { mcpStore } from './mcp.store.ts';
import { Serving } from './serving.ts';

export interface McpNouns {
  /** All tools of all nouns, in the order in which they are listed. */
  readonly tools: readonly Tool[];
  /** Undefined: there is no such session. */
  readonly findSession: (
    id: SessionId,
  ) => { readonly workspaceId: WorkspaceId; readonly cwd: string } | undefined;
  readonly grantsOf: (id: SessionId) => readonly Grant[];
  readonly locate: (folder: string) => Promise<WorkspaceId>;
  /** Of the daemon on 127.0.0.1; null: none could be had. */
  readonly port: () => number | null;
}

export interface McpFeature extends Feature<'mcp'> {
  readonly route: Route;
  readonly choices: ToolChoices;
}

export function createMcpFeature(context: FeatureContext, nouns: McpNouns): McpFeature {
  const { log, clock, version } = context;
  const catalogue = new Catalogue(nouns.tools);
  const calls = new ToolCalls({ catalogue, clock, log });
  const choices = new ToolChoices(context.openStore<typeof mcpStore>('mcp'));
  const readFacts = createFactReader(nouns, choices);
  let loading: Promise<Serving> | undefined;
  const load = async (): Promise<Serving> => {
    const sdk = await import('./sdk.ts');
    return new Serving({ sdk, version, catalogue, calls, clock, log, readFacts });
  };
  const revocations = context.tokens.onDidRevoke((principalId) => {
    loading?.then((serving) => serving.revoke(principalId)).catch(alreadyTold);
  });
  return {
    noun: 'mcp',
    choices,
    route: {
      method: 'any',
      path: '/mcp',
      right: 'self',
      async run(request: RouteRequest): Promise<RouteAnswer> {
        loading ??= load();
        return (await loading).answer(request);
      },
    },
    handlers: createHandlers({ catalogue, choices, readFacts, nouns }),
    start: () => choices.load(),
    async stop() {
      await (await loading)?.stop();
    },
    dispose: () => revocations.dispose(),
  };
}

/** Whoever asked for it was told that it cannot be loaded. */
function alreadyTold(): undefined {
  return undefined;
}

export type ReadFacts = (principal: Principal, folder: string | undefined) => Promise<CallerFacts>;

function createFactReader(nouns: McpNouns, choices: ToolChoices): ReadFacts {
  return async (principal, said) => {
    const { sessionId } = principal;
    const session = sessionId === undefined ? undefined : nouns.findSession(sessionId);
    const folder = session?.cwd ?? (said && (await resolveFolder(said).catch(isNoFolder)));
    const located = folder === undefined ? undefined : await nouns.locate(folder);
    const workspaceId = session?.workspaceId ?? located;
    const grants = sessionId === undefined ? [] : nouns.grantsOf(sessionId);
    const choice = choices.of(workspaceId);
    return { principal, sessionId, workspaceId, folder, grants, choice };
  };
}

/** What a connector says of where it works, and does not exist here, says nothing. */
function isNoFolder(): undefined {
  return undefined;
}
