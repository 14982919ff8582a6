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
    const left = this.#maxBytes - sumCapacity(rings);
    return Math.min(wantedBytes, Math.max(ringMinBytes, left));
  }
}

export function sumCapacity(rings: readonly BudgetedRing[]): number {
  return rings.reduce((sum, ring) => sum + ring.capacityBytes, 0);
}
