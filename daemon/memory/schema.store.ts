import type { Kysely } from 'kysely';

export async function createTables(db: Kysely<unknown>): Promise<void> {
  const dated = <T extends string>(table: T) =>
    db.schema
      .createTable(table)
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner_daemon_id', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addColumn('deleted_at', 'text')
      .addColumn('revision', 'integer', (column) => column.notNull());
  await dated('memory_fact')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('workspace_id', 'text')
    .addColumn('worktree', 'text')
    .addColumn('role_id', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('pinned', 'integer', (column) => column.notNull())
    .addColumn('learned_session', 'text')
    .addColumn('reviewed_at', 'text')
    .addColumn('expires_at', 'text')
    .addColumn('superseded_by', 'text')
    .addColumn('uses', 'integer', (column) => column.notNull())
    .addColumn('last_used_at', 'text')
    .execute();
  await dated('memory_block')
    .addColumn('owner_kind', 'text', (column) => column.notNull())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('label_key', 'text', (column) => column.notNull())
    .execute();
  await createLog(db);
  const indexes = [
    ['memory_fact', ['scope', 'workspace_id']],
    ['memory_fact', ['learned_session']],
    ['memory_fact', ['expires_at']],
    ['memory_block', ['owner_id']],
    ['memory_change_row', ['change_id']],
    ['memory_change_row', ['target_id']],
  ] as const;
  for (const [table, columns] of indexes)
    await db.schema
      .createIndex(`${table}_${columns.join('_')}`)
      .on(table)
      .columns([...columns])
      .execute();
}

async function createLog(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('memory_change')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('undone_by', 'text')
    .addColumn('idempotency_key', 'text', (column) => column.unique())
    .addColumn('by', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('memory_change_row')
    .addColumn('change_id', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('target_id', 'text', (column) => column.notNull())
    .addColumn('before', 'text')
    .addColumn('after_revision', 'integer', (column) => column.notNull())
    .execute();
}
