/** A store thread like the daemon's, with a table of events instead of the nouns' own. Entry of a worker. */
import type { Kysely } from 'kysely';
import { defineStore, serveStores } from '../daemon/store/store.ts';

interface EventTables {
  event: { readonly id?: number; readonly kind: string; readonly body: string };
}

export const eventStore = defineStore<EventTables>()({
  name: 'event',
  migrations: [
    {
      version: 1,
      async up(db: Kysely<unknown>): Promise<void> {
        await db.schema
          .createTable('event')
          .addColumn('id', 'integer', (column) => column.primaryKey())
          .addColumn('kind', 'text', (column) => column.notNull())
          .addColumn('body', 'text', (column) => column.notNull())
          .execute();
      },
    },
  ],
  methods: {
    /** One transaction; resolves once it is on the disk. */
    async append(
      db,
      { rows }: { readonly rows: readonly { readonly kind: string; readonly body: string }[] },
    ): Promise<void> {
      await db.insertInto('event').values(rows).execute();
    },
  },
});

void serveStores([eventStore]);
