/** One order out of several: reciprocal ranks, then what speaks for a fact beside its words. */

import type { Way } from './recalled.ts';

/** The best first; what is equally good has the same score. */
export interface Ranking {
  readonly way: Way;
  readonly found: readonly { readonly id: string; readonly score: number }[];
}

export interface Fused {
  readonly id: string;
  readonly score: number;
  readonly ways: readonly Way[];
}

/** Cormack, Clarke and Büttcher 2009: how little the first places differ. */
const flatness = 60;
/** Substrings find much that is meant otherwise: they help, and do not lead. */
const weights: Readonly<Record<Way, number>> = { words: 1, parts: 0.5, meaning: 1 };

export function fuse(rankings: readonly Ranking[]): Fused[] {
  const fused = new Map<string, { score: number; ways: Way[] }>();
  for (const ranking of rankings) {
    let rank = 0;
    for (const [place, { id, score }] of ranking.found.entries()) {
      if (score !== ranking.found[rank]?.score) rank = place;
      const one = fused.get(id) ?? { score: 0, ways: [] };
      one.score += weights[ranking.way] / (flatness + rank + 1);
      one.ways.push(ranking.way);
      fused.set(id, one);
    }
  }
  return [...fused]
    .map(([id, { score, ways }]) => ({ id, score, ways }))
    .toSorted((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1));
}

/** What is known of a fact beside its text. */
export interface Standing {
  /** Milliseconds since it was learned or last used, whichever is later. */
  readonly ageMs: number;
  readonly uses: number;
  readonly isPinned: boolean;
  /** How near its scope is to who asks: own role or worktree, the repository, the person, everywhere. */
  readonly scope: 'own' | 'repository' | 'person' | 'everywhere';
}

const halfLifeMs = 90 * 24 * 3600 * 1000;
const scopeWeights: Readonly<Record<Standing['scope'], number>> = {
  own: 1.015,
  repository: 1.01,
  person: 1.005,
  everywhere: 1,
};

/**
 * A factor of the score. All of it together moves a fact by some three places among its like, for neighbouring ranks differ
 * by 1.6 %: what answers the question stays before what is merely new.
 */
export function standingWeight({ ageMs, uses, isPinned, scope }: Standing): number {
  const recency = 1 + 0.02 * 0.5 ** (Math.max(0, ageMs) / halfLifeMs);
  const use = 1 + 0.002 * Math.min(4, Math.log2(1 + uses));
  return recency * use * (isPinned ? 1.01 : 1) * scopeWeights[scope];
}
