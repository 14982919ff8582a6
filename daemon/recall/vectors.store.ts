/**
 * Vectors of facts, a row per fact and model, and the set of the model that was asked for last, held in the memory of the
 * database's thread. Invariant: the set is that of the row `recall_model.token`; every change writes a new token in its own
 * transaction, so one that is rolled back leaves a set that nobody takes for the stored one.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { IndexTables, RecallDb } from './index.store.ts';
import type { RecallVector } from './recalled.ts';
import type { NearestChoice, Neighbour } from './vectors.ts';
import { VectorSet } from './vectors.ts';

interface VectorTable {
  fact_id: string;
  model: string;
  /** Of the text that it was made of. */
  text_hash: string;
  /** Little-endian 32-bit floats of length one; empty: the provider refused this text. */
  vector: Uint8Array;
}

interface ModelTable {
  model: string;
  dimension: number;
  token: string;
}

export interface VectorTables extends IndexTables {
  recall_vector: VectorTable;
  recall_model: ModelTable;
}

export type VectorDb = Kysely<VectorTables>;

/** A text that has no vector of a model yet. */
export interface MissingVector {
  readonly id: string;
  readonly text: string;
  readonly textHash: string;
}

export interface NewVector {
  readonly id: string;
  readonly textHash: string;
  /** Of length one; null: the provider refused this text, do not ask again. */
  readonly values: Float32Array | null;
}

interface Held {
  token: string;
  readonly model: string;
  readonly set: VectorSet;
}

const idsAtOnce = 500;
const rowsAtOnce = 2000;

let held: Held | undefined;

/** The same handle, with the tables of vectors. */
export function openVectors(db: RecallDb): VectorDb {
  return db as VectorDb;
}

export async function dimensionOf(db: VectorDb, model: string): Promise<number | undefined> {
  return (await findModel(db, model))?.dimension;
}

/** The nearest of the vectors of its model; nothing when there is none of that model and dimension. */
export async function nearestVectors(
  db: VectorDb,
  { model, values }: RecallVector,
  choice: NearestChoice,
): Promise<readonly Neighbour[]> {
  const set = await loadSet(db, model);
  return set === undefined || set.dimension !== values.length ? [] : set.nearest(values, choice);
}

/** Facts that are accepted and have no vector of this text and model. A quarantined one is not sent anywhere. */
export async function listMissing(
  db: VectorDb,
  { model, count }: { readonly model: string; readonly count: number },
): Promise<MissingVector[]> {
  const rows = await missing(db, model)
    .select(['recall_fact.id', 'recall_fact.text', 'recall_fact.text_hash'])
    .orderBy('recall_fact.place')
    .limit(count)
    .execute();
  return rows.map(({ id, text, text_hash: textHash }) => ({ id, text, textHash }));
}

export async function countVectors(
  db: VectorDb,
  model: string,
): Promise<{ readonly done: number; readonly total: number }> {
  const count = ({ count: found }: { count: number | string | bigint }): number => Number(found);
  const all = await db
    .selectFrom('recall_fact')
    .select((each) => each.fn.countAll().as('count'))
    .where('state', '=', 'accepted')
    .executeTakeFirstOrThrow();
  const left = await missing(db, model)
    .select((each) => each.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return { total: count(all), done: count(all) - count(left) };
}

function missing(db: VectorDb, model: string) {
  return db
    .selectFrom('recall_fact')
    .leftJoin('recall_vector', (join) =>
      join
        .onRef('recall_vector.fact_id', '=', 'recall_fact.id')
        .onRef('recall_vector.text_hash', '=', 'recall_fact.text_hash')
        .on('recall_vector.model', '=', model),
    )
    .where('recall_fact.state', '=', 'accepted')
    .where('recall_vector.fact_id', 'is', null);
}

/** Keeps those whose fact still has that text. False: the model has another dimension, nothing was written. */
export async function putVectors(
  db: VectorDb,
  {
    model,
    dimension,
    vectors,
  }: { model: string; dimension: number; vectors: readonly NewVector[] },
): Promise<boolean> {
  const known = await dimensionOf(db, model);
  if (known !== undefined && known !== dimension) return false;
  const set = await findHeld(db, model);
  for (const { id, textHash, values } of vectors) {
    const fact = await db
      .selectFrom('recall_fact')
      .select('place')
      .where('id', '=', id)
      .where('text_hash', '=', textHash)
      .executeTakeFirst();
    if (fact === undefined) continue;
    const vector = values === null ? new Uint8Array() : toBytes(values);
    await db
      .replaceInto('recall_vector')
      .values({ fact_id: id, model, text_hash: textHash, vector })
      .execute();
    if (values !== null) set?.put(fact.place, values);
  }
  await writeToken(db, { model, dimension, isHeld: set !== undefined });
  return true;
}

export async function removeVectors(db: VectorDb, ids: readonly string[]): Promise<void> {
  const places: number[] = [];
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const some = ids.slice(from, from + idsAtOnce);
    const rows = await db
      .selectFrom('recall_fact')
      .innerJoin('recall_vector', 'recall_vector.fact_id', 'recall_fact.id')
      .select('place')
      .where('recall_fact.id', 'in', some)
      .execute();
    places.push(...rows.map(({ place }) => place));
    await db.deleteFrom('recall_vector').where('fact_id', 'in', some).execute();
  }
  if (places.length === 0) return;
  const models = await db.selectFrom('recall_model').select(['model', 'dimension']).execute();
  for (const model of models) {
    const set = await findHeld(db, model.model);
    for (const place of places) set?.delete(place);
    await writeToken(db, { ...model, isHeld: set !== undefined });
  }
}

