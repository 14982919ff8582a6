import type { Kysely } from 'kysely';
import { defineStore } from '../store/store.ts';
import { createIndexTables, keepFewSegments } from './factIndex.store.ts';
import type { MissingVector, NewVector, VectorTables } from './vectors.store.ts';
import {
  countVectors,
  createVectorTables,
  dimensionOf,
  dropVectors,
  listMissing,
  openVectors,
  putVectors,
} from './vectors.store.ts';

export type { MissingVector, NewVector } from './vectors.store.ts';

interface SettingTable {
  /** `embedding`: JSON of what a person chose; never a key. */
  key: string;
  value: string;
}

export interface RecallTables extends VectorTables {
  recall_setting: SettingTable;
}

/** How far the vectors of a model are. */
export interface VectorProgress {
  /** Undefined until one was made. */
  readonly dimension: number | undefined;
  readonly done: number;
  readonly total: number;
}

/** The index of facts, and what the background that makes their vectors reads and writes. */
export const recallStore = defineStore<RecallTables>()({
  name: 'recall',
  migrations: [
    { version: 620, up: createTables },
    { version: 621, up: keepFewSegments },
  ],
  methods: {
    async progress(db, { model }: { readonly model: string }): Promise<VectorProgress> {
      const vectors = openVectors(db);
      const [dimension, counts] = [
        await dimensionOf(vectors, model),
        await countVectors(vectors, model),
      ];
      return { dimension, ...counts };
    },

    listMissing(
      db,
      params: { readonly model: string; readonly count: number },
    ): Promise<MissingVector[]> {
      return listMissing(openVectors(db), params);
    },

    /** False: the model has another dimension, nothing was written. */
    putVectors(
      db,
      params: {
        readonly model: string;
        readonly dimension: number;
        readonly vectors: readonly NewVector[];
      },
    ): Promise<boolean> {
      return putVectors(openVectors(db), params);
    },

    dropVectors(
      db,
      params: { readonly model: string; readonly which: 'this' | 'others' },
    ): Promise<void> {
      return dropVectors(openVectors(db), params);
    },

    async readSettings(db, _params: Record<string, never>): Promise<string | undefined> {
      const row = await db
        .selectFrom('recall_setting')
        .select('value')
        .where('key', '=', 'embedding')
        .executeTakeFirst();
      return row?.value;
    },

    async writeSettings(db, { settings }: { readonly settings: string }): Promise<void> {
      await db
        .replaceInto('recall_setting')
        .values({ key: 'embedding', value: settings })
        .execute();
    },
  },
});

async function createTables(db: Kysely<unknown>): Promise<void> {
  await createIndexTables(db);
  await createVectorTables(db);
  await db.schema
    .createTable('recall_setting')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}
