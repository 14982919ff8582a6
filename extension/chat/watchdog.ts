/** A page that does not answer is loaded again, so that nobody looks at a grey tab. Knows no editor. */
import type { Disposable } from '../../protocol/wire/disposable.ts';

export interface WatchdogOptions {
  readonly ping: () => void;
  readonly reload: () => void;
  /** It did not come back however often it was loaded. */
  readonly giveUp: () => void;
  /** Runs once after `delayMs` unless disposed. */
  readonly schedule: (run: () => void, delayMs: number) => Disposable;
}

export const loadLimitMs = 20_000;
export const pingEveryMs = 15_000;
export const pongLimitMs = 30_000;
const reloadsMost = 3;

/** Waits for the page while it can be seen; a hidden one has no life to watch. */
export class Watchdog implements Disposable {
  readonly #options: WatchdogOptions;
  #timer: Disposable | undefined;
  #reloads = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** The page was given its content. */
  loading(): void {
    this.#await(loadLimitMs);
  }

  /** The page said something. */
  alive(): void {
    this.#reloads = 0;
    this.#set(pingEveryMs, () => {
      this.#options.ping();
      this.#await(pongLimitMs);
    });
  }

  hidden(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  /** A person asked for it. */
  again(): void {
    this.#reloads = 0;
    this.#options.reload();
    this.loading();
  }

  dispose(): void {
    this.hidden();
  }

  #await(limitMs: number): void {
    this.#set(limitMs, () => {
      this.#reloads += 1;
      if (this.#reloads > reloadsMost) return this.#options.giveUp();
      this.#options.reload();
      this.loading();
    });
  }

  #set(delayMs: number, run: () => void): void {
    this.#timer?.dispose();
    this.#timer = this.#options.schedule(run, delayMs);
  }
}
