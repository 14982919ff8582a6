import type { Kysely, Selectable } from 'kysely';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { RoleTier } from '../../protocol/role/role.ts';
import { defineStore } from '../store/store.ts';

interface RoleTable {
  id: string;
  owner_daemon_id: string;
  name: string;
  is_default: number;
  tag_line: string;
  tier: string;
  agent: string | null;
  model: string | null;
  /** Null: any repository; of the first default one: in none. */
  workspace_id: string | null;
  owner: string;
  archived_at: string | null;
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
  readonly ownerDaemonId: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly tagLine: string;
  readonly tier: RoleTier;
  readonly agent: string | null;
  readonly model: string | null;
  readonly workspaceId: string | null;
  readonly owner: string;
  readonly archived: boolean;
  readonly createdAt: string;
  readonly revision: number;
}

type Db = Kysely<RoleTables>;

/** Rows of roles; one default of sessions in no repository, and one for each repository that something ran in. */
export const roleStore = defineStore<RoleTables>()({
  name: 'role',
  migrations: [
    { version: 110, up: createTable },
    { version: 111, up: addWork },
  ],
  methods: {
    /** The default role of a repository, or of sessions in none; made when there is none yet. */
    async ensureDefault(db, draft: RoleRow, context): Promise<RoleRow> {
      const found = await db
        .selectFrom('role')
        .selectAll()
        .where('is_default', '=', 1)
        .where('deleted_at', 'is', null)
        .where('workspace_id', draft.workspaceId === null ? 'is' : '=', draft.workspaceId)
        .executeTakeFirst();
      if (found !== undefined) return fromTable(found);
      return write(db, draft, { now: context.now, revision: await context.nextRevision() });
    },

    async list(db, _params: Record<string, never>): Promise<RoleRow[]> {
      const rows = await db
        .selectFrom('role')
        .selectAll()
        .where('deleted_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(fromTable);
    },

    /** Writes the whole row, new or known. @throws WaggleError `conflict` when its name is taken where it works. */
    async save(db, row: RoleRow, context): Promise<RoleRow> {
      if (!row.archived) await refuseTakenName(db, row);
      return write(db, row, { now: context.now, revision: await context.nextRevision() });
    },
  },
});

async function refuseTakenName(db: Db, row: RoleRow): Promise<void> {
  const others = await db
    .selectFrom('role')
    .select(['name', 'workspace_id'])
    .where('id', '!=', row.id)
    .where('deleted_at', 'is', null)
    .where('archived_at', 'is', null)
    .execute();
  const isTaken = others.some(
    (other) =>
      other.name.toLowerCase() === row.name.toLowerCase() &&
      (other.workspace_id === null ||
        row.workspaceId === null ||
        other.workspace_id === row.workspaceId),
  );
  if (isTaken && !row.isDefault)
    throw new WaggleError('conflict', `There is a role "${row.name}" already.`, {
      fix: 'Choose another name, or archive that role: waggle role list',
    });
}

async function write(
  db: Db,
  row: RoleRow,
  { now, revision }: { readonly now: string; readonly revision: number },
): Promise<RoleRow> {
  const values = {
    name: row.name,
    tag_line: row.tagLine,
    tier: row.tier,
    agent: row.agent,
    model: row.model,
    archived_at: row.archived ? now : null,
    updated_at: now,
    revision,
  };
  await db
    .insertInto('role')
    .values({
      ...values,
      id: row.id,
      owner_daemon_id: row.ownerDaemonId,
      is_default: row.isDefault ? 1 : 0,
      workspace_id: row.workspaceId,
      owner: row.owner,
      created_at: row.createdAt,
      deleted_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  return { ...row, revision };
}

function fromTable(row: Selectable<RoleTable>): RoleRow {
  return {
    id: row.id,
    ownerDaemonId: row.owner_daemon_id,
    name: row.name,
    isDefault: row.is_default === 1,
    tagLine: row.tag_line,
    tier: row.tier === 'lead' ? 'lead' : 'member',
    agent: row.agent,
    model: row.model,
    workspaceId: row.workspace_id,
    owner: row.owner,
    archived: row.archived_at !== null,
    createdAt: row.created_at,
    revision: row.revision,
  };
}

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

/** What a role prefers, and where it works. SQLite adds one column at a time. */
async function addWork(db: Kysely<unknown>): Promise<void> {
  const text = (name: string, first: string): Promise<void> =>
    db.schema
      .alterTable('role')
      .addColumn(name, 'text', (column) => column.notNull().defaultTo(first))
      .execute();
  const maybe = (name: string): Promise<void> =>
    db.schema.alterTable('role').addColumn(name, 'text').execute();
  await text('tag_line', '');
  await text('tier', 'member');
  await text('owner', 'person');
  for (const name of ['agent', 'model', 'workspace_id', 'archived_at']) await maybe(name);
}
