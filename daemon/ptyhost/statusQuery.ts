/**
 * The one query that the host answers itself: `ESC ] 7501 ; ? (BEL|ST)`, whether the terminal knows the program status
 * protocol. The answer is the same bytes. Deliberately a byte search and no parser: it runs over every byte of output.
 */

const head = Buffer.from('\u001b]7501;?');
/** Longest part of a query that can end a chunk without completing it: the head and the ESC of ST. */
const carryMax = head.length;
const bel = 0x07;
const escape = 0x1b;
const backslash = 0x5c;

export class StatusQuery {
  #carry = Buffer.alloc(0);

  /** The answers to every query that `chunk` completes, in order. */
  scan(chunk: Uint8Array): Buffer[] {
    if (this.#carry.length === 0 && !chunk.includes(escape)) return [];
    const bytes =
      this.#carry.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.#carry, chunk]);
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
    this.#carry = Buffer.from(openTail(bytes.subarray(from)));
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

/** The longest end of `bytes` that is the beginning of a query. */
function openTail(bytes: Buffer): Buffer {
  for (let length = Math.min(carryMax, bytes.length); length > 0; length -= 1) {
    const tail = bytes.subarray(bytes.length - length);
    if (head.subarray(0, length).equals(tail)) return tail;
  }
  return bytes.subarray(bytes.length);
}
