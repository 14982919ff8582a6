/**
 * Tells what a terminal says by itself (answers to queries, focus reports) from what a person types. A replay repeats
 * the queries of hours; their answers must not be typed into the program.
 */

export interface InputPart {
  readonly kind: 'typed' | 'reply';
  readonly bytes: Uint8Array;
}

const csiReply = '\\u001b\\[(?:[?>=]?[\\d;:]*(?:[cnRt]|\\$y)|\\?[\\d;]*[uS]|[IO])';
const oscReply = '\\u001b\\]\\d[^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)';
const stringReply = '\\u001b[P_][^\\u001b]*\\u001b\\\\';
const reply = new RegExp([csiReply, oscReply, stringReply].join('|'), 'g');
const unfinished =
  /\u001b(?:\[[?>=]?[\d;:]*\$?|\]\d[^\u0007\u001b]*\u001b?|[P_][^\u001b]*\u001b?)$/;
const longestReply = 4096;

export class ReplySplitter {
  /** The beginning of a sequence whose end has not come yet. */
  #partial = '';

  /** The parts of the input in their order. */
  push(bytes: Uint8Array): InputPart[] {
    let text = this.#partial + Buffer.from(bytes).toString('latin1');
    const open = unfinished.exec(text);
    const isHeld = open !== null && open[0].length <= longestReply;
    this.#partial = isHeld ? open[0] : '';
    if (isHeld) text = text.slice(0, open.index);
    const parts: InputPart[] = [];
    let at = 0;
    for (const match of text.matchAll(reply)) {
      add(parts, 'typed', text.slice(at, match.index));
      add(parts, 'reply', match[0]);
      at = match.index + match[0].length;
    }
    add(parts, 'typed', text.slice(at));
    return parts;
  }
}

function add(parts: InputPart[], kind: InputPart['kind'], text: string): void {
  if (text !== '') parts.push({ kind, bytes: Buffer.from(text, 'latin1') });
}

/** Asks the terminal for its status. Terminals answer in order: what comes before the answer belongs to the replay. */
export const statusQuery = '\u001b[5n';

export function isStatusReply(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).toString('latin1') === '\u001b[0n';
}
