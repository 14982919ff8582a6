import type { Selectable } from 'kysely';
import { blockLimits } from '../../protocol/memory/block.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { StoreContext } from '../store/store.ts';
import type { Before } from './change.store.ts';
import { logChange } from './change.store.ts';
import { refuseOrders, screenEdit } from './screening.ts';
import type { BlockEdit } from './editing.ts';
import { appendLines, editBlock } from './editing.ts';
import type { BlockRow, ChangeKind, SourceRow } from './rows.ts';
import { inPromptOrder } from './rows.ts';
import type { BlockTable, MemoryDb } from './tables.store.ts';

type Owner = BlockRow['owner'];

export interface BlockName {
  readonly label: string;
  /** Looked through in this order. */
  readonly owners: readonly Owner[];
}

export type BlockRef = { readonly blockId: string } | BlockName;

export interface BlockAct {
  readonly by: SourceRow;
  readonly ownerDaemonId: string;
}

export interface BlocksWritten {
  readonly blocks: readonly BlockRow[];
  readonly removed: readonly string[];
  readonly revision: number;
}

export type BlockWrite =
  | ({
      readonly outcome: 'saved';
      readonly block: BlockRow;
      readonly changeId: string | null;
    } & BlocksWritten)
  | {
      readonly outcome: 'conflict';
      readonly reason: 'changed' | 'notFound' | 'ambiguous';
      readonly block: BlockRow;
    };

const idOf = (owner: Owner): string =>
  owner.kind === 'workspace' ? owner.workspaceId : owner.roleId;

function fromTable(row: Selectable<BlockTable>): BlockRow {
  return { ...(JSON.parse(row.value) as BlockRow), revision: row.revision };
}

async function listOf(db: MemoryDb, owner: Owner): Promise<BlockRow[]> {
  const rows = await db
    .selectFrom('memory_block')
    .selectAll()
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', idOf(owner))
    .where('deleted_at', 'is', null)
    .execute();
  return inPromptOrder(rows.map(fromTable));
}

