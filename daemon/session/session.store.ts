import type { Kysely, Selectable, Transaction } from 'kysely';
import { defineStore } from '../store/store.ts';
import type { SessionRow } from './row.ts';

interface SessionTable {
  id: string;
  owner_daemon_id: string;
  workspace_id: string;
  role_id: string;
  status: string;
  agent: string;
  name: string;
  generation: number;
  host_id: string | null;
  idempotency_key: string | null;
  /** The whole row as JSON: the columns above are what is asked for. */
  value: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  revision: number;
}

export interface SessionTables {
  session: SessionTable;
}

/** What a write gave to the row. */
export interface Written {
  readonly revision: number;
  readonly updatedAt: string;
}

export const sessionStore = defineStore<SessionTables>()({
  name: 'session',
  migrations: [{ version: 120, up: createTable }],
  methods: {
    async list(db, _params: Record<string, never>): Promise<SessionRow[]> {
      const rows = await db
        .selectFrom('session')
        .selectAll()
        .where('deleted_at', 'is', null)
        .orderBy('created_at')
        .execute();
      return rows.map(fromTable);
    },

    /** Ids of sessions that were deleted: what a host still holds of them is not made again. */
    async listDeleted(db, _params: Record<string, never>): Promise<string[]> {
      const rows = await db
        .selectFrom('session')
        .select('id')
        .where('deleted_at', 'is not', null)
        .execute();
      return rows.map((row) => row.id);
    },

    /** Writes the whole row, new or known; a deleted one stays deleted. */
    async save(db, row: SessionRow, context): Promise<Written> {
      const written = { revision: await context.nextRevision(), updatedAt: context.now };
      const values = toColumns({ ...row, ...written });
      await db
        .insertInto('session')
        .values({ ...values, id: row.id, created_at: row.createdAt, deleted_at: null })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(values).where('session.deleted_at', 'is', null),
        )
        .execute();
      return written;
    },

    /** For a session of which nothing is written: only the count goes on. */
    async countChange(_db, _params: Record<string, never>, context): Promise<Written> {
      return { revision: await context.nextRevision(), updatedAt: context.now };
    },

    /** Leaves a tombstone without content, and nothing of what stood there. */
    async remove(db, params: { readonly id: string }, context): Promise<Written> {
      context.forget();
      const written = { revision: await context.nextRevision(), updatedAt: context.now };
      await db
        .updateTable('session')
        .set({
          name: '',
          value: '{}',
          idempotency_key: null,
          host_id: null,
          updated_at: context.now,
          deleted_at: context.now,
          revision: written.revision,
        })
        .where('id', '=', params.id)
        .execute();
      return written;
    },

    /** The newest revision that any session has. */
    async readRevision(db, _params: Record<string, never>): Promise<number> {
      return newestRevision(db);
    },
  },
});

async function newestRevision(
  db: Kysely<SessionTables> | Transaction<SessionTables>,
): Promise<number> {
  const found = await db
    .selectFrom('session')
    .select((select) => select.fn.max('revision').as('revision'))
    .executeTakeFirst();
  return found?.revision ?? 0;
}

function toColumns(row: SessionRow): Omit<SessionTable, 'id' | 'created_at' | 'deleted_at'> {
  return {
    owner_daemon_id: row.ownerDaemonId,
    workspace_id: row.workspaceId,
    role_id: row.roleId,
    status: row.status,
    agent: row.agent,
    name: row.name,
    generation: row.generation,
    host_id: row.hostId,
    idempotency_key: row.idempotencyKey,
    value: JSON.stringify(row),
    updated_at: row.updatedAt,
    revision: row.revision,
  };
}

function fromTable(row: Selectable<SessionTable>): SessionRow {
  const value: SessionRow = JSON.parse(row.value);
  return value;
}

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('session')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_daemon_id', 'text', (column) => column.notNull())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('role_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('host_id', 'text')
    .addColumn('idempotency_key', 'text', (column) => column.unique())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .execute();
}
