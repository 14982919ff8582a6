/** Which entries of the journal are rows: some are nothing to look at, and what is read in a row folds into one. */
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import type { Journal } from './journal.ts';

/** `group`: it and the next `count - 1` entries are one row. `hidden`: no row. */
export type Shape =
  | { readonly kind: 'row' }
  | { readonly kind: 'group'; readonly count: number }
  | { readonly kind: 'hidden' };

const row: Shape = { kind: 'row' };
const hidden: Shape = { kind: 'hidden' };

const reading =
  /^(?:read|read_file|read_many_files|view|grep|glob|ls|list|list_directory|search_file_content)$/i;

export function shapeOf(journal: Journal, position: number): Shape {
  const entry = journal.get(position);
  if (entry === undefined) return row;
  if (isNothing(entry.content)) return hidden;
  if (!isFolding(entry)) return row;
  if (foldsWith(journal.get(position - 1), entry)) return hidden;
  let count = 1;
  while (foldsWith(entry, journal.get(position + count))) count += 1;
  return count === 1 ? row : { kind: 'group', count };
}

/** Whether two neighbours fold into one. */
function foldsWith(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return isFolding(one) && isFolding(other) && one.parent === other.parent;
}

/** It only looked at something, and is done. */
export function isFolding({ content }: Entry): boolean {
  return content.kind === 'tool' && content.status === 'done' && reading.test(content.name);
}

function isNothing(content: EntryContent): boolean {
  if (content.kind === 'turnStarted') return content.by === 'person';
  if (content.kind === 'text') return content.text.trim() === '';
  if (content.kind === 'plan') return content.steps.length === 0;
  if (content.kind === 'turnEnded') return isUntold(content);
  return false;
}

/** A turn from elsewhere, of which nothing is known but that it ended. */
function isUntold({ outcome, ms, usage }: Extract<EntryContent, { kind: 'turnEnded' }>): boolean {
  return outcome === 'completed' && ms < 50 && usage === null;
}

/** A guess in pixels, until the row is seen. */
export function guessHeight(entry: Entry): number {
  const { content } = entry;
  switch (content.kind) {
    case 'text':
    case 'prompt':
      return 24 + 22 * Math.ceil(content.text.length / 80 + countLines(content.text) / 2);
    case 'plan':
      return 30 + 22 * content.steps.length;
    default:
      return 30;
  }
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
