/** The memory of all rings together: at most 256 MiB. A new ring makes the longest idle ones shrink. */

const ringsMaxBytes = 256 * 1024 * 1024;
const ringMinBytes = 64 * 1024;

/** A ring as the budget sees it. */
export interface BudgetedRing {
  readonly capacityBytes: number;
  /** Milliseconds of a steady clock at which it last got bytes. */
  readonly activeAt: number;
  /** Least that it may shrink to: a queue cannot give up what nobody acknowledged. */
  readonly minimumBytes: number;
  /** What was asked for when it was made. */
  readonly wantedBytes: number;
  setCapacity(capacityBytes: number): void;
}

export class RingBudget {
  readonly #maxBytes: number;

  constructor(maxBytes: number = ringsMaxBytes) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that a new ring may have, after others shrank for it: `wantedBytes`, or less when all is in use. */
  grant(wantedBytes: number, rings: readonly BudgetedRing[]): number {
    const idleFirst = rings.toSorted((left, right) => left.activeAt - right.activeAt);
    for (const ring of idleFirst) {
      const excess = sumCapacity(rings) + wantedBytes - this.#maxBytes;
      if (excess <= 0) return wantedBytes;
      const least = Math.max(ringMinBytes, ring.minimumBytes);
      if (ring.capacityBytes > least)
        ring.setCapacity(Math.max(least, ring.capacityBytes - excess));
    }
    return Math.min(wantedBytes, Math.max(ringMinBytes, this.#leftBytes(rings)));
  }

  /** Memory became free: rings that shrank get theirs back, those that are in use first. */
  giveBack(rings: readonly BudgetedRing[]): void {
    const activeFirst = rings.toSorted((left, right) => right.activeAt - left.activeAt);
    for (const ring of activeFirst) {
      const more = Math.min(ring.wantedBytes - ring.capacityBytes, this.#leftBytes(rings));
      if (more > 0) ring.setCapacity(ring.capacityBytes + more);
    }
  }

  #leftBytes(rings: readonly BudgetedRing[]): number {
    return this.#maxBytes - sumCapacity(rings);
  }
}

export function sumCapacity(rings: readonly BudgetedRing[]): number {
  return rings.reduce((sum, ring) => sum + ring.capacityBytes, 0);
}
