/**
 * Input towards a pty: non-blocking writes, retried after 1, 2, 4 … 50 ms while the program does not read. Deliberately
 * synchronous: a write on the thread pool can outlive the descriptor and hit its next owner.
 */
import { writeSync } from 'node:fs';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Backoff } from '../../protocol/wire/backoff.ts';

export const inputQueueMaxBytes = 8 * 1024 * 1024;
/** Most that one turn of the loop writes, so that a paste does not hold up other sessions. */
const turnBytes = 1024 * 1024;

interface Queued {
  readonly bytes: Uint8Array;
  offset: number;
  readonly delivered: () => void;
}

export class PtyWriter implements Disposable {
  readonly #descriptor: number;
  readonly #backoff = new Backoff({ firstMs: 1, maxMs: 50 });
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(bytes: Uint8Array, delivered: () => void): 'queued' | 'inputFull' | 'ended' {
    if (this.#ended) return 'ended';
    if (this.#queuedBytes + bytes.length > inputQueueMaxBytes) return 'inputFull';
    this.#queue.push({ bytes, offset: 0, delivered });
    this.#queuedBytes += bytes.length;
    if (this.#timer === undefined) this.#pump();
    return 'queued';
  }

  dispose(): void {
    this.#ended = true;
    this.#queue = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #pump(): void {
    this.#timer = undefined;
    let left = turnBytes;
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      if (left <= 0) return this.#later(0);
      const written = this.#writeOnce(first.bytes.subarray(first.offset, first.offset + left));
      if (written === 'full') return this.#later(this.#backoff.next());
      if (written === 'gone') return this.dispose();
      this.#backoff.reset();
      left -= written;
      this.#advance(first, written);
    }
  }

  #advance(first: Queued, written: number): void {
    first.offset += written;
    this.#queuedBytes -= written;
    if (first.offset < first.bytes.length) return;
    this.#queue.shift();
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
