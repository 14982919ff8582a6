/** Output that waits to be written, in blocks that are used again: a flood is no work for the collector. */

const blockBytes = 16 * 1024;
const spareMax = 64;
const spare: Uint8Array[] = [];

export class SpoolBatch {
  /** Seq of the first byte. */
  readonly from: number;
  readonly #blocks: Uint8Array[] = [];
  #bytes = 0;

  constructor(from: number) {
    this.from = from;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What was added, in order; valid until `release`. */
  get chunks(): readonly Uint8Array[] {
    const last = this.#bytes - (this.#blocks.length - 1) * blockBytes;
    return this.#blocks.map((block, index) =>
      index === this.#blocks.length - 1 ? block.subarray(0, last) : block,
    );
  }

  /** Takes a copy. */
  add(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.length;) {
      const at = this.#bytes % blockBytes;
      if (at === 0) this.#blocks.push(spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes));
      const piece = bytes.subarray(taken, taken + blockBytes - at);
      this.#blocks.at(-1)?.set(piece, at);
      this.#bytes += piece.length;
      taken += piece.length;
    }
  }

  /** Nobody reads it any more. */
  release(): void {
    spare.push(...this.#blocks.splice(0, spareMax - spare.length));
    this.#blocks.length = 0;
    this.#bytes = 0;
  }
}
