import { recall } from '../recall/recall.ts';
import type { StoreContext } from '../store/store.ts';
import type { Before } from './change.store.ts';
import { logChange } from './change.store.ts';
import type { FactsWritten } from './fact.store.ts';
import { anyDb, dropFacts, readFacts, writeFact } from './fact.store.ts';
import type { ChangeKind, FactRow, SourceRow } from './rows.ts';
import type { MemoryDb } from './tables.store.ts';

export interface Act {
  readonly kind: ChangeKind;
  readonly by: SourceRow;
  readonly ownerDaemonId: string;
  readonly summary: string;
}

/** One act on several facts. Of those in `patches` that are accepted with it, what they contradict is superseded. */
export interface FactsAct extends Act {
  readonly patches: readonly { readonly id: string; readonly patch: Partial<FactRow> }[];
  readonly drop: readonly string[];
}

export interface FactsActed extends FactsWritten {
  /** Null: nothing changed. */
  readonly changeId: string | null;
  /** Of those that were named. */
  readonly missing: readonly string[];
}

export type FactEdited =
  | ({ readonly outcome: 'edited'; readonly fact: FactRow } & FactsActed)
  | { readonly outcome: 'conflict'; readonly fact: FactRow };

export async function actOn(
  db: MemoryDb,
  act: FactsAct,
  context: StoreContext,
): Promise<FactsActed> {
  const rows: Before[] = [];
  const facts: FactRow[] = [];
  const write = async (before: FactRow, patch: Partial<FactRow>): Promise<void> => {
    const row = { ...before, ...patch };
    rows.push({ target: 'fact', id: row.id, before });
    facts.push(await writeFact(db, { row, ownerDaemonId: act.ownerDaemonId }, context));
  };
  const named = act.patches.map(({ id }) => id);
  const known = new Map((await readFacts(db, named)).map((fact) => [fact.id, fact]));
  for (const { id, patch } of act.patches) {
    const before = known.get(id);
    if (before === undefined) continue;
    await write(before, patch);
    if (patch.state !== 'accepted') continue;
    for (const denied of await readFacts(db, before.contradicts))
      if (denied.supersededBy === null && !known.has(denied.id) && denies(patch, denied))
        await write(denied, { supersededBy: id, supersededAt: context.now });
  }
  const dropped = await readFacts(db, act.drop);
  rows.push(...dropped.map((before) => ({ target: 'fact', id: before.id, before }) as const));
  const forgotten = dropped.map((fact) => fact.id);
  await dropFacts(db, forgotten, context);
  const found = new Set([...known.keys(), ...forgotten]);
  const missing = [...named, ...act.drop].filter((id) => !found.has(id));
  const changeId = rows.length === 0 ? null : await logChange(db, { ...act, rows }, context);
  return { facts, forgotten, missing, changeId, revision: await context.nextRevision() };
}

/** What a person wrote anew may deny no longer what the text before denied. */
function denies({ text }: Partial<FactRow>, denied: FactRow): boolean {
  return text === undefined || recall.compare(text, denied.text) === 'contradicts';
}

/** Rows, index and log: nothing of them stays in a table. */
export async function erase(db: MemoryDb, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await recall.remove(anyDb(db), ids);
  await db
    .deleteFrom('memory_fact')
    .where('id', 'in', [...ids])
    .execute();
  const changed = await db
    .selectFrom('memory_change_row')
    .select('change_id')
    .where('target_id', 'in', [...ids])
    .execute();
  await db
    .deleteFrom('memory_change_row')
    .where('target_id', 'in', [...ids])
    .execute();
  // A summary is made of the text.
  await db
    .updateTable('memory_change')
    .set({ summary: 'forgotten' })
    .where(
      'id',
      'in',
      changed.map((row) => row.change_id),
    )
    .execute();
}
