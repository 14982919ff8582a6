/** What one answer of a model used, as its agent wrote it down. Pure. */
export interface UsageRecord {
  /** The agent's own name of the answer: what is copied into another file is the same answer. */
  readonly key: string;
  /** ISO instant. */
  readonly at: string;
  readonly conversation: string;
  readonly directory: string | null;
  readonly model: string;
  /** Read anew, and not written to the cache. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** As the agent reckons it; null when it does not. */
  readonly costUsd: number | null;
}

export interface LimitSeen {
  readonly name: string;
  readonly usedPercent: number;
  /** ISO instant. */
  readonly resetsAt: string | null;
  readonly seenAt: string;
}

/** What a line of a file told, and what has to be known for the next one: a plain value. */
export interface LineRead<S> {
  readonly state: S;
  readonly records: readonly UsageRecord[];
  readonly limits: readonly LimitSeen[];
}

export function nothingIn<S>(state: S): LineRead<S> {
  return { state, records: [], limits: [] };
}

/** Numbers of others: no part of a token, none below zero, none that cannot be added. */
export function toCount(value: number | null | undefined): number {
  const count = Math.trunc(value ?? 0);
  return Number.isFinite(count) ? Math.min(Math.max(0, count), 1e12) : 0;
}

/** Undefined for what is no instant, or one that nobody lived in. */
export function toInstant(value: string | number | undefined): string | undefined {
  const ms = typeof value === 'number' ? value : Date.parse(value ?? '');
  return ms > 0 && ms < 4e12 ? new Date(ms).toISOString() : undefined;
}

export function parseObject(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
