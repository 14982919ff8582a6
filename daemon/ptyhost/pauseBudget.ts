/** How long one client may hold a program back: 250 ms in all, until it has caught up to the end once. */

const pauseBudgetMs = 250;

export class PauseBudget {
  #leftMs = pauseBudgetMs;
  #pausedAt: number | undefined;

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
    if (this.leftMs(now) <= 0) return false;
    this.#pausedAt ??= now;
    return true;
  }

  stop(now: number): void {
    this.#leftMs = this.leftMs(now);
    this.#pausedAt = undefined;
  }

  /** The client acknowledged to the end. */
  restore(): void {
    if (this.#pausedAt === undefined) this.#leftMs = pauseBudgetMs;
  }
}
