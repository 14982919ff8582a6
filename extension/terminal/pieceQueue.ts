/** What waits for its turn to be written, in order; can be cut down to its newest end. */

/** A piece of the stream. `answers`: replies to the queries in it are this terminal's to give. */
export interface ScreenPiece {
  readonly bytes: Uint8Array;
  /** Seq of the first byte. */
  readonly seq: number;
  readonly answers: boolean;
}

export interface QueuedPiece extends ScreenPiece {
  /** Seq that the terminal has reached behind it. */
  readonly end: number;
  /** Whole: a stored screen is shown all at once or not at all. */
  readonly onParsed?: (() => void) | undefined;
  /** What `bytes` is a part of, when it is the queue's own. */
  readonly block?: Uint8Array | undefined;
}

const pieceBytesMax = 32 * 1024;
/** What pieces are copied into, used again by all queues: fresh ones for each would be a burst's worth of garbage. */
const freeBlocks: Uint8Array[] = [];
const freeBlocksMax = 32;
/** How far a line's end is looked for when the queue is cut. */
const lineSearchBytes = 4096;
const escape = 0x1b;
const lineFeed = 0x0a;

export class PieceQueue {
  #pieces: QueuedPiece[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Takes over a copy. */
  push({ bytes, seq, answers }: ScreenPiece): void {
    let from = this.#extend({ bytes, seq, answers });
    while (from < bytes.length) {
      const part = bytes.subarray(from, from + pieceBytesMax);
      const block = freeBlocks.pop() ?? new Uint8Array(pieceBytesMax);
      block.set(part);
      const end = seq + from + part.length;
      this.#add({ bytes: block.subarray(0, part.length), block, seq: seq + from, end, answers });
      from += part.length;
    }
  }

  /** As one piece, however long it is. */
  pushWhole(piece: QueuedPiece): void {
    this.#add(piece);
  }

  /** The oldest; its bytes are the taker's until `release`. */
  shift(): QueuedPiece | undefined {
    const piece = this.#pieces.shift();
    this.#bytes -= piece?.bytes.length ?? 0;
    return piece;
  }

  /** A piece that was taken is done with: its bytes are overwritten from now on. */
  release({ block }: QueuedPiece): void {
    if (block !== undefined && freeBlocks.length < freeBlocksMax) freeBlocks.push(block);
  }

  /** Forgets everything; returns how many bytes that were. */
  clear(): number {
    const { bytes } = this;
    for (const piece of this.#pieces) this.release(piece);
    this.#pieces = [];
    this.#bytes = 0;
    return bytes;
  }

  /**
   * Forgets the oldest so that at most about `keepBytes` are left, from where a reader may start whose terminal was told
   * to close what was open. Returns how many bytes were forgotten.
   */
  keepNewest(keepBytes: number): number {
    const before = this.#bytes;
    while (this.#pieces.length > 1 && this.#bytes - this.#oldestBytes() >= keepBytes) this.#drop();
    if (this.#bytes === before) return 0;
    const oldest = this.shift();
    if (oldest !== undefined) {
      const cut = findStart(oldest.bytes);
      const bytes = oldest.bytes.subarray(cut);
      if (bytes.length > 0) {
        this.#pieces.unshift({ ...oldest, bytes, seq: oldest.seq + cut });
        this.#bytes += bytes.length;
      } else this.release(oldest);
    }
    return before - this.#bytes;
  }

  #drop(): void {
    const piece = this.shift();
    if (piece !== undefined) this.release(piece);
  }

  /** Fills up the newest piece with what follows it directly; returns how many bytes that were. */
  #extend({ bytes, seq, answers }: ScreenPiece): number {
    const last = this.#pieces.at(-1);
    if (last?.block === undefined || last.end !== seq || last.answers !== answers) return 0;
    const used = last.bytes.byteOffset - last.block.byteOffset + last.bytes.length;
    const added = bytes.subarray(0, last.block.length - used);
    if (added.length === 0) return 0;
    last.block.set(added, used);
    const whole = last.block.subarray(used - last.bytes.length, used + added.length);
    this.#pieces[this.#pieces.length - 1] = { ...last, bytes: whole, end: seq + added.length };
    this.#bytes += added.length;
    return added.length;
  }

  #oldestBytes(): number {
    return this.#pieces[0]?.bytes.length ?? 0;
  }

  #add(piece: QueuedPiece): void {
    this.#pieces.push(piece);
    this.#bytes += piece.bytes.length;
  }
}

/** Behind a line's end, else at an escape, which ends whatever went before it, else at a character's first byte. */
function findStart(bytes: Uint8Array): number {
  const line = bytes.subarray(0, lineSearchBytes).indexOf(lineFeed);
  if (line !== -1) return line + 1;
  const sequence = bytes.indexOf(escape);
  if (sequence !== -1) return sequence;
  const character = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return character === -1 ? bytes.length : character;
}
