import { sep } from 'node:path';

export type Trust = 'trusted' | 'distrusted' | 'undecided';

export interface TrustDecision {
  readonly root: string;
  readonly trusted: boolean;
}

/** True when `path` is `root` or lies below it; compares whole components of real paths. */
export function isInside(path: string, root: string): boolean {
  if (path === root) return true;
  return path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

/** The decision nearest to the folder holds; a folder under no decision is undecided. */
export function decideTrust(folder: string, decisions: readonly TrustDecision[]): Trust {
  const nearest = decisions
    .filter((decision) => isInside(folder, decision.root))
    .toSorted((left, right) => right.root.length - left.root.length)[0];
  if (nearest === undefined) return 'undecided';
  return nearest.trusted ? 'trusted' : 'distrusted';
}
