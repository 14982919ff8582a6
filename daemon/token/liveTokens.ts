import type { SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { constantTimeEqual, randomHex } from '../../link/proof/proof.ts';
import type { SecretRegistry, SessionTokens } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { StoreProxy } from '../store/store.ts';
import { hashOf } from './hash.ts';
import type { SessionTokenRow, tokenStore } from './token.store.ts';

type TokenStore = Pick<StoreProxy<typeof tokenStore>, 'add' | 'list' | 'revoke'>;

export interface SecretRecord {
  readonly hash: string;
  readonly principal: Principal;
}

/** The tokens of sessions that count now, by id and by hash. */
export class LiveTokens {
  readonly #byId = new Map<string, SecretRecord>();
  readonly #byHash = new Map<string, SecretRecord>();
  /** Values that the log must not show, by id; no longer than they count. */
  readonly #issued = new Map<string, string>();
  readonly #secrets: SecretRegistry;
  readonly #revoked = new Emitter<{ readonly id: string; readonly hash: string }>();
  #store: TokenStore | undefined;

  readonly onDidRevoke = this.#revoked.event;

  constructor(secrets: SecretRegistry) {
    this.#secrets = secrets;
  }

  async load(store: TokenStore): Promise<void> {
    for (const row of await store.list({})) this.#add(row);
    this.#store = store;
  }

  #add(row: SessionTokenRow): void {
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

  async create({
    sessionId,
    right,
  }: Parameters<SessionTokens['create']>[0]): ReturnType<SessionTokens['create']> {
    const [id, secret] = [randomHex(8), randomHex(32)];
    const row: SessionTokenRow = { id, hash: hashOf(secret), right, sessionId };
    this.#secrets.add(secret);
    this.#issued.set(id, secret);
    await this.#getStore().add(row);
    this.#add(row);
    return { id, token: `${id}.${secret}` };
  }

  async revoke(sessionId: SessionId): Promise<void> {
    const gone = [...this.#byId].filter(([, { principal }]) => principal.sessionId === sessionId);
    for (const [id, { hash }] of gone) {
      this.#byId.delete(id);
      this.#byHash.delete(hash);
      this.#secrets.remove(this.#issued.get(id) ?? '');
      this.#issued.delete(id);
      this.#revoked.fire({ id, hash });
    }
    await this.#getStore().revoke({ sessionId });
  }

  #getStore(): TokenStore {
    if (this.#store === undefined) throw new Error('The tokens are not loaded');
    return this.#store;
  }
}

const spentMax = 1000;

/** The latest hashes of what does not count any more. */
export class SpentTokens {
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

function toPrincipal(row: SessionTokenRow): Principal {
  const sessionId = sessionIdSchema.parse(row.sessionId);
  return { id: row.id, kind: 'session', right: row.right, sessionId };
}
