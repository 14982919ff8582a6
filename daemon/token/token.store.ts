import type { Kysely } from 'kysely';
import type { Grant } from '../../protocol/token/token.ts';
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

interface ConnectorTable {
  id: string;
  hash: string;
  name: string;
  created_at: string;
  expires_at: string | null;
  used_at: string | null;
  revoked_at: string | null;
}

interface SessionGrantTable {
  session_id: string;
  grant: Grant;
  granted_at: string;
  granted_by: string;
}

export interface TokenTables {
  session_token: SessionTokenTable;
  connector: ConnectorTable;
  session_grant: SessionGrantTable;
}

/** A live token of a session; its value is nowhere but in the session's environment. */
export interface SessionTokenRow {
  readonly id: string;
  readonly hash: string;
  readonly right: 'self' | 'person';
  readonly sessionId: string;
}

/** A live token of somebody whom Waggle did not start; its value is where the person put it. */
export interface ConnectorRow {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly usedAt: string | null;
}

export interface SessionGrantRow {
  readonly sessionId: string;
  readonly grant: Grant;
}

const spentMax = 500;

/** Tokens outlive the daemon, so that running agents keep their hooks and tools. */
export const tokenStore = defineStore<TokenTables>()({
  name: 'token',
  migrations: [
    { version: 10, up: createTable },
    { version: 11, up: createConnectors },
  ],
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

    async addConnector(db, row: Omit<ConnectorRow, 'usedAt'>) {
      await db
        .insertInto('connector')
        .values({
          id: row.id,
          hash: row.hash,
          name: row.name,
          created_at: row.createdAt,
          expires_at: row.expiresAt,
          used_at: null,
          revoked_at: null,
        })
        .execute();
    },

    async listConnectors(db, _params: Record<string, never>): Promise<ConnectorRow[]> {
      return db
        .selectFrom('connector')
        .select(['id', 'hash', 'name'])
        .select(['created_at as createdAt', 'expires_at as expiresAt', 'used_at as usedAt'])
        .where('revoked_at', 'is', null)
        .orderBy('created_at')
        .execute();
    },

    async touchConnector(db, { id }: { id: string }, context) {
      await db
        .updateTable('connector')
        .set({ used_at: context.now })
        .where('id', '=', id)
        .execute();
    },

    async revokeConnector(db, { id }: { id: string }, context) {
      await db
        .updateTable('connector')
        .set({ revoked_at: context.now })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute();
    },

    /** Hashes of what counted once, the latest. */
    async listSpent(db, _params: Record<string, never>): Promise<string[]> {
      const tables = ['session_token', 'connector'] as const;
      const spent = await Promise.all(
        tables.map((table) =>
          db
            .selectFrom(table)
            .select('hash')
            .where('revoked_at', 'is not', null)
            .orderBy('revoked_at', 'desc')
            .limit(spentMax)
            .execute(),
        ),
      );
      return spent.flat().map(({ hash }) => hash);
    },

    async listGrants(db, _params: Record<string, never>): Promise<SessionGrantRow[]> {
      return db
        .selectFrom('session_grant')
        .select(['session_id as sessionId', 'grant'])
        .orderBy('grant')
        .execute();
    },

    /** Those and no others. */
    async setGrants(
      db,
      params: { sessionId: string; grants: readonly Grant[]; by: string },
      context,
    ) {
      const { sessionId, grants, by } = params;
      await db.deleteFrom('session_grant').where('session_id', '=', sessionId).execute();
      for (const grant of grants)
        await db
          .insertInto('session_grant')
          .values({ session_id: sessionId, grant, granted_at: context.now, granted_by: by })
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

async function createConnectors(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('connector')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('used_at', 'text')
    .addColumn('revoked_at', 'text')
    .execute();
  await db.schema
    .createTable('session_grant')
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('grant', 'text', (column) => column.notNull())
    .addColumn('granted_at', 'text', (column) => column.notNull())
    .addColumn('granted_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('session_grant_key', ['session_id', 'grant'])
    .execute();
}
