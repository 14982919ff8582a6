/**
 * Input towards a pty: non-blocking writes, retried after 1, 2, 4 … 50 ms while the program does not read. Deliberately
 * synchronous: a write on the thread pool can outlive the descriptor and hit its next owner.
 */
import { writeSync } from 'node:fs';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Backoff } from '../../protocol/wire/backoff.ts';

export const inputQueueMaxBytes = 8 * 1024 * 1024;
/** What a piece of input counts at least: many small ones cost memory and time too. */
const pieceBytes = 128;
/** Most that one turn of the loop writes, so that a paste does not hold up other sessions. */
const turnBytes = 1024 * 1024;
const turnPieces = 1024;
/** Written pieces that may stay at the front of the queue before it is cut. */
const behindMax = 4096;

/** What a piece of input counts in a queue of `inputQueueMaxBytes`. */
export function costOfInput(bytes: Uint8Array): number {
  return Math.max(pieceBytes, bytes.length);
}

interface Queued {
  readonly bytes: Uint8Array;
  offset: number;
  readonly delivered: () => void;
}

export class PtyWriter implements Disposable {
  readonly #descriptor: number;
  readonly #backoff = new Backoff({ firstMs: 1, maxMs: 50 });
  #queue: Queued[] = [];
  /** Index of the next in the queue: taking the first out of a long array would move all the others. */
  #next = 0;
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(bytes: Uint8Array, delivered: () => void): 'queued' | 'inputFull' | 'ended' {
    if (this.#ended) return 'ended';
    const cost = costOfInput(bytes);
    if (this.#queuedBytes + cost > inputQueueMaxBytes) return 'inputFull';
    this.#queue.push({ bytes, offset: 0, delivered });
    this.#queuedBytes += cost;
    if (this.#timer === undefined) this.#pump();
    return 'queued';
  }

  dispose(): void {
    this.#ended = true;
    this.#queue = [];
    this.#next = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #pump(): void {
    this.#timer = undefined;
    let left = turnBytes;
    let pieces = turnPieces;
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      if (left <= 0 || pieces <= 0) return this.#later(0);
      pieces -= 1;
      const written = this.#writeOnce(first.bytes.subarray(first.offset, first.offset + left));
      if (written === 'full') return this.#later(this.#backoff.next());
      if (written === 'gone') return this.dispose();
      this.#backoff.reset();
      left -= written;
      this.#advance(first, written);
    }
  }

  #first(): Queued | undefined {
    return this.#queue[this.#next];
  }

  #advance(first: Queued, written: number): void {
    first.offset += written;
    if (first.offset < first.bytes.length) return;
    this.#queuedBytes -= costOfInput(first.bytes);
    this.#next += 1;
    if (this.#next === this.#queue.length || this.#next > behindMax) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    first.delivered();
  }

  #later(delayMs: number): void {
    this.#timer = setTimeout(() => this.#pump(), delayMs);
  }

  #writeOnce(bytes: Uint8Array): number | 'full' | 'gone' {
    try {
      const written = writeSync(this.#descriptor, bytes);
      return written === 0 && bytes.length > 0 ? 'full' : written;
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      return isFull ? 'full' : 'gone';
    }
  }
}
