/** How the text of a note changes. Pure. */
import type { BlockRow } from './rows.ts';

export type BlockEdit =
  | { readonly kind: 'write'; readonly revision: number; readonly text: string }
  | { readonly kind: 'append'; readonly text: string }
  | { readonly kind: 'replace'; readonly old: string; readonly new: string };

/** Why nothing is written. */
export type EditConflict = 'changed' | 'notFound' | 'ambiguous';

export function editBlock(
  block: Pick<BlockRow, 'text' | 'revision'>,
  edit: BlockEdit,
): { readonly text: string } | EditConflict {
  switch (edit.kind) {
    case 'write':
      // Who writes what is there already has nothing to lose.
      if (edit.text === block.text) return { text: block.text };
      return edit.revision === block.revision ? { text: edit.text } : 'changed';
    case 'append':
      return { text: appendLines(block.text, edit.text) };
    case 'replace': {
      const at = block.text.indexOf(edit.old);
      if (at === -1) return 'notFound';
      if (block.text.includes(edit.old, at + 1)) return 'ambiguous';
      const end = at + edit.old.length;
      return { text: block.text.slice(0, at) + edit.new + block.text.slice(end) };
    }
  }
}

/** Lines that stand at the end already are not added a second time: a repeated call does nothing. */
export function appendLines(text: string, added: string): string {
  const lines = added.replace(/\s+$/, '');
  if (text === '') return lines;
  const isThere = text === lines || text.endsWith(`\n${lines}`);
  return isThere ? text : `${text.replace(/\n+$/, '')}\n${lines}`;
}
