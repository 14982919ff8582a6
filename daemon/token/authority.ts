/** Answers for tokens: proves that the daemon knows one, and says whom a shown one stands for. */
import type { SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { ProvenServer } from '../../link/proof/proof.ts';
import { constantTimeEqual, makeProofOfHash, randomHex } from '../../link/proof/proof.ts';
import type { Clock, SecretRegistry, SessionTokens } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { StoreProxy } from '../store/store.ts';
import { Connectors } from './connectors.ts';
import { Grants } from './grants.ts';
import { hashOf } from './hash.ts';
import { loadOwnerToken, rotateOwnerToken } from './ownerToken.ts';
import type { SessionTokenRow, tokenStore } from './token.store.ts';

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

interface SecretRecord {
  readonly hash: string;
  readonly principal: Principal;
}

/** The tokens of sessions that count now, by id and by hash. */
class LiveTokens {
  readonly #byId = new Map<string, SecretRecord>();
  readonly #byHash = new Map<string, SecretRecord>();
  #store: TokenStore | undefined;

  get store(): TokenStore {
    if (this.#store === undefined) throw new Error('The tokens are not loaded');
    return this.#store;
  }

  async load(store: TokenStore): Promise<void> {
    for (const row of await store.list({})) this.add(row);
    this.#store = store;
  }

  add(row: SessionTokenRow): void {
    const record: SecretRecord = { hash: row.hash, principal: toPrincipal(row) };
    this.#byId.set(row.id, record);
    this.#byHash.set(row.hash, record);
  }

  find(id: string): SecretRecord | undefined {
    return this.#byId.get(id);
  }

  /** Looked up by a hash, so that the time tells nothing about the secret. */
  findByHash(hash: string): SecretRecord | undefined {
    const record = this.#byHash.get(hash);
    return constantTimeEqual(hash, record?.hash) ? record : undefined;
  }

  /** Those that were removed. */
  removeOf(sessionId: SessionId): { readonly id: string; readonly hash: string }[] {
    const gone = [...this.#byId].filter(([, { principal }]) => principal.sessionId === sessionId);
    for (const [id, { hash }] of gone) {
      this.#byId.delete(id);
      this.#byHash.delete(hash);
    }
    return gone.map(([id, { hash }]) => ({ id, hash }));
  }
}

const spentMax = 1000;

/** The latest hashes of what does not count any more. */
class SpentTokens {
  readonly #hashes = new Set<string>();

  add(hash: string): void {
    this.#hashes.add(hash);
    const [oldest] = this.#hashes;
    if (this.#hashes.size > spentMax && oldest !== undefined) this.#hashes.delete(oldest);
  }

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }
}

export function createTokenAuthority({
  ownerTokenFile,
  secrets,
  clock,
}: TokenOptions): TokenAuthority {
  let owner = loadOwnerToken(ownerTokenFile);
  secrets.add(owner);
  const live = new LiveTokens();
  const spent = new SpentTokens();
  const connectors = new Connectors({ clock, secrets });
  const grants = new Grants();
  const revoked = new Emitter<string>();
  connectors.onDidRevoke(({ id, hash }) => {
    spent.add(hash);
    revoked.fire(id);
  });
  /** Values that the log must not show, by id; no longer than they count. */
  const issued = new Map<string, string>();
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
    async create({ sessionId, right }) {
      const id = randomHex(8);
      const secret = randomHex(32);
      const row: SessionTokenRow = { id, hash: hashOf(secret), right, sessionId };
      secrets.add(secret);
      issued.set(id, secret);
      await live.store.add(row);
      live.add(row);
      return { id, token: `${id}.${secret}` };
    },
    async revoke(sessionId: SessionId) {
      for (const { id, hash } of live.removeOf(sessionId)) {
        spent.add(hash);
        secrets.remove(issued.get(id) ?? '');
        issued.delete(id);
        revoked.fire(id);
      }
      await live.store.revoke({ sessionId });
    },
  };
}

function toPrincipal(row: SessionTokenRow): Principal {
  const sessionId = sessionIdSchema.parse(row.sessionId);
  return { id: row.id, kind: 'session', right: row.right, sessionId };
}
