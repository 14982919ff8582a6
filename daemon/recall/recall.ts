/**
 * Recall: finds facts and what is nearly the same. Runs in the database's thread, inside the transaction of whoever calls:
 * `memory.store.ts` calls `put`, `remove`, `search`, `findSimilar`. Owns its own tables, never those of memory. Pure and
 * database only: providers of embeddings are `daemon/embedding`.
 */
import type { Kysely } from 'kysely';
import type { FactScope, FactType } from '../../protocol/memory/memory.ts';

/** Any handle on the database, a transaction included. */
export type RecallDb = Kysely<unknown>;

/** What of a fact decides whether and where it is found. Superseded and forgotten facts are removed from the index. */
export interface RecallFact {
  readonly id: string;
  readonly type: FactType;
  readonly text: string;
  readonly scope: FactScope;
  readonly workspaceId: string | null;
  readonly worktree: string | null;
  readonly roleId: string | null;
  readonly state: 'accepted' | 'quarantined';
  readonly pinned: boolean;
  readonly uses: number;
  /** ISO instants. */
  readonly lastUsedAt: string | null;
  readonly validFrom: string;
}

/**
 * Who asks. A fact is in reach when its scope is `person` or `everywhere`, or `repository` of this repository (and it has
 * no worktree or this one), or `agent` of this role. `everything`: a person looks through all of it.
 */
export type RecallReach =
  | {
      readonly kind: 'place';
      readonly workspaceId: string | null;
      readonly worktree: string | null;
      readonly roleId: string | null;
    }
  | { readonly kind: 'everything' };

/** A vector with the model that made it; only vectors of the same model are compared. */
export interface RecallVector {
  readonly model: string;
  readonly values: Float32Array;
}

export interface RecallQuery {
  readonly text: string;
  readonly reach: RecallReach;
  readonly states: readonly ('accepted' | 'quarantined')[];
  readonly scopes?: readonly FactScope[] | undefined;
  readonly types?: readonly FactType[] | undefined;
  readonly limit: number;
  /** ISO instant, for recency. */
  readonly now: string;
  /** Absent: words alone. */
  readonly vector?: RecallVector | undefined;
}

export interface RecallHit {
  readonly id: string;
  /** Higher is better. */
  readonly score: number;
  readonly ways: readonly ('words' | 'parts' | 'meaning')[];
}

/**
 * `same`: equal but for case, space and punctuation. `near`: says nearly the same, the new text can take its place.
 * `contradicts`: about the same, but denies it or names another value.
 */
export interface SimilarFact {
  readonly id: string;
  readonly kind: 'same' | 'near' | 'contradicts';
  /** 0 to 1. */
  readonly likeness: number;
}

/** The index, as functions on a transaction. */
export interface Recall {
  /** Indexes new facts and those whose text or place changed; the same fact twice is one. */
  put(db: RecallDb, facts: readonly RecallFact[]): Promise<void>;
  /** Also takes their vectors. */
  remove(db: RecallDb, ids: readonly string[]): Promise<void>;
  search(db: RecallDb, query: RecallQuery): Promise<readonly RecallHit[]>;
  /** Among accepted and quarantined facts of the same reach as this one, best first; never the fact itself. */
  findSimilar(
    db: RecallDb,
    fact: Pick<
      RecallFact,
      'id' | 'type' | 'text' | 'scope' | 'workspaceId' | 'worktree' | 'roleId'
    >,
    vector?: RecallVector,
  ): Promise<readonly SimilarFact[]>;
}
