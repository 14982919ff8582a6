/** Answers for tokens: proves that the daemon knows one, and says whom a shown one stands for. */
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { ProvenServer } from '../../link/proof/proof.ts';
import { constantTimeEqual, makeProofOfHash } from '../../link/proof/proof.ts';
import type { Clock, SecretRegistry, SessionTokens } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { StoreProxy } from '../store/store.ts';
import { Connectors } from './connectors.ts';
import { Grants } from './grants.ts';
import { hashOf } from './hash.ts';
import type { SecretRecord } from './liveTokens.ts';
import { LiveTokens, SpentTokens } from './liveTokens.ts';
import { loadOwnerToken, rotateOwnerToken } from './ownerToken.ts';
import type { tokenStore } from './token.store.ts';

export interface TokenOptions {
  readonly ownerTokenFile: string;
  readonly secrets: SecretRegistry;
  readonly clock: Pick<Clock, 'now'>;
}

type TokenStore = StoreProxy<typeof tokenStore>;

export interface TokenAuthority extends SessionTokens {
  /** Before it only the owner's token counts, and none can be made. */
  load(store: TokenStore): Promise<void>;
  /** The daemon's proof for that token, or undefined when there is no such token. */
  prove(tokenId: string, nonce: string, server: ProvenServer): string | undefined;
  /** Whom the pair of id and secret (64 hex digits, or `<id>.<64 hex>`) stands for. */
  authenticate(tokenId: string, token: string): Principal | undefined;
  /** The same for an HTTP bearer, which names no id. Sessions and connectors only: the owner's token is not for HTTP. */
  findBearer(hex: string): Principal | undefined;
  /** It counted once and does not any more: whoever shows it does not guess. */
  isSpent(hex: string): boolean;
  readonly connectors: Connectors;
  readonly grants: Grants;
  /** Makes a new owner token; `onDidRevoke` fires for the old one. */
  rotateOwner(): void;
}

const ownerTokenId = 'owner';
const tokenMaxChars = 256;

export function createTokenAuthority({
  ownerTokenFile,
  secrets,
  clock,
}: TokenOptions): TokenAuthority {
  let owner = loadOwnerToken(ownerTokenFile);
  secrets.add(owner);
  const live = new LiveTokens(secrets);
  const spent = new SpentTokens();
  const connectors = new Connectors({ clock, secrets });
  const grants = new Grants();
  const revoked = new Emitter<string>();
  for (const tokens of [live, connectors])
    tokens.onDidRevoke(({ id, hash }) => {
      spent.add(hash);
      revoked.fire(id);
    });
  const ownerPrincipal: Principal = { id: ownerTokenId, kind: 'owner', right: 'owner' };

  const findRecord = (tokenId: string): SecretRecord | undefined =>
    tokenId === ownerTokenId
      ? { hash: hashOf(owner), principal: ownerPrincipal }
      : live.find(tokenId);
  return {
    connectors,
    grants,
    async load(store) {
      await Promise.all([live.load(store), connectors.load(store), grants.load(store)]);
      for (const hash of await store.listSpent({})) spent.add(hash);
    },
    onDidRevoke: revoked.event,
    prove(tokenId, nonce, server) {
      const record = findRecord(tokenId);
      return record && makeProofOfHash(Buffer.from(record.hash, 'hex'), nonce, server);
    },
    authenticate(tokenId, token) {
      const record = findRecord(tokenId);
      if (record === undefined || token.length > tokenMaxChars) return undefined;
      const secret = token.startsWith(`${tokenId}.`) ? token.slice(tokenId.length + 1) : token;
      return constantTimeEqual(hashOf(secret), record.hash) ? record.principal : undefined;
    },
    findBearer(hex) {
      if (hex.length > tokenMaxChars) return undefined;
      const hash = hashOf(hex);
      return live.findByHash(hash)?.principal ?? connectors.find(hash);
    },
    isSpent(hex) {
      const hash = hashOf(hex);
      return spent.has(hash) || connectors.hasExpired(hash);
    },
    rotateOwner() {
      secrets.remove(owner);
      owner = rotateOwnerToken(ownerTokenFile);
      secrets.add(owner);
      revoked.fire(ownerTokenId);
    },
    create: (spec) => live.create(spec),
    revoke: (sessionId) => live.revoke(sessionId),
  };
}
