/**
 * How long one client may hold a program back: 250 ms in all, until it has caught up to the end once; and never again
 * after a pause in which nothing was heard of it, until it says something.
 */

const pauseBudgetMs = 250;

export class PauseBudget {
  #leftMs = pauseBudgetMs;
  #pausedAt: number | undefined;
  #isSilent = false;

  get isPausing(): boolean {
    return this.#pausedAt !== undefined;
  }

  /** Milliseconds it may still pause. */
  leftMs(now: number): number {
    const used = this.#pausedAt === undefined ? 0 : now - this.#pausedAt;
    return Math.max(0, this.#leftMs - used);
  }

  /** False when nothing is left. */
  start(now: number): boolean {
    if (this.#isSilent || this.leftMs(now) <= 0) return false;
    this.#pausedAt ??= now;
    return true;
  }

  stop(now: number): void {
    this.#leftMs = this.leftMs(now);
    this.#pausedAt = undefined;
  }

  /** A pause passed without a word of the client. */
  notHeard(): void {
    this.#isSilent = true;
  }

  /** The client acknowledged something. */
  heard(): void {
    this.#isSilent = false;
  }

  /** The client acknowledged to the end. */
  restore(): void {
    if (this.#pausedAt === undefined) this.#leftMs = pauseBudgetMs;
  }
}