export async function findBlock(db: MemoryDb, ref: BlockRef): Promise<BlockRow | undefined> {
  if ('blockId' in ref) {
    const row = await db
      .selectFrom('memory_block')
      .selectAll()
      .where('id', '=', ref.blockId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row === undefined ? undefined : fromTable(row);
  }
  for (const owner of ref.owners) {
    const found = (await listOf(db, owner)).find(
      (block) => keyOf(block) === ref.label.toLowerCase(),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function keyOf({ label }: Pick<BlockRow, 'label'>): string {
  return label.toLowerCase();
}

/** @throws WaggleError `notFound`. */
export async function getBlock(db: MemoryDb, ref: BlockRef): Promise<BlockRow> {
  const block = await findBlock(db, ref);
  if (block !== undefined) return block;
  const name = 'label' in ref ? ` "${toPlainLine(ref.label, 40)}"` : '';
  throw new WaggleError('notFound', `There is no note${name} here.`, {
    fix: 'waggle memory list shows the notes; waggle memory note makes one.',
  });
}

/** A row as it is to be; the limits of its owner hold. */
export async function writeBlock(
  db: MemoryDb,
  { row, ownerDaemonId }: { readonly row: BlockRow; readonly ownerDaemonId: string },
  context: StoreContext,
): Promise<BlockRow> {
  await refuseTooMuch(db, row);
  const revision = await context.nextRevision();
  const written: BlockRow = { ...row, revision, updatedAt: context.now };
  const values = {
    owner_kind: row.owner.kind,
    owner_id: idOf(row.owner),
    label_key: keyOf(row),
    value: JSON.stringify(written),
    updated_at: context.now,
    deleted_at: null,
    revision,
  };
  await db
    .insertInto('memory_block')
    .values({ ...values, id: row.id, owner_daemon_id: ownerDaemonId, created_at: context.now })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  return written;
}

async function refuseTooMuch(db: MemoryDb, row: BlockRow): Promise<void> {
  const { length } = row.text;
  const over = (message: string, fix: string): never => {
    throw new WaggleError('limitReached', message, { fix, details: { length, limit: row.limit } });
  };
  if (length > row.limit)
    over(
      `The note "${row.label}" holds ${row.limit} characters; that would be ${length}.`,
      'Shorten it, or save what is not always needed as facts. A person can raise its limit: waggle memory note --limit',
    );
  const others = (await listOf(db, row.owner)).filter((block) => block.id !== row.id);
  if (others.some((block) => keyOf(block) === keyOf(row)))
    throw new WaggleError('conflict', `There is a note "${row.label}" already.`, {
      fix: 'Choose another label, or add to that note.',
    });
  if (others.length >= blockLimits.count)
    over(`There are ${blockLimits.count} notes already.`, 'Remove one, or add to another.');
  const all = others.reduce((sum, block) => sum + block.text.length, length);
  if (all > blockLimits.perOwner)
    over(
      `All notes together hold ${blockLimits.perOwner} characters; that would be ${all}.`,
      'They stand in every prompt: shorten one.',
    );
}

/** Soft: `memory/undo` brings it back. */
export async function dropBlock(db: MemoryDb, id: string, context: StoreContext): Promise<void> {
  await db
    .updateTable('memory_block')
    .set({
      deleted_at: context.now,
      updated_at: context.now,
      revision: await context.nextRevision(),
    })
    .where('id', '=', id)
    .execute();
}

export async function blockRevision(db: MemoryDb, id: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('memory_block')
    .select('revision')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.revision;
}

interface Logged extends BlockAct {
  readonly kind: ChangeKind;
  readonly before: BlockRow | null;
  readonly row: BlockRow;
}

async function keep(
  db: MemoryDb,
  { kind, before, row, by, ownerDaemonId }: Logged,
  context: StoreContext,
): Promise<Extract<BlockWrite, { outcome: 'saved' }>> {
  const block = await writeBlock(db, { row: { ...row, updatedBy: by }, ownerDaemonId }, context);
  const rows: Before[] = [{ target: 'block', id: row.id, before }];
  const changeId = await logChange(db, { kind, by, summary: row.label, rows }, context);
  const written = { blocks: [block], removed: [], revision: block.revision };
  return { outcome: 'saved', block, changeId, ...written };
}

/** Lines more for a note, which is made when there is none of that label. Undefined: they stand there already. */
export async function addToBlock(
  db: MemoryDb,
  { draft, by, ownerDaemonId }: BlockAct & { readonly draft: BlockRow },
  context: StoreContext,
): Promise<{ readonly block: BlockRow; readonly row: Before } | undefined> {
  const others = await listOf(db, draft.owner);
  const before = others.find((block) => keyOf(block) === keyOf(draft));
  if (before?.text.includes(draft.text.trim()) === true) return undefined;
  const position = 1 + Math.max(0, ...others.map((block) => block.position));
  const text = appendLines(before?.text ?? '', draft.text);
  const row = { ...(before ?? { ...draft, position }), text, updatedBy: by };
  const block = await writeBlock(db, { row, ownerDaemonId }, context);
  return { block, row: { target: 'block', id: block.id, before: before ?? null } };
}

export const blockStoreMethods = {
  async listBlocks(
    db: MemoryDb,
    { owners }: { readonly owners: readonly Owner[] | undefined },
  ): Promise<BlockRow[]> {
    if (owners !== undefined)
      return (await Promise.all(owners.map((owner) => listOf(db, owner)))).flat();
    const rows = await db
      .selectFrom('memory_block')
      .selectAll()
      .where('deleted_at', 'is', null)
      .orderBy('owner_kind', 'desc')
      .orderBy('owner_id')
      .execute();
    return inPromptOrder(rows.map(fromTable));
  },

  findBlock: (db: MemoryDb, ref: BlockRef): Promise<BlockRow | undefined> => findBlock(db, ref),

  getBlock: (db: MemoryDb, ref: BlockRef): Promise<BlockRow> => getBlock(db, ref),

  /** `draft.position` is set behind the others. */
  async createBlock(
    db: MemoryDb,
    { draft, ...act }: BlockAct & { readonly draft: BlockRow },
    context: StoreContext,
  ): Promise<Extract<BlockWrite, { outcome: 'saved' }>> {
    const others = await listOf(db, draft.owner);
    const position = 1 + Math.max(0, ...others.map((block) => block.position));
    const row = { ...draft, position };
    return keep(db, { kind: 'noteMade', before: null, row, ...act }, context);
  },

  /** `draft` is made when there is none of that name; absent: that is an error. */
  async editBlock(
    db: MemoryDb,
    {
      ref,
      edit,
      draft,
      ...act
    }: BlockAct & {
      readonly ref: BlockRef;
      readonly edit: BlockEdit;
      readonly draft: BlockRow | undefined;
    },
    context: StoreContext,
  ): Promise<BlockWrite> {
    const found = await findBlock(db, ref);
    if (found === undefined && draft !== undefined)
      return blockStoreMethods.createBlock(db, { draft, ...act }, context);
    const block = found ?? (await getBlock(db, ref));
    const edited = editBlock(block, edit);
    if (typeof edited === 'string') return { outcome: 'conflict', reason: edited, block };
    if (act.by.by !== 'person') refuseOrders(screenEdit(block.text, edited.text));
    const unchanged = { blocks: [], removed: [], revision: block.revision };
    if (edited.text === block.text)
      return { outcome: 'saved', block, changeId: null, ...unchanged };
    const row = { ...block, text: edited.text };
    return keep(db, { kind: 'noteWritten', before: block, row, ...act }, context);
  },

  async changeBlock(
    db: MemoryDb,
    {
      blockId,
      patch,
      ...act
    }: BlockAct & { readonly blockId: string; readonly patch: Partial<BlockRow> },
    context: StoreContext,
  ): Promise<Extract<BlockWrite, { outcome: 'saved' }>> {
    const before = await getBlock(db, { blockId });
    const row = { ...before, ...patch };
    return keep(db, { kind: 'noteWritten', before, row, ...act }, context);
  },

  async removeBlock(
    db: MemoryDb,
    { blockId, by }: BlockAct & { readonly blockId: string },
    context: StoreContext,
  ): Promise<BlocksWritten & { readonly changeId: string }> {
    const before = await getBlock(db, { blockId });
    await dropBlock(db, blockId, context);
    const rows: Before[] = [{ target: 'block', id: blockId, before }];
    const what = { kind: 'noteRemoved', by, summary: before.label, rows } as const;
    const changeId = await logChange(db, what, context);
    return { changeId, blocks: [], removed: [blockId], revision: await context.nextRevision() };
  },

  /** Earlier rows of a block, the latest first. */
  async blockHistory(
    db: MemoryDb,
    { ref, limit }: { readonly ref: BlockRef; readonly limit: number },
  ): Promise<{ readonly block: BlockRow; readonly versions: BlockRow[] }> {
    const block = await getBlock(db, ref);
    const rows = await db
      .selectFrom('memory_change_row')
      .select('before')
      .where('target', '=', 'block')
      .where('target_id', '=', block.id)
      .where('before', 'is not', null)
      .orderBy('after_revision', 'desc')
      .limit(limit)
      .execute();
    return { block, versions: rows.map(({ before }) => JSON.parse(before ?? '') as BlockRow) };
  },
};
