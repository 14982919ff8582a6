/** The index of facts: what is known of each, their words, and the substrings of what no stemmer should touch. */
import { createHash } from 'node:crypto';
import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { RecallFact, RecallReach } from './recalled.ts';
import { sameKey } from './likeness.ts';
import type { WordCount } from './question.ts';
import { anyGram, anyWord, quote } from './question.ts';
import { indexedTerms } from './terms.ts';

interface FactTable {
  /** Row number in the two full-text tables. */
  place: number;
  id: string;
  type: RecallFact['type'];
  text: string;
  scope: RecallFact['scope'];
  workspace_id: string | null;
  worktree: string | null;
  role_id: string | null;
  state: RecallFact['state'];
  pinned: number;
  uses: number;
  last_used_at: string | null;
  valid_from: string;
  /** Of the text; a vector of another text is none of this fact. */
  text_hash: string;
  /** Of the text but for case, space and punctuation. */
  same_hash: string;
}

export interface IndexTables {
  recall_fact: FactTable;
}

export type IndexDb = Kysely<IndexTables>;
/** Any handle on the database, a transaction included. */
export type RecallDb = Pick<Kysely<never>, 'isTransaction' | 'getExecutor'>;

/** What search weighs of a fact. */
export interface IndexedFact extends RecallFact {
  readonly textHash: string;
}

/** `score`: comparable within one answer. */
export interface ScoredFact {
  readonly fact: IndexedFact;
  readonly score: number;
}

/** `place`: row number of a fact. */
export interface ScoredPlace {
  readonly place: number;
  readonly score: number;
}

/** Where a word is; as many places as were asked for at most. */
export interface HeldWord {
  readonly word: string;
  readonly places: readonly number[];
}

export interface HeldWords {
  readonly held: readonly HeldWord[];
  /** Where listing stopped: a word with so many places tells nothing apart. */
  readonly most: number;
}

export interface IndexFilter {
  readonly reach: RecallReach;
  readonly states: readonly RecallFact['state'][];
  readonly scopes?: readonly RecallFact['scope'][] | undefined;
  readonly types?: readonly RecallFact['type'][] | undefined;
}

export interface CountedWords {
  readonly counts: readonly WordCount[];
  /** Where counting stopped. */
  readonly most: number;
}

export interface IndexChoice {
  readonly filter: IndexFilter;
  readonly count: number;
}

const idsAtOnce = 500;
const termTables = [sql`recall_words`, sql`recall_grams`];

/** The same handle, with the tables of the index. */
export function openIndex(db: RecallDb): IndexDb {
  return db as IndexDb;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** True when its text is new: its vectors are of another one. */
export async function putFact(db: IndexDb, fact: RecallFact): Promise<boolean> {
  const values = toTable(fact);
  const before = await db
    .selectFrom('recall_fact')
    .select(['place', 'text_hash'])
    .where('id', '=', fact.id)
    .executeTakeFirst();
  if (before !== undefined) {
    await db.updateTable('recall_fact').set(values).where('id', '=', fact.id).execute();
    if (before.text_hash === values.text_hash) return false;
    await removeTerms(db, before.place);
    await insertTerms(db, before.place, fact.text);
    return true;
  }
  const { place } = await db
    .insertInto('recall_fact')
    .values(values as FactTable)
    .returning('place')
    .executeTakeFirstOrThrow();
  await insertTerms(db, place, fact.text);
  return true;
}

export async function removeFacts(db: IndexDb, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const rows = await db
      .deleteFrom('recall_fact')
      .where('id', 'in', ids.slice(from, from + idsAtOnce))
      .returning('place')
      .execute();
    for (const { place } of rows) await removeTerms(db, place);
  }
}

async function insertTerms(db: IndexDb, place: number, text: string): Promise<void> {
  const { words, parts, grams } = indexedTerms(text);
  await sql`insert into recall_words (rowid, words, parts) values (${place}, ${words}, ${parts})`.execute(
    db,
  );
  await sql`insert into recall_grams (rowid, grams) values (${place}, ${grams})`.execute(db);
}

async function removeTerms(db: IndexDb, place: number): Promise<void> {
  await sql`delete from recall_words where rowid = ${place}`.execute(db);
  await sql`delete from recall_grams where rowid = ${place}`.execute(db);
}

/** A word in more of all facts than that tells nothing apart; nor one in so many. */
const frequentShare = 0.05;
const frequentLeast = 200;

