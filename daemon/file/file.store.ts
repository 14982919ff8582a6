import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { defineStore } from '../store/store.ts';
import type { FileState } from './state.ts';

interface StepTable {
  session_id: string;
  number: number;
  kind: string;
  turn: number | null;
  restore_id: string | null;
  root: string;
  started_at: string;
  ended_at: string | null;
  /** JSON. */
  before: string;
  after: string | null;
  /** JSON: paths that it changed. */
  files: string;
  is_undone: number;
}

export interface FileTables {
  file_step: StepTable;
}

/** Something of ours that may have changed files. `start`: nothing did, it is how everything was at first. */
export interface KeptStep {
  readonly sessionId: string;
  readonly number: number;
  readonly kind: 'start' | 'turn' | 'restore' | 'undo';
  readonly turn: number | null;
  readonly restoreId: string | null;
  readonly root: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly before: FileState;
  /** Null while it goes on. */
  readonly after: FileState | null;
  readonly files: readonly string[];
  readonly isUndone: boolean;
}

type BySession = { readonly sessionId: string };

export const fileStore = defineStore<FileTables>()({
  name: 'file',
  migrations: [{ version: 430, up: createTable }],
  methods: {
    async save(db, step: KeptStep): Promise<void> {
      const { after, isUndone, restoreId, startedAt, endedAt, sessionId, ...rest } = step;
      const changing = {
        ended_at: endedAt,
        after: after === null ? null : JSON.stringify(after),
        files: JSON.stringify(step.files),
        is_undone: isUndone ? 1 : 0,
      };
      const { number, kind, turn, root } = rest;
      await db
        .insertInto('file_step')
        .values({
          ...{ session_id: sessionId, number, kind, turn, root, restore_id: restoreId },
          ...{ started_at: startedAt, before: JSON.stringify(step.before), ...changing },
        })
        .onConflict((conflict) => conflict.columns(['session_id', 'number']).doUpdateSet(changing))
        .execute();
    },

    /** In the order of time. */
    async list(db, { sessionId }: BySession): Promise<KeptStep[]> {
      const rows = await db
        .selectFrom('file_step')
        .selectAll()
        .where('session_id', '=', sessionId)
        .orderBy('number')
        .execute();
      return rows.map(toStep);
    },

    /** All but the start and the latest. */
    async trim(db, { sessionId, keep }: BySession & { readonly keep: number }): Promise<void> {
      await db
        .deleteFrom('file_step')
        .where('session_id', '=', sessionId)
        .where('kind', '<>', 'start')
        .where('number', '<=', (select) =>
          select
            .selectFrom('file_step')
            .select((of) => sql<number>`${of.fn.max('number')} - ${keep}`.as('last'))
            .where('session_id', '=', sessionId),
        )
        .execute();
    },

    async remove(db, { sessionId }: BySession, context): Promise<void> {
      context.forget();
      await db.deleteFrom('file_step').where('session_id', '=', sessionId).execute();
    },
  },
});

function toStep(row: StepTable): KeptStep {
  const { session_id: sessionId, number, kind, turn, root, restore_id: restoreId } = row;
  return {
    ...{ sessionId, number, kind: kind as KeptStep['kind'], turn, root, restoreId },
    startedAt: row.started_at,
    endedAt: row.ended_at,
    before: JSON.parse(row.before) as FileState,
    after: row.after === null ? null : (JSON.parse(row.after) as FileState),
    files: JSON.parse(row.files) as string[],
    isUndone: row.is_undone === 1,
  };
}

async function createTable(db: Kysely<unknown>): Promise<void> {
  await sql`create table file_step (
    session_id text not null, number integer not null, kind text not null, turn integer,
    restore_id text, root text not null, started_at text not null, ended_at text,
    before text not null, after text, files text not null, is_undone integer not null,
    primary key (session_id, number))`.execute(db);
}
