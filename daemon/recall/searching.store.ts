/** Hybrid search: words, parts of names and meaning, each in its own order, made one by reciprocal rank. */
import type { Fused, Ranking, Standing } from './fusion.ts';
import { fuse, standingWeight } from './fusion.ts';
import type { IndexDb, IndexedFact, RecallDb, ScoredFact } from './index.store.ts';
import {
  countWords,
  findByGrams,
  findByPlaces,
  findByWords,
  listPlaces,
  openIndex,
} from './index.store.ts';
import { toQuestion } from './question.ts';
import type { RecallHit, RecallQuery, RecallVector } from './recalled.ts';
import { nearestVectors, openVectors } from './vectors.store.ts';

/** Of each way; the answer is a few of them. */
const candidates = 60;
/** A vector that stands out less says nothing about the question. */
const spread = 2;

export async function searchFacts(db: RecallDb, query: RecallQuery): Promise<RecallHit[]> {
  const index = openIndex(db);
  const known = new Map<string, IndexedFact>();
  const rankings: Ranking[] = [];
  const add = (way: Ranking['way'], scored: readonly ScoredFact[]): void => {
    for (const { fact } of scored) known.set(fact.id, fact);
    rankings.push({ way, found: scored.map(({ fact, score }) => ({ id: fact.id, score })) });
  };
  const { words, names } = toQuestion(query.text);
  const count = Math.max(candidates, query.limit);
  const counted = await countWords(index, words);
  add('words', await findByWords(index, counted, { filter: query, count }));
  add('parts', await findByGrams(index, { names, ...counted }, { filter: query, count }));
  if (query.vector !== undefined)
    add('meaning', await findByMeaning(index, query, { vector: query.vector, count }));
  return rank(fuse(rankings), known, query).slice(0, query.limit);
}

async function findByMeaning(
  db: IndexDb,
  query: RecallQuery,
  { vector, count }: { readonly vector: RecallVector; readonly count: number },
): Promise<ScoredFact[]> {
  const choice = { within: await listPlaces(db, query), count, spread };
  const neighbours = await nearestVectors(openVectors(db), vector, choice);
  const facts = await findByPlaces(
    db,
    neighbours.map(({ fact }) => fact),
  );
  return neighbours.flatMap(({ fact: place, similarity }) => {
    const fact = facts.get(place);
    return fact === undefined ? [] : [{ fact, score: similarity }];
  });
}

function rank(
  fused: readonly Fused[],
  known: ReadonlyMap<string, IndexedFact>,
  query: RecallQuery,
): RecallHit[] {
  const now = Date.parse(query.now);
  const hits = fused.flatMap(({ id, score, ways }): RecallHit[] => {
    const fact = known.get(id);
    if (fact === undefined) return [];
    return [{ id, ways, score: score * standingWeight(standingOf(fact, now)) }];
  });
  return hits.toSorted((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1));
}

function standingOf(fact: IndexedFact, now: number): Standing {
  const latest = Math.max(
    Date.parse(fact.validFrom),
    Date.parse(fact.lastUsedAt ?? fact.validFrom),
  );
  return {
    ageMs: Number.isFinite(latest) ? now - latest : Infinity,
    uses: fact.uses,
    isPinned: fact.pinned,
    scope: fact.scope === 'agent' || fact.worktree !== null ? 'own' : fact.scope,
  };
}
