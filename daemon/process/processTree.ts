/** Pure questions about a list of processes. A pid counts only together with its start time: numbers are used again. */

/** The part of a process that these questions read; `startTime` as `link/process` tells it. */
export interface TreeEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly startTime: number;
}

/** The process and everything below it, parents first; empty when it is gone or the number belongs to another one. */
export function collectTree<E extends TreeEntry>(
  entries: readonly E[],
  root: { readonly pid: number; readonly startTime: number },
): E[] {
  const rootEntry = entries.find((entry) => isSame(entry, root));
  if (rootEntry === undefined) return [];
  const childrenOf = Map.groupBy(entries, (entry) => entry.ppid);
  const tree = [rootEntry];
  const seen = new Set([rootEntry.pid]);
  for (const parent of tree) {
    for (const child of childrenOf.get(parent.pid) ?? []) {
      // A child is never older than its parent; a loop can only come from a list torn while it was read.
      if (seen.has(child.pid) || child.startTime < parent.startTime) continue;
      seen.add(child.pid);
      tree.push(child);
    }
  }
  return tree;
}

function isSame(
  left: { readonly pid: number; readonly startTime: number },
  right: { readonly pid: number; readonly startTime: number },
): boolean {
  return left.pid === right.pid && left.startTime === right.startTime;
}

/**
 * Everybody who was ever seen below a root. Children stay known when their parent ends and they are given to another
 * process, and what they start is found through them.
 */
export class TreeRecord {
  readonly #known = new Map<number, number>();

  constructor(root: { readonly pid: number; readonly startTime: number }) {
    this.#known.set(root.pid, root.startTime);
  }

  /** Adds the trees of everybody known, and forgets who is gone. Returns who lives, the oldest first. */
  record<E extends TreeEntry>(entries: readonly E[]): E[] {
    const living = entries.filter((entry) => this.#known.get(entry.pid) === entry.startTime);
    const found = new Map<number, E>();
    for (const entry of living) {
      for (const member of found.has(entry.pid) ? [] : collectTree(entries, entry)) {
        found.set(member.pid, member);
      }
    }
    this.#known.clear();
    for (const member of found.values()) this.#known.set(member.pid, member.startTime);
    return [...found.values()].toSorted((left, right) => left.startTime - right.startTime);
  }

  /** Adds a process that was found in another way, by its marker. */
  add(entry: { readonly pid: number; readonly startTime: number }): void {
    this.#known.set(entry.pid, entry.startTime);
  }
}
