/** A worker program with a small store, for the tests of `daemon/store`: run as a worker it serves `notes`. */
import { isMainThread, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import type { Generated } from 'kysely';
import { defineStore, serveStores } from '../../daemon/store/store.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

interface Note {
  readonly id: Generated<number>;
  readonly text: string;
  readonly revision: number;
}
interface Tables {
  note: Note;
}

export const noteStore = defineStore<Tables>()({
  name: 'note',
  migrations: [
    {
      version: 9001,
      up: async (db) => {
        await db.schema
          .createTable('note')
          .addColumn('id', 'integer', (column) => column.primaryKey())
          .addColumn('text', 'text', (column) => column.notNull())
          .addColumn('revision', 'integer', (column) => column.notNull())
          .execute();
      },
    },
  ],
  methods: {
    add: async (db, text: string, context) => {
      const revision = await context.nextRevision();
      await db.insertInto('note').values({ text, revision }).execute();
      return revision;
    },
    addThenFail: async (db, text: string) => {
      await db.insertInto('note').values({ text, revision: 0 }).execute();
      throw new WaggleError('conflict', 'as asked');
    },
    addThenThrow: async (db, text: string) => {
      await db.insertInto('note').values({ text, revision: 0 }).execute();
      throw new TypeError('not ours');
    },
    addMany: async (db, texts: readonly string[], context) => {
      const revision = await context.nextRevision();
      for (const text of texts) await db.insertInto('note').values({ text, revision }).execute();
      return revision;
    },
    list: async (db, _params: undefined) => {
      const rows = await db.selectFrom('note').select('text').orderBy('id').execute();
      return rows.map((row) => row.text);
    },
    limitPages: async (db, pages: number) => {
      await sql.raw(`pragma max_page_count = ${pages}`).execute(db);
    },
    readSync: async (db, _params: undefined) => {
      const result = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
      return result.rows[0]?.synchronous;
    },
    end: (_db, code: number): Promise<void> => process.exit(code),
  },
});

/** A later version of the same store: one more step. */
const laterStore = defineStore<Tables>()({
  name: 'note',
  migrations: [
    ...noteStore.migrations,
    {
      version: 9002,
      up: async (db) => {
        await db.schema.alterTable('note').addColumn('extra', 'text').execute();
      },
    },
  ],
  methods: noteStore.methods,
});

/** A later version whose step fails halfway. */
const brokenStore = defineStore<Tables>()({
  name: 'note',
  migrations: [
    ...laterStore.migrations,
    {
      version: 9003,
      up: async (db) => {
        await db.schema.createTable('half').addColumn('id', 'integer').execute();
        throw new Error('the step fails');
      },
    },
  ],
  methods: noteStore.methods,
});

/** The environment variable that says which of them a worker serves. */
export const variantVariable = 'WAGGLE_TEST_STORE';

const task: unknown = workerData;
if (!isMainThread && typeof task === 'object' && task !== null && 'waggleStore' in task) {
  const variants: Record<string, typeof noteStore> = { later: laterStore, broken: brokenStore };
  await serveStores([variants[process.env[variantVariable] ?? ''] ?? noteStore]);
}
