import { WaggleError } from '../../protocol/wire/errors.ts';
import type { StoreContext } from '../store/store.ts';
import type { Act } from './act.store.ts';
import type { BlocksWritten } from './block.store.ts';
import { blockRevision, dropBlock, findBlock, writeBlock } from './block.store.ts';
import type { Before } from './change.store.ts';
import { describeChanges, findUndoable, logChange, rowsOf } from './change.store.ts';
import type { FactsWritten } from './fact.store.ts';
import { dropFacts, factRevision, readFacts, writeFact } from './fact.store.ts';
import type { ChangeRow } from './rows.ts';
import type { MemoryDb } from './tables.store.ts';

export type Undone = FactsWritten &
  BlocksWritten & { readonly changeId: string; readonly undone: ChangeRow };

export async function undoChange(
  db: MemoryDb,
  {
    changeId,
    by,
    ownerDaemonId,
  }: { readonly changeId: string | undefined } & Omit<Act, 'kind' | 'summary'>,
  context: StoreContext,
): Promise<Undone> {
  const change = await findUndoable(db, changeId);
  const rows = await rowsOf(db, change.id);
  const before: Before[] = [];
  for (const row of rows) before.push(await takeBack(db, { row, ownerDaemonId }, context));
  const summary = change.summary;
  const undo = await logChange(db, { kind: 'undone', by, summary, rows: before }, context);
  await db
    .updateTable('memory_change')
    .set({ undone_by: undo })
    .where('id', '=', change.id)
    .execute();
  const idsOf = (target: string, isThere: boolean): string[] =>
    rows
      .filter((row) => row.target === target && (row.before !== null) === isThere)
      .map((row) => row.id);
  const blocks = await Promise.all(
    idsOf('block', true).map((blockId) => findBlock(db, { blockId })),
  );
  const [undone] = await describeChanges(db, [{ ...change, undone_by: undo }]);
  if (undone === undefined) throw new WaggleError('internal');
  return {
    undone,
    changeId: undo,
    facts: await readFacts(db, idsOf('fact', true)),
    forgotten: idsOf('fact', false),
    blocks: blocks.filter((block) => block !== undefined),
    removed: idsOf('block', false),
    revision: await context.nextRevision(),
  };
}

/** Puts a row back as it was. @throws WaggleError `conflict` when it was changed since. */
async function takeBack(
  db: MemoryDb,
  {
    row,
    ownerDaemonId,
  }: {
    readonly row: Before & { readonly afterRevision: number };
    readonly ownerDaemonId: string;
  },
  context: StoreContext,
): Promise<Before> {
  const { id, afterRevision } = row;
  const isFact = row.target === 'fact';
  const revision = isFact ? await factRevision(db, id) : await blockRevision(db, id);
  if (revision !== afterRevision)
    throw new WaggleError('conflict', 'It was changed again in the meantime.', {
      fix: 'Undo the later change first: waggle memory changes',
    });
  if (isFact) {
    const [now = null] = await readFacts(db, [id]);
    if (row.before === null) await dropFacts(db, [id], context);
    else await writeFact(db, { row: row.before, ownerDaemonId }, context);
    return { target: 'fact', id, before: now };
  }
  const now = (await findBlock(db, { blockId: id })) ?? null;
  if (row.before === null) await dropBlock(db, id, context);
  else await writeBlock(db, { row: row.before, ownerDaemonId }, context);
  return { target: 'block', id, before: now };
}
