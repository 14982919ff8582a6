/**
 * Programs that write faster than they can be read. All of them together are read for a moment per turn of the loop, one
 * after the other, so that a key of somebody else waits for that moment and not for each of them.
 */

/** One that has more. */
export interface Flood {
  /** Reads once; 0 when nothing waits or nothing may be read now. */
  readOn(): number;
  /** It has no more: the loop is to tell when that changes. */
  rest(): void;
}

/** Reading this long per turn costs a single flood nothing. */
const turnMs = 0.5;

export class FloodTurns {
  readonly #floods = new Set<Flood>();
  #endsAt: number | undefined;

  /** Whether anything more is to be read in this turn of the loop. */
  hasTime(): boolean {
    const now = performance.now();
    if (this.#endsAt === undefined) this.#begin(now);
    return this.#endsAt === undefined || now < this.#endsAt;
  }

  /** From now on it is read here. */
  add(flood: Flood): void {
    this.#floods.add(flood);
    if (this.#endsAt === undefined) this.#begin(performance.now());
  }

  delete(flood: Flood): void {
    this.#floods.delete(flood);
  }

  /** The turn ends behind whatever the loop has for us now. */
  #begin(now: number): void {
    this.#endsAt = now + turnMs;
    setImmediate(() => {
      this.#endsAt = undefined;
      this.#readOn();
    });
  }

  #readOn(): void {
    if (this.#floods.size === 0) return;
    this.#begin(performance.now());
    for (const flood of this.#floods) {
      this.#floods.delete(flood);
      if (flood.readOn() > 0) this.#floods.add(flood);
      else flood.rest();
      if (!this.hasTime()) return;
    }
  }
}
