/**
 * How often the first five facts answer a question (recall@5), and how far up the first answer stands (MRR): of words, of
 * vectors by the test's embedder, of both, and of an agent that greps. With everything in the context recall is whole, at
 * the price of its tokens.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recall } from '../../daemon/recall/recall.ts';
import { recallStore } from '../../daemon/recall/recall.store.ts';
import { listMissing, openVectors, putVectors } from '../../daemon/recall/vectors.store.ts';
import type { Connection } from '../../daemon/store/connection.ts';
import { openConnection } from '../../daemon/store/connection.ts';
import { embedForTest, testDimension } from '../../test/support/testEmbedder.ts';
import type { Question, WrittenFact } from './material.ts';
import { readFacts, readQuestions } from './material.ts';

export const testModel = 'test';
const at = '2026-11-01T00:00:00.000Z';
const reach = { kind: 'place', workspaceId: 'w', worktree: null, roleId: null } as const;

export interface Score {
  /** Share of the questions. */
  readonly recall5: number;
  readonly mrr: number;
}

export interface Evaluation {
  readonly words: Score;
  readonly vectors: Score;
  readonly fused: Score;
  readonly grep: Score;
  /** Estimated, a quarter of the characters: of all facts, and of the five that a search gives. */
  readonly tokens: { readonly everything: number; readonly five: number };
}

/** What no later change may lower; a question is 0.0167. */
export const evaluationFloors: Readonly<Record<'words' | 'vectors' | 'fused', Score>> = {
  words: { recall5: 0.849, mrr: 0.65 },
  vectors: { recall5: 0.849, mrr: 0.72 },
  fused: { recall5: 0.883, mrr: 0.748 },
};

/** A database of its own with the tables of recall alone; `close` removes it. */
export async function openRecall(): Promise<Connection> {
  const directory = mkdtempSync(join(tmpdir(), 'waggle-recall-'));
  const connection = openConnection(join(directory, 'recall.db'));
  for (const migration of recallStore.migrations) await migration.up(connection.db);
  return {
    ...connection,
    close() {
      connection.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** In one transaction, as everything that calls recall is in one. */
export async function putFacts(
  { db, raw }: Connection,
  facts: readonly WrittenFact[],
): Promise<void> {
  raw.exec('begin');
  await recall.put(
    db,
    facts.map(({ id, type, text }) => ({
      ...{ id, type, text, scope: 'repository', workspaceId: 'w', worktree: null, roleId: null },
      ...{ state: 'accepted', pinned: false, uses: 0, lastUsedAt: null, validFrom: at },
    })),
  );
  raw.exec('commit');
}

export async function putTestVectors({ db, raw }: Connection): Promise<void> {
  const handle = openVectors(db);
  raw.exec('begin');
  for (;;) {
    const missing = await listMissing(handle, { model: testModel, count: 500 });
    if (missing.length === 0) break;
    const vectors = missing.map(({ id, textHash, text }) => ({
      ...{ id, textHash },
      values: embedForTest(text),
    }));
    await putVectors(handle, { model: testModel, dimension: testDimension, vectors });
  }
  raw.exec('commit');
}

export type Ways = 'words' | 'vectors' | 'fused';

/** Ids, the best first. */
export async function ask(
  { db }: Connection,
  text: string,
  ways: Ways = 'fused',
): Promise<string[]> {
  const hits = await recall.search(db, {
    // Without a question in words only the vector is looked for.
    text: ways === 'vectors' ? '' : text,
    ...{ reach, states: ['accepted'], limit: 20, now: at },
    ...(ways === 'words' ? {} : { vector: { model: testModel, values: embedForTest(text) } }),
  });
  return hits.map(({ id }) => id);
}

export async function evaluate(): Promise<Evaluation> {
  const [facts, questions] = [readFacts(), readQuestions()];
  const connection = await openRecall();
  try {
    await putFacts(connection, facts);
    await putTestVectors(connection);
    const scoreOf = (ways: Ways): Promise<Score> =>
      score(questions, ({ text }) => ask(connection, text, ways));
    return {
      words: await scoreOf('words'),
      vectors: await scoreOf('vectors'),
      fused: await scoreOf('fused'),
      grep: await score(questions, ({ text }) => Promise.resolve(grep(facts, text))),
      tokens: await countTokens(connection, facts, questions),
    };
  } finally {
    connection.close();
  }
}

async function score(
  questions: readonly Question[],
  search: (question: Question) => Promise<readonly string[]>,
): Promise<Score> {
  let [found, ranks] = [0, 0];
  for (const question of questions) {
    const place = (await search(question)).findIndex((id) => question.answers.includes(id));
    if (place >= 0 && place < 5) found += 1;
    if (place >= 0) ranks += 1 / (place + 1);
  }
  return { recall5: found / questions.length, mrr: ranks / questions.length };
}

/** What an agent does that has a file of them: look for the longer words, and read what has most of them. */
function grep(facts: readonly WrittenFact[], question: string): string[] {
  const words = (question.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? []).filter(
    (word) => word.length > 3,
  );
  return facts
    .map(({ id, text }) => {
      const lower = text.toLowerCase();
      return { id, count: words.filter((word) => lower.includes(word)).length };
    })
    .filter(({ count }) => count > 0)
    .toSorted((left, right) => right.count - left.count)
    .map(({ id }) => id);
}

async function countTokens(
  connection: Connection,
  facts: readonly WrittenFact[],
  questions: readonly Question[],
): Promise<Evaluation['tokens']> {
  const lengths = new Map(facts.map(({ id, text }) => [id, text.length]));
  let characters = 0;
  for (const { text } of questions)
    for (const id of (await ask(connection, text)).slice(0, 5)) characters += lengths.get(id) ?? 0;
  const all = [...lengths.values()].reduce((sum, length) => sum + length, 0);
  return { everything: all / 4, five: characters / questions.length / 4 };
}
