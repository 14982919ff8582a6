/** Cuts the output of an agent into lines, over pieces as they come. What is no line of a sane length is dropped. */

/** Pictures stand in lines as text; what is longer is no event. */
export const lineMaxBytes = 24 * 1024 * 1024;
const lineFeed = 0x0a;

/** What was read of a line that has not ended. */
export interface Carry {
  readonly bytes: Uint8Array;
  /** The line is too long: its rest is passed over. */
  readonly isDropping: boolean;
}

export const noCarry: Carry = { bytes: new Uint8Array(), isDropping: false };

export interface LineSink {
  line(text: string): void;
  /** A line was too long. */
  dropped(): void;
}

export class Lines {
  readonly #maxBytes: number;
  #parts: Uint8Array[];
  #bytes: number;
  #isDropping: boolean;

  constructor(carry: Carry = noCarry, maxBytes = lineMaxBytes) {
    this.#maxBytes = maxBytes;
    this.#parts = carry.bytes.length === 0 ? [] : [carry.bytes];
    this.#bytes = carry.bytes.length;
    this.#isDropping = carry.isDropping;
  }

  /** Of the line that has not ended. */
  get carriedBytes(): number {
    return this.#bytes;
  }

  carried(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  get isDropping(): boolean {
    return this.#isDropping;
  }

  /** The piece may be overwritten afterwards. True when a line ended in it. */
  push(piece: Uint8Array, sink: LineSink): boolean {
    let from = 0;
    for (let at = piece.indexOf(lineFeed); at !== -1; at = piece.indexOf(lineFeed, from)) {
      this.#add(piece.subarray(from, at), sink);
      this.#end(sink);
      from = at + 1;
    }
    this.#add(piece.subarray(from), sink);
    return from > 0;
  }

  /** Nothing comes any more: what there is of a line is one. */
  finish(sink: LineSink): void {
    this.#end(sink);
  }

  #add(part: Uint8Array, sink: LineSink): void {
    if (part.length === 0 || this.#isDropping) return;
    this.#parts.push(Uint8Array.from(part));
    this.#bytes += part.length;
    if (this.#bytes <= this.#maxBytes) return;
    this.#parts = [];
    this.#bytes = 0;
    this.#isDropping = true;
    sink.dropped();
  }

  #end(sink: LineSink): void {
    const text = Buffer.concat(this.#parts).toString('utf8').trimEnd();
    const wasDropping = this.#isDropping;
    this.#parts = [];
    this.#bytes = 0;
    this.#isDropping = false;
    if (!wasDropping && text.trim() !== '') sink.line(text);
  }
}
