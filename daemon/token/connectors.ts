/** Tokens of agents and editors that Waggle did not start: they reach the tools and nothing else. */
import type { Connector } from '../../protocol/token/token.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { constantTimeEqual, randomHex } from '../../link/proof/proof.ts';
import type { Clock, SecretRegistry } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { StoreProxy } from '../store/store.ts';
import { hashOf } from './hash.ts';
import type { tokenStore } from './token.store.ts';

export interface ConnectorWish {
  readonly name: string;
  /** ISO instant; undefined: it does not expire. */
  readonly expiresAt: string | undefined;
  /** It is not kept: a daemon that starts later does not know it. */
  readonly isPassing: boolean;
}

interface Kept {
  readonly connector: Connector;
  readonly hash: string;
  readonly isPassing: boolean;
}

export interface ConnectorsContext {
  readonly clock: Pick<Clock, 'now'>;
  readonly secrets: SecretRegistry;
}

type TokenStore = Pick<
  StoreProxy<typeof tokenStore>,
  'addConnector' | 'listConnectors' | 'revokeConnector' | 'touchConnector'
>;

const touchEveryMs = 60_000;
const connectorsMax = 200;

/** The connectors that count now. What was told once is known by its hash only. */
export class Connectors {
  readonly #context: ConnectorsContext;
  readonly #byHash = new Map<string, Kept>();
  readonly #issued = new Map<string, string>();
  readonly #revoked = new Emitter<{ readonly id: string; readonly hash: string }>();
  #store: TokenStore | undefined;

  readonly onDidRevoke = this.#revoked.event;

  constructor(context: ConnectorsContext) {
    this.#context = context;
  }

  async load(store: TokenStore): Promise<void> {
    for (const { id, name, hash, createdAt, expiresAt, usedAt } of await store.listConnectors({})) {
      const connector: Connector = {
        ...{ id, name, createdAt },
        ...(expiresAt === null ? {} : { expiresAt }),
        ...(usedAt === null ? {} : { lastUsedAt: usedAt }),
      };
      this.#byHash.set(hash, { connector, hash, isPassing: false });
    }
    this.#store = store;
  }

  list(): Connector[] {
    return [...this.#byHash.values()].map(({ connector }) => connector);
  }

  /** @throws WaggleError `limitReached`, `badRequest`. */
  async create(wish: ConnectorWish): Promise<{ connector: Connector; token: string }> {
    const name = toPlainLine(wish.name, 64);
    if (name === '') throw new WaggleError('badRequest', 'A connector needs a name.');
    if (this.#byHash.size >= connectorsMax)
      throw new WaggleError('limitReached', `There are ${connectorsMax} connectors already.`, {
        fix: 'Revoke what nobody uses: waggle token list',
      });
    const [id, token] = [randomHex(8), randomHex(32)];
    const hash = hashOf(token);
    const createdAt = new Date(this.#context.clock.now()).toISOString();
    const { expiresAt, isPassing } = wish;
    const connector: Connector = {
      ...{ id, name, createdAt },
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    this.#context.secrets.add(token);
    this.#issued.set(id, token);
    const row = { id, name, hash, createdAt, expiresAt: expiresAt ?? null };
    if (!isPassing) await this.#getStore().addConnector(row);
    this.#byHash.set(hash, { connector, hash, isPassing });
    return { connector, token };
  }

  /** @throws WaggleError `notFound`. */
  async revoke(id: string): Promise<void> {
    const kept = [...this.#byHash.values()].find(({ connector }) => connector.id === id);
    if (kept === undefined)
      throw new WaggleError('notFound', 'There is no such connector.', {
        fix: 'List them: waggle token list',
      });
    this.#byHash.delete(kept.hash);
    this.#context.secrets.remove(this.#issued.get(id) ?? '');
    this.#issued.delete(id);
    this.#revoked.fire({ id, hash: kept.hash });
    if (!kept.isPassing) await this.#getStore().revokeConnector({ id });
  }

  /** Whom a bearer stands for, by its hash; undefined also when it has expired. */
  find(hash: string): Principal | undefined {
    const kept = this.#byHash.get(hash);
    if (kept === undefined || !constantTimeEqual(hash, kept.hash) || this.#isOver(kept))
      return undefined;
    this.#touch(kept);
    const { id, name } = kept.connector;
    return { id, kind: 'connector', right: 'self', name };
  }

  /** It counted, and its time is over. */
  hasExpired(hash: string): boolean {
    const kept = this.#byHash.get(hash);
    return kept !== undefined && this.#isOver(kept);
  }

  #isOver({ connector: { expiresAt } }: Kept): boolean {
    return expiresAt !== undefined && Date.parse(expiresAt) <= this.#context.clock.now();
  }

  #touch({ connector, hash, isPassing }: Kept): void {
    const now = this.#context.clock.now();
    const { lastUsedAt } = connector;
    if (lastUsedAt !== undefined && now - Date.parse(lastUsedAt) < touchEveryMs) return;
    const used = { ...connector, lastUsedAt: new Date(now).toISOString() };
    this.#byHash.set(hash, { connector: used, hash, isPassing });
    if (!isPassing) this.#getStore().touchConnector({ id: connector.id }).catch(useIsNotKept);
  }

  #getStore(): TokenStore {
    if (this.#store === undefined) throw new Error('The tokens are not loaded');
    return this.#store;
  }
}

/** When it was used last is told from memory, and is no reason to refuse its use. */
function useIsNotKept(): undefined {
  return undefined;
}
