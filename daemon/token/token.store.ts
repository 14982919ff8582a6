import type { Kysely } from 'kysely';
import { defineStore } from '../store/store.ts';

interface SessionTokenTable {
  id: string;
  /** SHA-256 of the 64 hex digits, as hex. */
  hash: string;
  right: 'self' | 'person';
  session_id: string;
  created_at: string;
  revoked_at: string | null;
}

export interface TokenTables {
  session_token: SessionTokenTable;
}

/** A live token of a session; its value is nowhere but in the session's environment. */
export interface SessionTokenRow {
  readonly id: string;
  readonly hash: string;
  readonly right: 'self' | 'person';
  readonly sessionId: string;
}

/** Tokens of sessions: they outlive the daemon, so that running agents keep their hooks and tools. */
export const tokenStore = defineStore<TokenTables>()({
  name: 'token',
  migrations: [{ version: 10, up: createTable }],
  methods: {
    async add(db, row: SessionTokenRow, context) {
      await db
        .insertInto('session_token')
        .values({
          id: row.id,
          hash: row.hash,
          right: row.right,
          session_id: row.sessionId,
          created_at: context.now,
          revoked_at: null,
        })
        .execute();
    },

    async list(db, _params: Record<string, never>): Promise<SessionTokenRow[]> {
      return db
        .selectFrom('session_token')
        .select(['id', 'hash', 'right', 'session_id as sessionId'])
        .where('revoked_at', 'is', null)
        .execute();
    },

    async revoke(db, params: { sessionId: string }, context) {
      await db
        .updateTable('session_token')
        .set({ revoked_at: context.now })
        .where('session_id', '=', params.sessionId)
        .where('revoked_at', 'is', null)
        .execute();
    },
  },
});

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('session_token')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('right', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('revoked_at', 'text')
    .execute();
  await db.schema
    .createIndex('session_token_by_session')
    .on('session_token')
    .column('session_id')
    .execute();
}
