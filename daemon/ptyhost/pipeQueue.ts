/**
 * The output of a pipe session: a queue that never drops. What the daemon has not acknowledged stays; when it fills the
 * memory, reading stops. Deliberately does not know who reads: the ring below serves the bytes.
 */
import type { Ring } from './ring.ts';

/** The largest chunk that one read can bring while we stop reading. */
const chunkBytes = 64 * 1024;

export class PipeQueue {
  readonly #ring: Ring;
  #overflow: Buffer[] = [];
  #acked = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** Seq up to which the daemon has what it read stored durably. */
  get acked(): number {
    return this.#acked;
  }

  /** Whether reading must stop until more is acknowledged. */
  get isFull(): boolean {
    return this.#overflow.length > 0 || this.#freeBytes < chunkBytes;
  }

  /** Whether everything that was read is in the ring. */
  get isSettled(): boolean {
    return this.#overflow.length === 0;
  }

  append(view: Uint8Array): void {
    if (this.#overflow.length === 0 && view.length <= this.#freeBytes) this.#ring.append(view);
    else this.#overflow.push(Buffer.from(view));
  }

  /** Never goes back, never past what was written. */
  ack(seq: number): void {
    this.#acked = Math.min(this.#ring.end, Math.max(this.#acked, seq));
    for (let next = this.#overflow[0]; next !== undefined; next = this.#overflow[0]) {
      const fitting = next.subarray(0, this.#freeBytes);
      if (fitting.length === 0) return;
      this.#ring.append(fitting);
      if (fitting.length < next.length) this.#overflow[0] = next.subarray(fitting.length);
      else this.#overflow.shift();
    }
  }

  get #freeBytes(): number {
    return this.#ring.capacityBytes - (this.#ring.end - this.#acked);
  }
}