/** How many facts have each word, counted to where it tells nothing apart. */
export async function countWords(db: IndexDb, words: readonly string[]): Promise<CountedWords> {
  const most = await tellingMost(db);
  const counts: WordCount[] = [];
  for (const word of words) counts.push({ word, count: await countFacts(db, word, most) });
  return { counts, most };
}

/** Where each word is, in one statement: putting many together costs more than they take to run. */
export async function holdersOf(db: IndexDb, words: readonly string[]): Promise<HeldWords> {
  const most = await tellingMost(db);
  const asked = JSON.stringify(words.map(quote));
  const { rows } = await sql<{ readonly at: number; readonly places: string }>`
    select word.key as at, (
      select json_group_array(rowid) from
        (select rowid from recall_words where recall_words match word.value limit ${most})
    ) as places
    from json_each(${asked}) as word`.execute(db);
  const held = rows.map(({ at, places }): HeldWord => {
    const listed: number[] = JSON.parse(places);
    return { word: words[at] ?? '', places: listed };
  });
  return { held, most };
}

async function tellingMost(db: IndexDb): Promise<number> {
  return Math.max(frequentLeast, Math.ceil((await lastPlace(db)) * frequentShare));
}

/** Facts with any of these words, the best first by BM25. */
export async function findByWords(
  db: IndexDb,
  { counts, most }: CountedWords,
  choice: IndexChoice,
): Promise<ScoredFact[]> {
  const expression = anyWord(counts, most);
  if (expression === undefined) return [];
  const score = sql`bm25(recall_words, 1.0, 0.6)`;
  const found = sql`recall_words where recall_words match ${expression}`;
  return await findInReach(db, sql`select rowid as place, ${score} as score from ${found}`, choice);
}

/** Facts with any of these substrings in their names, CJK text or long words. */
export async function findByGrams(
  db: IndexDb,
  { names, counts }: { readonly names: readonly string[] } & CountedWords,
  choice: IndexChoice,
): Promise<ScoredFact[]> {
  const expression = anyGram(names, counts);
  if (expression === undefined) return [];
  const found = sql`recall_grams where recall_grams match ${expression}`;
  const score = sql`bm25(recall_grams)`;
  return await findInReach(db, sql`select rowid as place, ${score} as score from ${found}`, choice);
}

/** The best are taken first and looked at then: nearly always enough of them are in reach. */
async function findInReach(
  db: IndexDb,
  ranked: RawBuilder<unknown>,
  { filter, count }: IndexChoice,
): Promise<ScoredFact[]> {
  for (let most = count * 8; ; most *= 16) {
    const hits = await sql<ScoredPlace>`
      ${ranked} order by score, rowid limit ${most}`.execute(db);
    const found = await takeInReach(db, hits.rows, { filter, count });
    if (found.length === count || hits.rows.length < most) return found;
  }
}

/** The first of these that are in reach, in their order. */
export async function takeInReach(
  db: IndexDb,
  hits: readonly ScoredPlace[],
  { filter, count }: IndexChoice,
): Promise<ScoredFact[]> {
  const facts = new Map<number, IndexedFact>();
  for (let from = 0; from < hits.length && facts.size < count; from += count) {
    const places = hits.slice(from, from + count).map(({ place }) => place);
    const { rows } = await sql<FactTable>`
      select fact.* from recall_fact as fact
      where fact.place in (${sql.join(places)}) and ${conditionOf(filter)}`.execute(db);
    for (const row of rows) facts.set(row.place, fromTable(row));
  }
  return hits
    .flatMap(({ place, score }) => {
      const fact = facts.get(place);
      return fact === undefined ? [] : [{ fact, score }];
    })
    .slice(0, count);
}

/** At most so many are counted. */
async function countFacts(db: IndexDb, word: string, most: number): Promise<number> {
  const { rows } = await sql<{ readonly count: number }>`
    select count(*) as count from
      (select 1 from recall_words where recall_words match ${quote(word)} limit ${most})`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** About as many facts as there are. */
async function lastPlace(db: IndexDb): Promise<number> {
  const row = await db
    .selectFrom('recall_fact')
    .select((each) => each.fn.max('place').as('last'))
    .executeTakeFirst();
  return row?.last ?? 0;
}

/** Those in these places, in no order. */
export async function findByPlaces(
  db: IndexDb,
  places: readonly number[],
): Promise<ReadonlyMap<number, IndexedFact>> {
  if (places.length === 0) return new Map();
  const rows = await db
    .selectFrom('recall_fact')
    .selectAll()
    .where('place', 'in', places)
    .execute();
  return new Map(rows.map((row) => [row.place, fromTable(row)]));
}

/** Places of all facts in reach, as one value: thousands of rows would cost more than the search. */
export async function listPlaces(db: IndexDb, filter: IndexFilter): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ readonly places: string }>`
    select json_group_array(fact.place) as places from recall_fact as fact
    where ${conditionOf(filter)}`.execute(db);
  const places: number[] = JSON.parse(rows[0]?.places ?? '[]');
  return new Set(places);
}

