import type { Selectable } from 'kysely';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { StoreContext } from '../store/store.ts';
import { createUuid } from '../uuid.ts';
import type { BlockRow, ChangeKind, ChangeRow, FactRow, SourceRow } from './rows.ts';
import type { ChangeTable, MemoryDb } from './tables.store.ts';

/** How a row was before a change; null when the change made it. A deleted row counts as none. */
export type Before =
  | { readonly target: 'fact'; readonly id: string; readonly before: FactRow | null }
  | { readonly target: 'block'; readonly id: string; readonly before: BlockRow | null };

export interface NewChange {
  readonly kind: ChangeKind;
  readonly by: SourceRow;
  readonly summary: string;
  readonly rows: readonly Before[];
  readonly idempotencyKey?: string | null;
}

/** How long a change can be undone, and what was forgotten can come back. */
export const undoDays = 30;

/** Logs one act; every row it changed must carry the revision of this transaction. */
export async function logChange(
  db: MemoryDb,
  change: NewChange,
  context: StoreContext,
): Promise<string> {
  const id = createUuid();
  const revision = await context.nextRevision();
  await db
    .insertInto('memory_change')
    .values({
      id,
      kind: change.kind,
      at: context.now,
      author: change.by.by,
      summary: change.summary,
      undone_by: null,
      idempotency_key: change.idempotencyKey ?? null,
      by: JSON.stringify(change.by),
      revision,
    })
    .execute();
  for (const row of firstOfEach(change.rows)) await logRow(db, { ...row, changeId: id, revision });
  return id;
}

/**
 * More rows of an act that is logged already: it stays one, and is undone as one. What it changed before keeps the state that
 * it is put back to. @throws WaggleError `conflict` when it was undone meanwhile, or is too old to be known.
 */
export async function addToChange(
  db: MemoryDb,
  { id, rows }: { readonly id: string; readonly rows: readonly Before[] },
  context: StoreContext,
): Promise<void> {
  const revision = await context.nextRevision();
  const going = await db
    .updateTable('memory_change')
    .set({ revision })
    .where('id', '=', id)
    .where('undone_by', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (going === undefined)
    throw new WaggleError('conflict', 'It was undone while it was at work.', {
      fix: 'Do it again, if that was not meant.',
    });
  for (const row of firstOfEach(rows)) {
    const known = await db
      .updateTable('memory_change_row')
      .set({ after_revision: revision })
      .where('change_id', '=', id)
      .where('target', '=', row.target)
      .where('target_id', '=', row.id)
      .returning('change_id')
      .executeTakeFirst();
    if (known === undefined) await logRow(db, { ...row, changeId: id, revision });
  }
}

async function logRow(
  db: MemoryDb,
  row: Before & { readonly changeId: string; readonly revision: number },
): Promise<void> {
  await db
    .insertInto('memory_change_row')
    .values({
      change_id: row.changeId,
      target: row.target,
      target_id: row.id,
      before: row.before === null ? null : JSON.stringify(row.before),
      after_revision: row.revision,
    })
    .execute();
}

/** What one act changed twice is put back to how it was at first. */
function firstOfEach(rows: readonly Before[]): readonly Before[] {
  return rows.filter(
    (row, at) =>
      rows.findIndex((other) => other.target === row.target && other.id === row.id) === at,
  );
}

/** The change that is to be undone: this one, or a person's latest that was not undone and is no undo. */
export async function findUndoable(
  db: MemoryDb,
  changeId: string | undefined,
): Promise<Selectable<ChangeTable>> {
  const all = db.selectFrom('memory_change').selectAll();
  const found =
    changeId === undefined
      ? await all
          .where('author', '=', 'person')
          .where('kind', '!=', 'undone')
          .where('undone_by', 'is', null)
          .orderBy('id', 'desc')
          .executeTakeFirst()
      : await all.where('id', '=', changeId).executeTakeFirst();
  if (found === undefined)
    throw new WaggleError('notFound', 'There is nothing to undo.', {
      fix: `Changes of memory can be undone for ${undoDays} days.`,
    });
  if (found.undone_by !== null)
    throw new WaggleError('conflict', 'That was undone already.', {
      fix: `To do it again, undo that: waggle memory undo ${found.undone_by}`,
    });
  return found;
}

export async function rowsOf(
  db: MemoryDb,
  changeId: string,
): Promise<(Before & { readonly afterRevision: number })[]> {
  const rows = await db
    .selectFrom('memory_change_row')
    .selectAll()
    .where('change_id', '=', changeId)
    .execute();
  return rows.map((row) => ({
    target: row.target === 'block' ? 'block' : 'fact',
    id: row.target_id,
    before: row.before === null ? null : JSON.parse(row.before),
    afterRevision: row.after_revision,
  }));
}

export async function describeChanges(
  db: MemoryDb,
  found: readonly Selectable<ChangeTable>[],
): Promise<ChangeRow[]> {
  const ids = found.map((change) => change.id);
  const targets =
    ids.length === 0
      ? []
      : await db
          .selectFrom('memory_change_row')
          .select(['change_id', 'target', 'target_id'])
          .where('change_id', 'in', ids)
          .execute();
  return found.map((change) => {
    const own = targets.filter((row) => row.change_id === change.id);
    const idsOf = (target: string): string[] =>
      own.filter((row) => row.target === target).map((row) => row.target_id);
    return {
      id: change.id,
      kind: change.kind as ChangeKind,
      at: change.at,
      by: JSON.parse(change.by) as SourceRow,
      factIds: idsOf('fact'),
      blockIds: idsOf('block'),
      summary: change.summary,
      undoneBy: change.undone_by,
    };
  });
}

export const changeMethods = {
  /** The latest first. */
  async listChanges(
    db: MemoryDb,
    { limit, before }: { readonly limit: number; readonly before?: string | undefined },
  ): Promise<ChangeRow[]> {
    let query = db.selectFrom('memory_change').selectAll();
    if (before !== undefined) query = query.where('id', '<', before);
    return describeChanges(db, await query.orderBy('id', 'desc').limit(limit).execute());
  },

  async changesOf(
    db: MemoryDb,
    { target, id }: { readonly target: 'fact' | 'block'; readonly id: string },
  ): Promise<ChangeRow[]> {
    const found = await db
      .selectFrom('memory_change')
      .selectAll('memory_change')
      .innerJoin('memory_change_row', 'change_id', 'memory_change.id')
      .where('target', '=', target)
      .where('target_id', '=', id)
      .orderBy('memory_change.id', 'desc')
      .limit(50)
      .execute();
    return describeChanges(db, found);
  },
};
