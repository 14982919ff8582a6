import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { RecallVector } from '../recall/recall.ts';
import type { StoreContext } from '../store/store.ts';
import type { BlocksWritten } from './block.store.ts';
import { addToBlock } from './block.store.ts';
import type { Before } from './change.store.ts';
import { addToChange, logChange } from './change.store.ts';
import type { FactsWritten } from './fact.store.ts';
import type { BlockRow, FactRow, SourceRow } from './rows.ts';
import { settleFact } from './save.store.ts';
import type { MemoryDb } from './tables.store.ts';

export type ImportDraft =
  | { readonly fact: FactRow; readonly vector: RecallVector | undefined }
  | { readonly note: BlockRow };

export interface ImportRequest {
  readonly drafts: readonly ImportDraft[];
  readonly by: SourceRow;
  readonly ownerDaemonId: string;
  readonly summary: string;
  /** What an earlier part of the same import is logged as; null: there is none yet. */
  readonly changeId: string | null;
}

export interface Imported extends FactsWritten, BlocksWritten {
  readonly changeId: string | null;
  readonly counts: {
    readonly facts: number;
    readonly notes: number;
    readonly known: number;
    readonly quarantined: number;
  };
  readonly refused: readonly { readonly text: string; readonly problem: string }[];
}

/**
 * A part of an import, all or nothing, in one change with the parts before it. What an owner has no room for is refused,
 * the rest goes on.
 */
export async function importPart(
  db: MemoryDb,
  { drafts, by, ownerDaemonId, summary, changeId: earlier }: ImportRequest,
  context: StoreContext,
): Promise<Imported> {
  const counts = { facts: 0, notes: 0, known: 0, quarantined: 0 };
  const facts: FactRow[] = [];
  const blocks: BlockRow[] = [];
  const rows: Before[] = [];
  const refused: { text: string; problem: string }[] = [];
  const takeNote = async (draft: BlockRow): Promise<void> => {
    const added = await addToBlock(db, { draft, by, ownerDaemonId }, context);
    if (added === undefined) {
      counts.known += 1;
      return;
    }
    counts.notes += 1;
    blocks.push(added.block);
    rows.push(added.row);
  };
  const takeFact = async (draft: Extract<ImportDraft, { fact: FactRow }>): Promise<void> => {
    const what = { draft: draft.fact, ownerDaemonId, supersedes: null, vector: draft.vector };
    const settled = await settleFact(db, what, context);
    counts[settled.outcome === 'known' ? 'known' : 'facts'] += 1;
    if (settled.outcome !== 'known' && settled.fact.state === 'quarantined')
      counts.quarantined += 1;
    facts.push(...settled.facts);
    rows.push(...settled.rows);
  };
  for (const draft of drafts)
    try {
      await ('note' in draft ? takeNote(draft.note) : takeFact(draft));
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      const { text } = 'note' in draft ? draft.note : draft.fact;
      refused.push({ text: toPlainLine(text, 120), problem: errorMessageOf(error) });
    }
  const log = async (): Promise<string | null> => {
    if (rows.length === 0) return earlier;
    if (earlier === null) return logChange(db, { kind: 'imported', by, summary, rows }, context);
    await addToChange(db, { id: earlier, rows }, context);
    return earlier;
  };
  const changeId = await log();
  const revision = await context.nextRevision();
  const told = { facts: latest(facts), forgotten: [], blocks: latest(blocks), removed: [] };
  return { ...told, changeId, counts, refused, revision };
}

function latest<T extends { readonly id: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
