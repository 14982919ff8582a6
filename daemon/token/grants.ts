import type { Grant } from '../../protocol/token/token.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { StoreProxy } from '../store/store.ts';
import type { tokenStore } from './token.store.ts';

type GrantStore = Pick<StoreProxy<typeof tokenStore>, 'listGrants' | 'setGrants'>;

/** What agents may do beyond their own session, by session; a person says it and nobody else. */
export class Grants {
  readonly #bySession = new Map<string, readonly Grant[]>();
  #store: GrantStore | undefined;

  async load(store: GrantStore): Promise<void> {
    for (const { sessionId, grant } of await store.listGrants({}))
      this.#bySession.set(sessionId, [...(this.#bySession.get(sessionId) ?? []), grant]);
    this.#store = store;
  }

  of(sessionId: SessionId): readonly Grant[] {
    return this.#bySession.get(sessionId) ?? [];
  }

  /** Those and no others. Of a private session nothing is kept on disk. */
  async set(
    { id, isPrivate }: { readonly id: SessionId; readonly isPrivate: boolean },
    grants: readonly Grant[],
    by: string,
  ): Promise<readonly Grant[]> {
    const sorted = [...new Set(grants)].toSorted();
    if (!isPrivate) await this.#store?.setGrants({ sessionId: id, grants: sorted, by });
    this.#bySession.set(id, sorted);
    return sorted;
  }

  /** Forgets those of sessions that are gone. */
  async keepOnly(isKnown: (sessionId: string) => boolean): Promise<void> {
    const gone = [...this.#bySession.keys()].filter((sessionId) => !isKnown(sessionId));
    for (const sessionId of gone) {
      this.#bySession.delete(sessionId);
      await this.#store?.setGrants({ sessionId, grants: [], by: 'gone' });
    }
  }
}
