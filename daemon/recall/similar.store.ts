/** What is remembered already and says the same, nearly the same, or the opposite. */
import type {
  HeldWord,
  IndexDb,
  IndexFilter,
  IndexedFact,
  RecallDb,
  ScoredFact,
  ScoredPlace,
} from './factIndex.store.ts';
import {
  findByPlaces,
  findByWords,
  findSame,
  holdersOf,
  listPlaces,
  openIndex,
  takeInReach,
} from './factIndex.store.ts';
import { compareFacts, likeMeaning } from './likeness.ts';
import { toQuestion } from './question.ts';
import type { RecallFact, RecallVector, SimilarFact } from './recalled.ts';
import { nearestVectors, openVectors } from './vectors.store.ts';

type Asked = Pick<RecallFact, 'id' | 'text' | 'scope' | 'workspaceId' | 'worktree' | 'roleId'>;

const candidates = 24;
const similarMax = 8;
/** Long ones are seldom in many facts. */
const wordsMost = 20;
/** With fewer of them that tell facts apart, the others are needed too. */
const tellingLeast = 2;

export async function findSimilarFacts(
  db: RecallDb,
  asked: Asked,
  vector?: RecallVector,
): Promise<SimilarFact[]> {
  const index = openIndex(db);
  const filter = filterOf(asked);
  const found = new Map<string, IndexedFact>();
  const add = (facts: readonly IndexedFact[]): void => {
    for (const fact of facts) if (fact.id !== asked.id) found.set(fact.id, fact);
  };
  add(await findSame(index, asked.text, filter));
  add((await findSharing(index, asked.text, filter)).map(({ fact }) => fact));
  const meanings = new Map<string, number>();
  if (vector !== undefined) {
    const choice = {
      within: await listPlaces(index, filter),
      count: candidates,
      floor: likeMeaning,
    };
    const neighbours = await nearestVectors(openVectors(index), vector, choice);
    const facts = await findByPlaces(
      index,
      neighbours.map(({ fact }) => fact),
    );
    for (const { fact, similarity } of neighbours) {
      const near = facts.get(fact);
      if (near !== undefined) meanings.set(near.id, similarity);
    }
    add([...facts.values()]);
  }
  return [...found.values()]
    .flatMap((fact) => judge(asked, fact, meanings.get(fact.id)))
    .toSorted((left, right) => right.likeness - left.likeness || (left.id < right.id ? -1 : 1))
    .slice(0, similarMax);
}

/** What says nearly the same shares most words, and of those the rare ones tell most. */
async function findSharing(db: IndexDb, text: string, filter: IndexFilter): Promise<ScoredFact[]> {
  const { held, most } = await holdersOf(db, longest(toQuestion(text).words));
  const telling = held.filter(({ places }) => places.length > 0 && places.length < most);
  if (telling.length >= tellingLeast) {
    const found = await takeInReach(db, rank(telling), { filter, count: candidates * 2 });
    return nearestInLength(found, text).slice(0, candidates);
  }
  const counts = held.map(({ word, places }) => ({ word, count: places.length }));
  const some = counts.filter(({ count }) => count > 0);
  return findByWords(db, { counts: some, most }, { filter, count: candidates });
}

function longest(words: readonly string[]): string[] {
  return words.toSorted((left, right) => right.length - left.length).slice(0, wordsMost);
}

/** Of two that share the same the shorter one shares more of what it says. */
function nearestInLength(found: readonly ScoredFact[], { length }: string): ScoredFact[] {
  const share = ({ fact, score }: ScoredFact): number => score / (length + fact.text.length);
  return found.toSorted((left, right) => share(right) - share(left));
}

/** A word of few facts weighs more. */
function rank(held: readonly HeldWord[]): ScoredPlace[] {
  const scores = new Map<number, number>();
  for (const { places } of held) {
    const weight = 1 / Math.log2(1 + places.length);
    for (const place of places) scores.set(place, (scores.get(place) ?? 0) + weight);
  }
  return [...scores]
    .map(([place, score]) => ({ place, score }))
    .toSorted((left, right) => right.score - left.score || left.place - right.place);
}

/** One of a wider scope is told when it says the same or the opposite, and never to be replaced by a narrower one. */
function judge(asked: Asked, fact: IndexedFact, meaning = 0): SimilarFact[] {
  const { relation, likeness } = compareFacts(asked.text, fact.text, meaning);
  if (relation === 'other' || (relation === 'near' && !isOfSamePlace(asked, fact))) return [];
  return [{ id: fact.id, kind: relation, likeness }];
}

/** Whatever whoever gets the new one gets too; others' own facts are none of its business. */
function filterOf({ workspaceId, worktree, roleId, scope }: Asked): IndexFilter {
  return {
    reach: {
      kind: 'place',
      workspaceId: scope === 'repository' || scope === 'agent' ? workspaceId : null,
      worktree,
      roleId: scope === 'agent' ? roleId : null,
    },
    states: ['accepted', 'quarantined'],
  };
}

function isOfSamePlace(one: Asked, other: RecallFact): boolean {
  return (
    one.scope === other.scope &&
    one.worktree === other.worktree &&
    (one.scope !== 'repository' || one.workspaceId === other.workspaceId) &&
    (one.scope !== 'agent' || one.roleId === other.roleId)
  );
}
