import type { Kysely } from 'kysely';
import { defineStore } from '../store/store.ts';

interface RoleTable {
  id: string;
  owner_daemon_id: string;
  name: string;
  is_default: number;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  revision: number;
}

export interface RoleTables {
  role: RoleTable;
}

export interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly isDefault: boolean;
}

/** Rows of roles; the first one is made with the database. */
export const roleStore = defineStore<RoleTables>()({
  name: 'role',
  migrations: [{ version: 110, up: createTable }],
  methods: {
    /** Makes the default role when there is none. `id` is used for a new one. */
    async ensureDefault(db, params: { id: string; ownerDaemonId: string }, context) {
      const found = await db
        .selectFrom('role')
        .select(['id'])
        .where('is_default', '=', 1)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      if (found !== undefined) return found.id;
      await db
        .insertInto('role')
        .values({
          id: params.id,
          owner_daemon_id: params.ownerDaemonId,
          name: 'Default',
          is_default: 1,
          created_at: context.now,
          updated_at: context.now,
          deleted_at: null,
          revision: await context.nextRevision(),
        })
        .execute();
      return params.id;
    },

    async list(db, _params: Record<string, never>): Promise<RoleRow[]> {
      const rows = await db
        .selectFrom('role')
        .select(['id', 'name', 'is_default'])
        .where('deleted_at', 'is', null)
        .orderBy('created_at')
        .execute();
      return rows.map((row) => ({ id: row.id, name: row.name, isDefault: row.is_default === 1 }));
    },
  },
});

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('role')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_daemon_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('is_default', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .execute();
}
