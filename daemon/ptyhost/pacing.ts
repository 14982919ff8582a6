/**
 * When output leaves: at once while at most 16 KiB went in the last 4 ms, else once every 4 ms, so that a keystroke is
 * not delayed and a flood goes in large frames. One timer for all sessions, served in turn.
 */
import type { Disposable } from '../../protocol/wire/disposable.ts';

const windowMs = 4;
const promptBytes = 16 * 1024;

/** Something that can send what it has; returns the bytes it sent. */
export interface Flushable {
  flush(): number;
}

interface Window {
  since: number;
  bytes: number;
}

export class Pacing implements Disposable {
  readonly #windows = new WeakMap<Flushable, Window>();
  #waiting = new Set<Flushable>();
  #timer: NodeJS.Timeout | undefined;

  /** There is something to send. */
  wake(source: Flushable): void {
    if (this.#waiting.has(source)) return;
    if (this.#sentLately(source) <= promptBytes) return this.#flush(source);
    this.#waiting.add(source);
    this.#timer ??= setTimeout(() => this.#flushWaiting(), windowMs);
  }

  /** Sends now whatever the rate: a mark that people wait for. */
  hurry(source: Flushable): void {
    this.#waiting.delete(source);
    this.#flush(source);
  }

  forget(source: Flushable): void {
    this.#waiting.delete(source);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
  }

  #sentLately(source: Flushable): number {
    const window = this.#windows.get(source);
    return window === undefined || performance.now() - window.since > windowMs ? 0 : window.bytes;
  }

  #flush(source: Flushable): void {
    const bytes = source.flush();
    const now = performance.now();
    const window = this.#windows.get(source);
    if (window === undefined || now - window.since > windowMs) {
      this.#windows.set(source, { since: now, bytes });
    } else window.bytes += bytes;
  }

  #flushWaiting(): void {
    this.#timer = undefined;
    const sources = this.#waiting;
    this.#waiting = new Set();
    for (const source of sources) this.#flush(source);
  }
}
