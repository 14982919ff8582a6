import type { Kysely, Transaction } from 'kysely';
import { defineStore } from '../store/store.ts';
import type { StoreContext } from '../store/store.ts';
import type { KeptOutput, KeptRun, KeptSettings, KeptTask } from './rows.ts';

interface TaskTable {
  id: string;
  owner_daemon_id: string;
  workspace_id: string;
  role_id: string;
  parent_id: string | null;
  /** When its next planned time is looked at; null: never. */
  next_due_at: string | null;
  /** JSON. */
  value: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  revision: number;
}

interface RunTable {
  id: string;
  task_id: string;
  state: string;
  /** JSON. */
  value: string;
  output: string;
  is_tail: number;
  revision: number;
}

/** A planned time that something became of; each at most once. */
interface OccurrenceTable {
  task_id: string;
  planned_at: string;
  run_id: string;
}

interface SettingTable {
  id: number;
  /** JSON. */
  value: string;
}

export interface TaskTables {
  task: TaskTable;
  task_run: RunTable;
  task_occurrence: OccurrenceTable;
  task_setting: SettingTable;
}

type Db = Kysely<TaskTables> | Transaction<TaskTables>;

/** Everything that changes together. */
export interface TaskCommit {
  readonly tasks: readonly KeptTask[];
  readonly runs: readonly KeptRun[];
  readonly outputs: readonly KeptOutput[];
  /** Planned times that are claimed with it; one that is claimed already refuses all. */
  readonly occurrences: readonly { taskId: string; plannedAt: string; runId: string }[];
  readonly deleted: readonly string[];
  readonly settings: KeptSettings | null;
}

export interface TaskCommitted {
  /** Null: a planned time was claimed before, and nothing was written. */
  readonly revision: number | null;
}

export interface LoadedTasks {
  readonly tasks: KeptTask[];
  /** Those that are not over. */
  readonly runs: KeptRun[];
  readonly settings: KeptSettings | null;
}

export interface RunPage {
  readonly taskId: string | null;
  readonly after: string | null;
  readonly limit: number;
}

/** Rows of tasks, their runs and the planned times that were claimed. */
export const taskStore = defineStore<TaskTables>()({
  name: 'task',
  migrations: [{ version: 700, up: createTables }],
  methods: {
    async load(db, _params: Record<string, never>): Promise<LoadedTasks> {
      const tasks = await db
        .selectFrom('task')
        .select('value')
        .where('deleted_at', 'is', null)
        .execute();
      const runs = await db
        .selectFrom('task_run')
        .select('value')
        .where('state', '!=', 'finished')
        .orderBy('id')
        .execute();
      const setting = await db.selectFrom('task_setting').select('value').executeTakeFirst();
      return {
        tasks: tasks.map(({ value }) => JSON.parse(value) as KeptTask),
        runs: runs.map(({ value }) => JSON.parse(value) as KeptRun),
        settings: setting === undefined ? null : (JSON.parse(setting.value) as KeptSettings),
      };
    },

    async commit(db, commit: TaskCommit, context): Promise<TaskCommitted> {
      if (await isClaimed(db, commit)) return { revision: null };
      const revision = await context.nextRevision();
      for (const task of commit.tasks) await saveTask(db, { ...task, revision }, context);
      for (const run of commit.runs) await saveRun(db, { ...run, revision });
      for (const { runId, output, isTail } of commit.outputs)
        await db
          .updateTable('task_run')
          .set({ output, is_tail: isTail ? 1 : 0 })
          .where('id', '=', runId)
          .execute();
      if (commit.occurrences.length > 0)
        await db
          .insertInto('task_occurrence')
          .values(
            commit.occurrences.map(({ taskId, plannedAt, runId }) => ({
              task_id: taskId,
              planned_at: plannedAt,
              run_id: runId,
            })),
          )
          .execute();
      for (const id of commit.deleted) await remove(db, { id, revision }, context);
      if (commit.settings !== null) await saveSettings(db, commit.settings);
      return { revision };
    },

    /** Ids of tasks that are to be looked at, those due longest first; ISO instants compare as text. */
    async due(db, { now, limit }: { now: string; limit: number }): Promise<string[]> {
      const rows = await db
        .selectFrom('task')
        .select('id')
        .where('next_due_at', '<=', now)
        .where('deleted_at', 'is', null)
        .orderBy('next_due_at')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },

    /** Newest first; `after`: the id of the last one of the page before. */
    async history(db, { taskId, after, limit }: RunPage): Promise<KeptRun[]> {
      let query = db.selectFrom('task_run').select('value').orderBy('id', 'desc').limit(limit);
      if (taskId !== null) query = query.where('task_id', '=', taskId);
      else query = query.where('task_id', 'in', existing(db));
      if (after !== null) query = query.where('id', '<', after);
      return (await query.execute()).map(({ value }) => JSON.parse(value) as KeptRun);
    },

    async output(
      db,
      { runId }: { runId: string },
    ): Promise<{ run: KeptRun; output: string; isTail: boolean } | undefined> {
      const row = await db
        .selectFrom('task_run')
        .select(['value', 'output', 'is_tail'])
        .where('id', '=', runId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        run: JSON.parse(row.value) as KeptRun,
        output: row.output,
        isTail: row.is_tail === 1,
      };
    },

    /** Deleted tasks that can still be brought back, as they were. */
    async findDeleted(db, { ids }: { ids: readonly string[] }): Promise<KeptTask[]> {
      const rows = await db
        .selectFrom('task')
        .select('value')
        .where('id', 'in', ids)
        .where('deleted_at', 'is not', null)
        .where('value', '!=', emptied)
        .execute();
      return rows.map(({ value }) => JSON.parse(value) as KeptTask);
    },

    /**
     * Removes the oldest runs beyond `keep` of each task, all of tasks deleted before `deletedBefore`, and what is known
     * of times that were planned before `plannedBefore`.
     */
    async prune(
      db,
      {
        keep,
        deletedBefore,
        plannedBefore,
      }: { keep: number; deletedBefore: string; plannedBefore: string },
    ): Promise<{ removed: number }> {
      await forgetDeleted(db, deletedBefore);
      await db.deleteFrom('task_occurrence').where('planned_at', '<', plannedBefore).execute();
      const full = await db
        .selectFrom('task_run')
        .select(({ fn }) => ['task_id', fn.countAll<number>().as('runs')])
        .groupBy('task_id')
        .having(({ fn }) => fn.countAll<number>(), '>', keep)
        .execute();
      let removed = 0;
      for (const { task_id: taskId } of full) {
        const oldest = await db
          .selectFrom('task_run')
          .select('id')
          .where('task_id', '=', taskId)
          .orderBy('id', 'desc')
          .offset(keep)
          .limit(1)
          .executeTakeFirst();
        if (oldest === undefined) continue;
        const done = await db
          .deleteFrom('task_run')
          .where('task_id', '=', taskId)
          .where('id', '<=', oldest.id)
          .where('state', '=', 'finished')
          .executeTakeFirst();
        removed += Number(done.numDeletedRows);
      }
      return { removed };
    },
  },
});

