import type { NounHandlers } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller, Feature } from '../feature.ts';
import type { Connectors } from './connectors.ts';
import type { Grants } from './grants.ts';

export interface TokenNouns {
  readonly connectors: Connectors;
  readonly grants: Grants;
  /** Undefined: there is no such session. */
  readonly findSession: (id: SessionId) => { readonly isPrivate: boolean } | undefined;
  /** Where the tools are; null while no port could be had. */
  readonly toolsUrl: () => string | null;
}

/** The noun `token`: what a person makes, sees and takes back. */
export function createTokenFeature(nouns: TokenNouns): Feature<'token'> {
  return {
    noun: 'token',
    handlers: createHandlers(nouns),
    start: () => nouns.grants.keepOnly((id) => nouns.findSession(id as SessionId) !== undefined),
    dispose: () => undefined,
  };
}

function createHandlers(nouns: TokenNouns): NounHandlers<'token', Caller> {
  const { connectors, grants } = nouns;
  return {
    async 'token/createConnector'({ name, lifetime, expiresAt }, caller) {
      const isPassing = lifetime === 'connection';
      const made = await connectors.create({ name, expiresAt, isPassing });
      const { id } = made.connector;
      if (isPassing) caller.onceClosed(() => void connectors.revoke(id).catch(isRevoked));
      return { ...made, url: nouns.toolsUrl() };
    },
    'token/listConnectors': () => ({ connectors: connectors.list() }),
    async 'token/revokeConnector'({ id }) {
      await connectors.revoke(id);
      return {};
    },
    async 'token/grant'({ sessionId, grants: wanted }, { principal }) {
      const session = nouns.findSession(sessionId);
      if (session === undefined) throw new WaggleError('notFound', 'There is no such session.');
      if (wanted === undefined) return { grants: [...grants.of(sessionId)] };
      const about = { id: sessionId, isPrivate: session.isPrivate };
      return { grants: [...(await grants.set(about, wanted, principal.id))] };
    },
  };
}

/** A person was quicker. */
function isRevoked(): undefined {
  return undefined;
}
