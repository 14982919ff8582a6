/** What is remembered already and says the same, nearly the same, or the opposite. */
import type { CountedWords, IndexFilter, IndexedFact, RecallDb } from './factIndex.store.ts';
import {
  countWords,
  findByPlaces,
  findByWords,
  findSame,
  listPlaces,
  openIndex,
} from './factIndex.store.ts';
import { compareFacts, likeMeaning } from './likeness.ts';
import { toQuestion } from './question.ts';
import type { RecallFact, RecallVector, SimilarFact } from './recalled.ts';
import { nearestVectors, openVectors } from './vectors.store.ts';

type Asked = Pick<RecallFact, 'id' | 'text' | 'scope' | 'workspaceId' | 'worktree' | 'roleId'>;

const candidates = 24;
const similarMax = 8;
const wordsMost = 10;
/** Counting one costs as much as all the rest of a comparison; long ones are seldom in many facts. */
const countedMost = 20;

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
  const { words } = toQuestion(asked.text);
  const counted = rarest(await countWords(index, longest(words)));
  const scored = await findByWords(index, counted, { filter, count: candidates });
  add(scored.map(({ fact }) => fact));
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

function longest(words: readonly string[]): string[] {
  return words.toSorted((left, right) => right.length - left.length).slice(0, countedMost);
}

/** What says nearly the same shares most words, the rare ones among them: they find it, for a fraction of the work. */
function rarest({ counts, most }: CountedWords): CountedWords {
  const sorted = counts.toSorted((left, right) => left.count - right.count);
  return { most, counts: sorted.filter(({ count }) => count > 0).slice(0, wordsMost) };
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
