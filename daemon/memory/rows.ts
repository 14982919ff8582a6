/** Facts, notes and changes as the store gives them: the wire's values with plain ids. */
import type { z } from 'zod';
import { blockSchema } from '../../protocol/memory/block.ts';
import { factSchema } from '../../protocol/memory/fact.ts';
import type { Block, Fact, MemoryChange } from '../../protocol/memory/memory.ts';
import type { sourceSchema } from '../../protocol/memory/source.ts';
import { memoryChangeSchema } from '../../protocol/memory/source.ts';
import type { RecallFact } from '../recall/recall.ts';

export type FactRow = z.input<typeof factSchema>;
export type BlockRow = z.input<typeof blockSchema>;
export type ChangeRow = z.input<typeof memoryChangeSchema>;
export type SourceRow = z.input<typeof sourceSchema>;
export type ChangeKind = ChangeRow['kind'];

export function toFact(row: FactRow): Fact {
  return factSchema.parse(row);
}

export function toBlock(row: BlockRow): Block {
  return blockSchema.parse(row);
}

export function toChange(row: ChangeRow): MemoryChange {
  return memoryChangeSchema.parse(row);
}

export function toRecallFact(row: FactRow): RecallFact {
  const { id, type, text, scope, workspaceId, worktree, roleId, state, pinned, uses } = row;
  const { lastUsedAt, validFrom } = row;
  const what = { id, type, text, scope, workspaceId, worktree, roleId };
  return { ...what, state, pinned, uses, lastUsedAt, validFrom };
}

/** Notes in the order of the prompt. */
export function inPromptOrder(blocks: readonly BlockRow[]): BlockRow[] {
  const rank = ({ owner }: BlockRow): number => (owner.kind === 'workspace' ? 0 : 1);
  return blocks.toSorted(
    (a, b) => rank(a) - rank(b) || a.position - b.position || (a.id < b.id ? -1 : 1),
  );
}
