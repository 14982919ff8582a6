/**
 * The one query that the host answers itself: `ESC ] 7501 ; ? (BEL|ST)`, whether the terminal knows the program status
 * protocol. The answer is the same bytes. Deliberately a byte search and no parser: it runs over every byte of output.
 */

const escape = 0x1b;
const bel = 0x07;
const backslash = 0x5c;
const head = Buffer.from('\u001b]7501;?');
/** Searched for without its escape, which is in coloured output at every turn. */
const rarePart = head.subarray(1);
/** Longest part of a query that can end a chunk without completing it: the head and the ESC of ST. */
const carryMax = head.length;
const none: readonly Buffer[] = [];

export class StatusQuery {
  #carry = Buffer.alloc(0);

  /** The answers to every query that `chunk` completes, in order. */
  scan(chunk: Uint8Array): readonly Buffer[] {
    const view = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (this.#carry.length === 0 && openTailBytes(view) === 0 && !view.includes(rarePart)) {
      return none;
    }
    return this.#answer(this.#carry.length === 0 ? view : Buffer.concat([this.#carry, view]));
  }

  #answer(bytes: Buffer): Buffer[] {
    const answers: Buffer[] = [];
    let from = 0;
    for (;;) {
      const at = bytes.indexOf(head, from);
      if (at === -1) break;
      const end = terminatorEnd(bytes, at + head.length);
      if (end === 'incomplete') {
        this.#carry = Buffer.from(bytes.subarray(at));
        return answers;
      }
      if (end !== undefined) answers.push(Buffer.from(bytes.subarray(at, end)));
      from = end ?? at + head.length;
    }
    const rest = bytes.subarray(from);
    this.#carry = Buffer.from(rest.subarray(rest.length - openTailBytes(rest)));
    return answers;
  }
}

function terminatorEnd(bytes: Buffer, at: number): number | 'incomplete' | undefined {
  if (at === bytes.length) return 'incomplete';
  if (bytes[at] === bel) return at + 1;
  if (bytes[at] !== escape) return undefined;
  if (at + 1 === bytes.length) return 'incomplete';
  return bytes[at + 1] === backslash ? at + 2 : undefined;
}

/** Length of the longest end of `bytes` that is the beginning of a query. */
function openTailBytes(bytes: Buffer): number {
  for (let length = Math.min(carryMax, bytes.length); length > 0; length -= 1) {
    const at = bytes.length - length;
    if (bytes[at] === escape && startsHead(bytes, at)) return length;
  }
  return 0;
}

/** Whether everything from `at` on is the beginning of a query. */
function startsHead(bytes: Buffer, at: number): boolean {
  for (let index = at; index < bytes.length; index += 1) {
    if (bytes[index] !== head[index - at]) return false;
  }
  return true;
}
