/**
 * Slows down guessing: after ten failures a key has to wait, twice as long each time. Asked before anything is compared,
 * loopback included. A success resets nothing; ten quiet minutes do.
 */

const freeFailures = 10;
const firstMs = 1000;
const keysMax = 10_000;
const forgetMs = 10 * 60_000;

export interface FailureLimiter {
  /** Milliseconds the key has to wait; 0 when it may try. */
  waitMs(key: string): number;
  fail(key: string): void;
}

interface Tally {
  failures: number;
  blockedUntil: number;
  lastAt: number;
}

export interface LimiterOptions {
  readonly monotonicMs: () => number;
  /** Longest wait. The TCP side uses a minute; who reaches the private socket waits at most a second. */
  readonly maxMs: (key: string) => number;
}

export function createFailureLimiter({ monotonicMs, maxMs }: LimiterOptions): FailureLimiter {
  const tallies = new Map<string, Tally>();

  function trim(now: number): void {
    if (tallies.size < keysMax) return;
    for (const [key, tally] of tallies) if (now - tally.lastAt > forgetMs) tallies.delete(key);
    const [oldest] = tallies.keys();
    if (tallies.size >= keysMax && oldest !== undefined) tallies.delete(oldest);
  }

  return {
    waitMs(key) {
      const tally = tallies.get(key);
      return tally === undefined ? 0 : Math.max(0, tally.blockedUntil - monotonicMs());
    },
    fail(key) {
      const now = monotonicMs();
      trim(now);
      const known = tallies.get(key);
      const isFresh = known !== undefined && now - known.lastAt <= forgetMs;
      const tally = isFresh ? known : { failures: 0, blockedUntil: 0, lastAt: now };
      tally.failures += 1;
      tally.lastAt = now;
      if (tally.failures >= freeFailures) {
        const doublings = Math.min(tally.failures - freeFailures, 20);
        tally.blockedUntil = now + Math.min(maxMs(key), firstMs * 2 ** doublings);
      }
      tallies.set(key, tally);
    },
  };
}
