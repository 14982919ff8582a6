import type { Kysely, Selectable } from 'kysely';
import { defineStore } from '../store/store.ts';
import type { MatchKeys } from './matching.ts';

interface WorkspaceTable {
  id: string;
  owner_daemon_id: string;
  name: string;
  /** JSON arrays. */
  roots: string;
  remotes: string;
  root_commits: string;
  trusted_roots: string;
  distrusted_roots: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  revision: number;
}

export interface WorkspaceTables {
  workspace: WorkspaceTable;
}

/** A vouched or refused root: who decided, and when (ISO instant). */
export interface RootDecision {
  readonly root: string;
  readonly by: string;
  readonly at: string;
}

export interface WorkspaceRow extends MatchKeys {
  readonly ownerDaemonId: string;
  readonly name: string;
  readonly trustedRoots: readonly RootDecision[];
  readonly distrustedRoots: readonly RootDecision[];
}

export const workspaceStore = defineStore<WorkspaceTables>()({
  name: 'workspace',
  migrations: [{ version: 100, up: createTable }],
  methods: {
    async list(db, _params: Record<string, never>): Promise<WorkspaceRow[]> {
      const rows = await db
        .selectFrom('workspace')
        .selectAll()
        .where('deleted_at', 'is', null)
        .orderBy('created_at')
        .execute();
      return rows.map(fromTable);
    },

    /** Writes the whole row, new or known. */
    async save(db, row: WorkspaceRow, context): Promise<void> {
      const values = {
        name: row.name,
        roots: JSON.stringify(row.roots),
        remotes: JSON.stringify(row.remotes),
        root_commits: JSON.stringify(row.rootCommits),
        trusted_roots: JSON.stringify(row.trustedRoots),
        distrusted_roots: JSON.stringify(row.distrustedRoots),
        updated_at: context.now,
        revision: await context.nextRevision(),
      };
      await db
        .insertInto('workspace')
        .values({
          ...values,
          id: row.id,
          owner_daemon_id: row.ownerDaemonId,
          created_at: context.now,
          deleted_at: null,
        })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },
  },
});

function fromTable(row: Selectable<WorkspaceTable>): WorkspaceRow {
  return {
    id: row.id,
    ownerDaemonId: row.owner_daemon_id,
    name: row.name,
    roots: JSON.parse(row.roots),
    remotes: JSON.parse(row.remotes),
    rootCommits: JSON.parse(row.root_commits),
    trustedRoots: JSON.parse(row.trusted_roots),
    distrustedRoots: JSON.parse(row.distrusted_roots),
  };
}

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('workspace')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_daemon_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('roots', 'text', (column) => column.notNull())
    .addColumn('remotes', 'text', (column) => column.notNull())
    .addColumn('root_commits', 'text', (column) => column.notNull())
    .addColumn('trusted_roots', 'text', (column) => column.notNull())
    .addColumn('distrusted_roots', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .execute();
}