/** Facts whose text is equal but for case, space and punctuation. */
export async function findSame(
  db: IndexDb,
  text: string,
  filter: IndexFilter,
): Promise<IndexedFact[]> {
  const { rows } = await sql<FactTable>`
    select fact.* from recall_fact as fact
    where fact.same_hash = ${hashOf(sameKey(text))} and ${conditionOf(filter)} limit 10`.execute(
    db,
  );
  return rows.map(fromTable);
}

function conditionOf({ reach, states, scopes, types }: IndexFilter) {
  const all = [sql`fact.state in (${sql.join(states)})`, reachCondition(reach)];
  if (scopes !== undefined) all.push(sql`fact.scope in (${sql.join(scopes)})`);
  if (types !== undefined) all.push(sql`fact.type in (${sql.join(types)})`);
  return sql.join(all, sql` and `);
}

function reachCondition(reach: RecallReach) {
  if (reach.kind === 'everything') return sql`true`;
  const { workspaceId, worktree, roleId } = reach;
  return sql`(fact.worktree is null or fact.worktree is ${worktree}) and (
    fact.scope in ('person', 'everywhere')
    or fact.scope = 'repository' and fact.workspace_id = ${workspaceId}
    or fact.scope = 'agent' and fact.role_id = ${roleId})`;
}

function toTable(fact: RecallFact): Omit<FactTable, 'place'> {
  return {
    ...{ id: fact.id, type: fact.type, text: fact.text, scope: fact.scope, state: fact.state },
    workspace_id: fact.workspaceId,
    worktree: fact.worktree,
    role_id: fact.roleId,
    pinned: fact.pinned ? 1 : 0,
    uses: fact.uses,
    last_used_at: fact.lastUsedAt,
    valid_from: fact.validFrom,
    text_hash: hashOf(fact.text),
    same_hash: hashOf(sameKey(fact.text)),
  };
}

function fromTable(row: FactTable): IndexedFact {
  return {
    ...{ id: row.id, type: row.type, text: row.text, scope: row.scope, state: row.state },
    workspaceId: row.workspace_id,
    worktree: row.worktree,
    roleId: row.role_id,
    pinned: row.pinned === 1,
    uses: row.uses,
    lastUsedAt: row.last_used_at,
    validFrom: row.valid_from,
    textHash: row.text_hash,
  };
}

export async function createIndexTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('recall_fact')
    .addColumn('place', 'integer', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('workspace_id', 'text')
    .addColumn('worktree', 'text')
    .addColumn('role_id', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('pinned', 'integer', (column) => column.notNull())
    .addColumn('uses', 'integer', (column) => column.notNull())
    .addColumn('last_used_at', 'text')
    .addColumn('valid_from', 'text', (column) => column.notNull())
    .addColumn('text_hash', 'text', (column) => column.notNull())
    .addColumn('same_hash', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('recall_fact_same').on('recall_fact').column('same_hash').execute();
  await sql`create virtual table recall_words using fts5(words, parts,
    tokenize = "porter unicode61 remove_diacritics 2 tokenchars '_'")`.execute(db);
  await sql`create virtual table recall_grams using fts5(grams, tokenize = 'trigram')`.execute(db);
  // What is forgotten is taken out of the index at once, not at some later merge.
  for (const table of termTables)
    await sql`insert into ${table} (${table}, rank) values ('secure-delete', 1)`.execute(db);
}

/** Each fact that is saved alone is a segment of the index; a word is looked up in every one of them. */
const segmentsMost = 4;

/** Fewer segments than SQLite keeps by itself; what is there becomes one. */
export async function keepFewSegments(db: RecallDb): Promise<void> {
  const index = openIndex(db);
  for (const table of termTables) {
    await sql`insert into ${table} (${table}, rank) values ('crisismerge', ${sql.lit(segmentsMost)})`.execute(
      index,
    );
    await sql`insert into ${table} (${table}) values ('optimize')`.execute(index);
  }
}
