/** Requests per principal: a bucket of 200 that fills by 200 a second. Frames of streams do not count. */

const requestsPerSecond = 200;

export interface RateLimiter {
  /** False: this request is one too many. */
  take(principalId: string): boolean;
}

export function createRateLimiter(
  monotonicMs: () => number,
  perSecond = requestsPerSecond,
): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(principalId) {
      const now = monotonicMs();
      const bucket = buckets.get(principalId) ?? { tokens: perSecond, at: now };
      const filled = bucket.tokens + ((now - bucket.at) * perSecond) / 1000;
      bucket.tokens = Math.min(perSecond, filled);
      bucket.at = now;
      buckets.set(principalId, bucket);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
