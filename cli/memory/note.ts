/** `waggle memory note`: the short texts that stand in every prompt. */
import type { Block } from '../../protocol/memory/memory.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { noteTable } from './describe.ts';
import { findRemembered } from './looking.ts';
import type { PlaceOptions } from './place.ts';
import { findPlace } from './place.ts';

export interface NoteOptions extends PlaceOptions {
  readonly label: string | undefined;
  /** Added at the end; empty: the note is shown. */
  readonly text: string;
  /** What the text takes the place of. */
  readonly replace: string | undefined;
  /** A new note is the role's, not the repository's. */
  readonly role: boolean;
}

export async function addToNote(context: CommandContext, options: NoteOptions): Promise<number> {
  const { output } = context;
  const { label, text, replace } = options;
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  if (label === undefined) {
    const listed = await link.call('memory/listBlocks', { place });
    const isEmpty = listed.blocks.length === 0;
    output.result({ notes: listed.blocks }, () =>
      isEmpty ? [] : noteTable(listed.blocks, output),
    );
    if (isEmpty) output.hint('No notes here. waggle memory note project "what agents must know"');
    return exitCodes.ok;
  }
  const block = { label, place };
  if (text === '' && replace === undefined) {
    const shown = await link.call('memory/getBlock', { block });
    output.result({ note: shown.block }, () => [toVisibleText(shown.block.text)]);
    return exitCodes.ok;
  }
  const ownedBy = options.role ? 'role' : 'repository';
  const written =
    replace === undefined
      ? await link.call('memory/appendBlock', { block, text, ownedBy })
      : await link.call('memory/replaceInBlock', { block, old: replace, new: text });
  return sayWritten(context, written);
}

/** Prints what became of a note. @throws WaggleError `conflict`. */
export function sayWritten(
  { output }: CommandContext,
  written: MethodResult<'memory/writeBlock'>,
): number {
  if (written.outcome === 'conflict') throw conflictOf(written);
  const { block, changeId } = written;
  const size = `${block.text.length} of ${block.limit} characters`;
  const undo =
    changeId === null ? 'It was so already.' : `waggle memory undo ${changeId} takes it back.`;
  output.result({ note: block, changeId }, () => [
    `"${toPlainLine(block.label)}" holds ${size}. ${undo}`,
  ]);
  return exitCodes.ok;
}

export function conflictOf({
  reason,
  block,
}: {
  readonly reason: 'changed' | 'notFound' | 'ambiguous';
  readonly block: Block;
}): WaggleError {
  const label = toPlainLine(block.label);
  const sentences = {
    changed: `The note "${label}" was changed since it was read; nothing was written.`,
    notFound: `That text does not stand in the note "${label}"; nothing was written.`,
    ambiguous: `That text stands more than once in the note "${label}"; nothing was written.`,
  };
  return new WaggleError('conflict', sentences[reason], {
    fix: `Read it again: waggle memory show ${block.id}`,
    details: { reason, revision: block.revision },
  });
}

export interface NoteChange extends PlaceOptions {
  readonly reference: string;
  readonly label: string | undefined;
  readonly description: string | undefined;
  readonly limit: number | undefined;
  readonly position: number | undefined;
  readonly remove: boolean;
}

export async function changeNote(
  context: CommandContext,
  { reference, remove, label, description, limit, position, ...where }: NoteChange,
): Promise<number> {
  const given = { label, description, limit, position };
  const change = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  if (!remove && Object.keys(change).length === 0)
    throw new CommandError('usage', 'Change what?', 'waggle memory change-note --help');
  const link = await context.connect();
  const place = await findPlace(context, link, where);
  const found = await findRemembered(link, place, reference);
  if (found.kind === 'fact')
    throw new CommandError('usage', 'That is a fact.', 'waggle memory edit changes it.');
  const blockId = found.block.id;
  const done = remove
    ? await link.call('memory/removeBlock', { blockId })
    : await link.call('memory/changeBlock', { blockId, ...change });
  const what = remove ? 'is removed' : 'is changed';
  context.output.result(done, () => [
    `"${toPlainLine(found.block.label)}" ${what}. waggle memory undo ${done.changeId} takes it back.`,
  ]);
  return exitCodes.ok;
}