async function isClaimed(db: Db, { occurrences }: TaskCommit): Promise<boolean> {
  for (const { taskId, plannedAt } of occurrences) {
    const found = await db
      .selectFrom('task_occurrence')
      .select('run_id')
      .where('task_id', '=', taskId)
      .where('planned_at', '=', plannedAt)
      .executeTakeFirst();
    if (found !== undefined) return true;
  }
  return false;
}

async function saveTask(db: Db, task: KeptTask, { now }: StoreContext): Promise<void> {
  const values = {
    workspace_id: task.workspaceId,
    role_id: task.roleId,
    parent_id: task.parentId,
    next_due_at: task.nextDueAt,
    value: JSON.stringify(task),
    deleted_at: null,
    updated_at: now,
    revision: task.revision,
  };
  await db
    .insertInto('task')
    .values({
      ...values,
      id: task.id,
      owner_daemon_id: task.ownerDaemonId,
      created_at: task.createdAt,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

async function saveRun(db: Db, run: KeptRun): Promise<void> {
  const values = { state: run.state, value: JSON.stringify(run), revision: run.revision };
  await db
    .insertInto('task_run')
    .values({ ...values, id: run.id, task_id: run.taskId, output: '', is_tail: 0 })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

async function saveSettings(db: Db, settings: KeptSettings): Promise<void> {
  const value = JSON.stringify(settings);
  await db
    .insertInto('task_setting')
    .values({ id: 1, value })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ value }))
    .execute();
}

function existing(db: Db) {
  return db.selectFrom('task').select('id').where('deleted_at', 'is', null);
}

/** It stays on disk for as long as it can be brought back. */
async function remove(
  db: Db,
  { id, revision }: { readonly id: string; readonly revision: number },
  { now }: StoreContext,
): Promise<void> {
  await db
    .updateTable('task')
    .set({ next_due_at: null, deleted_at: now, updated_at: now, revision })
    .where('id', '=', id)
    .execute();
}

const emptied = '{}';

/** A tombstone stays, without anything that was said. */
async function forgetDeleted(db: Db, before: string): Promise<void> {
  const rows = await db
    .selectFrom('task')
    .select('id')
    .where('deleted_at', '<', before)
    .where('value', '!=', emptied)
    .execute();
  for (const { id } of rows) {
    await db.deleteFrom('task_run').where('task_id', '=', id).execute();
    await db.deleteFrom('task_occurrence').where('task_id', '=', id).execute();
    await db.updateTable('task').set({ value: emptied }).where('id', '=', id).execute();
  }
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('task')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner_daemon_id', 'text', (column) => column.notNull())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('role_id', 'text', (column) => column.notNull())
    .addColumn('parent_id', 'text')
    .addColumn('next_due_at', 'text')
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('task_run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('output', 'text', (column) => column.notNull())
    .addColumn('is_tail', 'integer', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('task_occurrence')
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('planned_at', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('task_occurrence_key', ['task_id', 'planned_at'])
    .execute();
  await db.schema
    .createTable('task_setting')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('task_due').on('task').columns(['next_due_at']).execute();
  await db.schema.createIndex('task_run_of').on('task_run').columns(['task_id', 'id']).execute();
  await db.schema.createIndex('task_run_state').on('task_run').columns(['state']).execute();
}
