import type { Kysely } from 'kysely';
import { defineStore } from '../store/store.ts';

interface KeepingTable {
  /** `default`: what is kept when nobody chose; `clock`: how far the clock is believed. */
  key: string;
  value: string;
}

export interface KeepingTables {
  keeping: KeepingTable;
}

export const keepingStore = defineStore<KeepingTables>()({
  name: 'keeping',
  migrations: [{ version: 140, up: createTable }],
  methods: {
    /** JSON text, undefined when none was written. */
    async read(db, params: { readonly key: 'default' | 'clock' }): Promise<string | undefined> {
      const row = await db
        .selectFrom('keeping')
        .select('value')
        .where('key', '=', params.key)
        .executeTakeFirst();
      return row?.value;
    },

    async write(
      db,
      params: { readonly key: 'default' | 'clock'; readonly value: string },
    ): Promise<void> {
      await db
        .insertInto('keeping')
        .values(params)
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: params.value }))
        .execute();
    },
  },
});

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('keeping')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}
