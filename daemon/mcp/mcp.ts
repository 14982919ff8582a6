/**
 * The server that agents call tools of: `/mcp` on the gateway's port, the current specification first. Says who calls and
 * what there is for them; what a tool does is its noun's. Deliberately opens no connection and calls no other server.
 */
import type { WorkspaceId } from '../../protocol/wire/brand.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { Route, RouteAnswer, RouteRequest } from '../gateway/gateway.ts';
import { ToolCalls } from './calling.ts';
import type { McpNouns } from './facts.ts';
import { createFactReader, toolsUrl } from './facts.ts';
import { Catalogue } from './catalogue.ts';
import { ToolChoices } from './choices.ts';
import { createHandlers } from './mcp.handlers.ts';
import { LastingLedger, PassingLedger } from './ledger.ts';
import type { mcpStore } from './mcp.store.ts';
import { Resources } from './resources.ts';
import { Serving } from './serving.ts';

export type { McpNouns } from './facts.ts';
export { toolsUrl } from './facts.ts';

export interface McpFeature extends Feature<'mcp'> {
  readonly route: Route;
  /** Where the agents of a repository find their tools; undefined: they are to have none. */
  urlFor(workspaceId: WorkspaceId): string | undefined;
}

export function createMcpFeature(context: FeatureContext, nouns: McpNouns): McpFeature {
  const { log, clock, version } = context;
  const catalogue = new Catalogue(nouns.tools);
  const store = context.openStore<typeof mcpStore>('mcp');
  const ledgers = {
    lasting: new LastingLedger({ store, clock, log }),
    passing: new PassingLedger(clock),
  };
  const calls = new ToolCalls({ catalogue, clock, log, redact: nouns.redact, ledgers });
  const choices = new ToolChoices(store);
  const readFacts = createFactReader(nouns, choices, clock);
  let loading: Promise<Serving> | undefined;
  let isBusy = (): boolean => false;
  const load = async (): Promise<Serving> => {
    const sdk = await import('./sdk.ts');
    const resources = new Resources(nouns.resources, nouns.redact);
    const parts = { sdk, version, catalogue, calls, resources };
    const serving = new Serving({ ...parts, clock, log, readFacts });
    isBusy = () => serving.isBusy;
    return serving;
  };
  const revocations = context.tokens.onDidRevoke((principalId) => {
    loading?.then((serving) => serving.revoke(principalId)).catch(alreadyTold);
    store
      .dropCallsOf({ principalId })
      .catch((error: unknown) => log.debug('Calls of a revoked token are still noted', { error }));
  });
  return {
    noun: 'mcp',
    urlFor: (workspaceId) =>
      choices.of(workspaceId) === 'off' ? undefined : (toolsUrl(nouns.port()) ?? undefined),
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
    isBusy: () => isBusy(),
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