/** Of this model, to make them again, or of all others. */
export async function dropVectors(
  db: VectorDb,
  { model, which }: { readonly model: string; readonly which: 'this' | 'others' },
): Promise<void> {
  const operator = which === 'this' ? '=' : '!=';
  await db.deleteFrom('recall_vector').where('model', operator, model).execute();
  await db.deleteFrom('recall_model').where('model', operator, model).execute();
  if (held !== undefined && (held.model === model) === (which === 'this')) held = undefined;
}

function findModel(db: VectorDb, model: string): Promise<ModelTable | undefined> {
  return db.selectFrom('recall_model').selectAll().where('model', '=', model).executeTakeFirst();
}

/** Undefined when it is not in memory, or is what a transaction left that was rolled back. */
async function findHeld(db: VectorDb, model: string): Promise<VectorSet | undefined> {
  if (held?.model !== model) return undefined;
  const row = await findModel(db, model);
  return held.token === row?.token ? held.set : undefined;
}

async function loadSet(db: VectorDb, model: string): Promise<VectorSet | undefined> {
  const row = await findModel(db, model);
  if (row === undefined) return undefined;
  if (held?.model === model && held.token === row.token) return held.set;
  const set = new VectorSet(row.dimension);
  for (let after = ''; ;) {
    const rows = await listRows(db, { model, after });
    for (const { place, vector } of rows) {
      const values = fromBytes(vector);
      if (values.length === row.dimension) set.put(place, values);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) break;
    after = last.fact_id;
  }
  held = { token: row.token, model, set };
  return set;
}

/** Only those of the text that a fact has now. */
function listRows(db: VectorDb, { model, after }: { model: string; after: string }) {
  return db
    .selectFrom('recall_vector')
    .innerJoin('recall_fact', (join) =>
      join
        .onRef('recall_fact.id', '=', 'recall_vector.fact_id')
        .onRef('recall_fact.text_hash', '=', 'recall_vector.text_hash'),
    )
    .select(['fact_id', 'place', 'vector'])
    .where('model', '=', model)
    .where('fact_id', '>', after)
    .orderBy('fact_id')
    .limit(rowsAtOnce)
    .execute();
}

async function writeToken(
  db: VectorDb,
  { model, dimension, isHeld }: { model: string; dimension: number; isHeld: boolean },
): Promise<void> {
  const token = randomUUID();
  await db.replaceInto('recall_model').values({ model, dimension, token }).execute();
  // Only the set that was just changed is that of the new token.
  if (isHeld && held !== undefined) held.token = token;
}

function toBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function fromBytes(bytes: Uint8Array): Float32Array {
  const copy = Uint8Array.from(bytes);
  return new Float32Array(copy.buffer, 0, copy.byteLength >> 2);
}

export async function createVectorTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('recall_vector')
    .addColumn('fact_id', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('text_hash', 'text', (column) => column.notNull())
    .addColumn('vector', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('recall_vector_key', ['fact_id', 'model'])
    .execute();
  await db.schema
    .createTable('recall_model')
    .addColumn('model', 'text', (column) => column.primaryKey())
    .addColumn('dimension', 'integer', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull())
    .execute();
}
