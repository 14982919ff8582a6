/**
 * Rows that are drawn for the first time, shared out over several frames: no frame takes so long that the wheel or a key
 * waits for it. How much fits into one is learned from the frames before.
 */
export interface NewRow {
  readonly position: number;
  /** About how much it is to draw; a row without text counts 300, each character of text 1. */
  readonly weight: number;
  /** From the place where the reader looks, in pixels; what is nearer is drawn first. */
  readonly distance: number;
}

/** Milliseconds of script, layout and paint in one frame. */
const target = 20;
const least = 300;
const most = 60_000;

export class Slices {
  #budget = 6000;
  #drawn: ReadonlySet<number> = new Set();
  #wasFull = false;
  #pending = 0;

  /** Rows that wait for a frame of their own. */
  get pending(): number {
    return this.#pending;
  }

  isDrawn(position: number): boolean {
    return this.#drawn.has(position);
  }

  /**
   * Decides which of `positions` are drawn now: those that were before, and of the others as many as fit, at least one.
   * None of them while `isSettling`: that is drawn within the same frame once more. True when there are new ones.
   */
  share(
    positions: readonly number[],
    describe: (position: number) => NewRow,
    isSettling: boolean,
  ): boolean {
    const drawn = new Set(positions.filter((position) => this.#drawn.has(position)));
    const waiting = positions.filter((position) => !drawn.has(position)).map(describe);
    waiting.sort((left, right) => left.distance - right.distance);
    let room = isSettling ? 0 : this.#budget;
    let taken = 0;
    for (const { position, weight } of waiting) {
      if (room <= 0 || (taken > 0 && weight > room)) break;
      drawn.add(position);
      room -= weight;
      taken += 1;
    }
    this.#pending = waiting.length - taken;
    if (!isSettling) this.#wasFull = this.#pending > 0;
    this.#drawn = drawn;
    return taken > 0;
  }

  /** What a frame with new rows took, in milliseconds. */
  took(ms: number): void {
    if (ms > target) this.#budget = Math.max(least, this.#budget * Math.max(0.4, target / ms));
    else if (ms < target / 2 && this.#wasFull) this.#budget = Math.min(most, this.#budget * 1.5);
  }
}
