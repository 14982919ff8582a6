/**
 * The bounded memory of one generation's output, and its send queue. Positions are seqs: byte offsets since the start of
 * the generation. Old bytes give way to new ones; who still needed them learns it from `start`.
 */

export class Ring {
  #bytes: Buffer;
  #end = 0;
  #start = 0;

  constructor(capacityBytes: number) {
    // Not zeroed and not pooled: pages that were never written cost no memory.
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  get capacityBytes(): number {
    return this.#bytes.length;
  }

  /** Seq of the oldest byte that is kept. */
  get start(): number {
    return this.#start;
  }

  /** Seq that the next byte will get. */
  get end(): number {
    return this.#end;
  }

  /** Copies `view` in; it may be reused afterwards. */
  append(view: Uint8Array): void {
    const capacity = this.#bytes.length;
    const kept = view.length > capacity ? view.subarray(view.length - capacity) : view;
    this.#place(this.#end + view.length - kept.length, kept);
    this.#end += view.length;
    this.#start = Math.max(this.#start, this.#end - capacity);
  }

  /** Copies the bytes from `from` to before `to`. Invariant of the caller: start ≤ from ≤ to ≤ end. */
  copy(from: number, to: number): Buffer {
    const copied = Buffer.allocUnsafe(to - from);
    this.copyInto(copied, from);
    return copied;
  }

  /** Fills `target` with the bytes from `from` on. The same invariant. */
  copyInto(target: Uint8Array, from: number): void {
    const capacity = this.#bytes.length;
    const offset = from % capacity;
    const first = Math.min(target.length, capacity - offset);
    this.#bytes.copy(target, 0, offset, offset + first);
    this.#bytes.copy(target, first, 0, target.length - first);
  }

  /** Changes the capacity, keeping the newest bytes that fit. */
  setCapacity(capacityBytes: number): void {
    if (capacityBytes === this.#bytes.length) return;
    const start = Math.max(this.#start, this.#end - capacityBytes);
    const kept = this.copy(start, this.#end);
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
    this.#place(start, kept);
    this.#start = start;
  }

  #place(seq: number, view: Uint8Array): void {
    const capacity = this.#bytes.length;
    const offset = seq % capacity;
    const first = Math.min(view.length, capacity - offset);
    this.#bytes.set(first === view.length ? view : view.subarray(0, first), offset);
    if (first < view.length) this.#bytes.set(view.subarray(first), 0);
  }
}
