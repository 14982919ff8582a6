/**
 * Programs that write faster than they can be read. All of them together are read for a moment per turn of the loop, one
 * after the other, so that a key of somebody else waits for that moment and not for each of them; and when a key was typed
 * they wait for as long as its echo takes.
 */

/** One that has more. */
export interface Flood {
  /** Reads once; 0 when nothing waits or nothing may be read now. */
  readOn(): number;
  /** It has no more: the loop is to tell when that changes. */
  rest(): void;
}

/** A turn as short as this costs a single flood nothing. */
const turnMs = 0.2;
/** How long an echo takes at most, as a rule. The loop goes round meanwhile: who sleeps is woken late beside floods. */
const holdMs = 2;

export class FloodTurns {
  readonly #floods = new Set<Flood>();
  readonly #now: () => number;
  #heldUntil = 0;
  #endsAt: number | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether anything more is to be read in this turn of the loop. */
  hasTime(): boolean {
    const now = this.#now();
    if (this.#endsAt === undefined) this.#begin(now);
    return now >= this.#heldUntil && (this.#endsAt === undefined || now < this.#endsAt);
  }

  /** From now on it is read here. */
  add(flood: Flood): void {
    this.#floods.add(flood);
    if (this.#endsAt === undefined) this.#begin(this.#now());
  }

  delete(flood: Flood): void {
    this.#floods.delete(flood);
  }

  /** Somebody typed. */
  hold(): void {
    this.#heldUntil = this.#now() + holdMs;
  }

  /** Something short came, which is what an echo is like. */
  release(): void {
    this.#heldUntil = 0;
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
    const now = this.#now();
    this.#begin(now);
    if (now < this.#heldUntil) return;
    for (const flood of this.#floods) {
      this.#floods.delete(flood);
      if (flood.readOn() > 0) this.#floods.add(flood);
      else flood.rest();
      if (!this.hasTime()) return;
    }
  }
}
