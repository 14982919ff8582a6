/**
 * Recall: finds facts and what is nearly the same. Runs in the database's thread, inside the transaction of whoever calls:
 * `memory.store.ts` calls `put`, `remove`, `search`, `findSimilar`. Owns its own tables, never those of memory. Pure and
 * database only: providers of embeddings are `daemon/embedding`.
 */
import type { RecallDb } from './factIndex.store.ts';
import { findSame, openIndex, putFact, removeFacts } from './factIndex.store.ts';
import type {
  RecallFact,
  RecallHit,
  RecallQuery,
  RecallReach,
  RecallVector,
  SimilarFact,
} from './recalled.ts';
import type { Relation } from './likeness.ts';
import { compareFacts } from './likeness.ts';
import { searchFacts } from './searching.store.ts';
import { findSimilarFacts } from './similar.store.ts';
import { openVectors, removeVectors } from './vectors.store.ts';

export type { RecallDb } from './factIndex.store.ts';
export type { MissingVector, NewVector, recallStore } from './recall.store.ts';
export type {
  RecallFact,
  RecallHit,
  RecallQuery,
  RecallReach,
  RecallVector,
  SimilarFact,
} from './recalled.ts';

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
  /** Whether a fact in reach has that text, but for case, space and punctuation; in the order of `texts`. */
  knows(db: RecallDb, texts: readonly string[], reach: RecallReach): Promise<boolean[]>;
  /** By words alone. */
  compare(left: string, right: string): Relation;
}

export const recall: Recall = {
  async put(db, facts) {
    const changed: string[] = [];
    for (const fact of facts) if (await putFact(openIndex(db), fact)) changed.push(fact.id);
    await removeVectors(openVectors(db), changed);
  },

  async remove(db, ids) {
    await removeVectors(openVectors(db), ids);
    await removeFacts(openIndex(db), ids);
  },

  search: searchFacts,
  findSimilar: findSimilarFacts,
  async knows(db, texts, reach) {
    const index = openIndex(db);
    const known: boolean[] = [];
    const filter = { reach, states: ['accepted', 'quarantined'] } as const;
    for (const text of texts) known.push((await findSame(index, text, filter)).length > 0);
    return known;
  },
  compare: (left, right) => compareFacts(left, right).relation,
};
