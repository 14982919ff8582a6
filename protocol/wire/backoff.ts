/** Delays between attempts: they double from `firstMs` to `maxMs`; `jitter` (0 to 1) spreads each downwards at random. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly jitter?: number;
}

export class Backoff {
  #attempt = 0;
  readonly #options: BackoffOptions;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const { firstMs, maxMs, jitter = 0 } = this.#options;
    const delayMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt += 1;
    return delayMs * (1 - jitter * Math.random());
  }

  reset(): void {
    this.#attempt = 0;
  }
}
