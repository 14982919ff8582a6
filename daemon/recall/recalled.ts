/** What recall is given and gives; texts, vectors and places of facts. */
import type { FactHit, FactScope, FactType } from '../../protocol/memory/memory.ts';

export type Way = FactHit['ways'][number];

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
  readonly ways: readonly Way[];
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
