/** The index of facts: what is known of each, their words, and the substrings of what no stemmer should touch. */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { RecallFact, RecallReach } from './recalled.ts';
import { sameKey } from './likeness.ts';
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

export interface IndexFilter {
  readonly reach: RecallReach;
  readonly states: readonly RecallFact['state'][];
  readonly scopes?: readonly RecallFact['scope'][] | undefined;
  readonly types?: readonly RecallFact['type'][] | undefined;
}

const idsAtOnce = 500;

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

/** Facts that an expression of `toQuestion` finds, the best first by BM25. */
export async function findByTerms(
  db: IndexDb,
  table: 'words' | 'grams',
  { expression, filter, count }: { expression: string; filter: IndexFilter; count: number },
): Promise<IndexedFact[]> {
  const found =
    table === 'words'
      ? sql`recall_words where recall_words match ${expression}`
      : sql`recall_grams where recall_grams match ${expression}`;
  const score = table === 'words' ? sql`bm25(recall_words, 1.0, 0.6)` : sql`bm25(recall_grams)`;
  const { rows } = await sql<FactTable>`
    select fact.* from (select rowid as row, ${score} as score from ${found}) as hit
    join recall_fact as fact on fact.place = hit.row
    where ${conditionOf(filter)} order by hit.score, fact.place limit ${count}`.execute(db);
  return rows.map(fromTable);
}

/** Those of these ids that pass, in no order. */
export async function findByIds(
  db: IndexDb,
  ids: readonly string[],
  filter: IndexFilter,
): Promise<IndexedFact[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<FactTable>`
    select fact.* from recall_fact as fact
    where fact.id in (${sql.join(ids)}) and ${conditionOf(filter)}`.execute(db);
  return rows.map(fromTable);
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
  for (const table of [sql`recall_words`, sql`recall_grams`])
    await sql`insert into ${table} (${table}, rank) values ('secure-delete', 1)`.execute(db);
}
