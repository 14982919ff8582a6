/** Pure questions about a list of processes. A pid counts only together with its start time: numbers are used again. */

/** The part of a process that these questions read; `startTime` as `link/process` tells it. */
export interface TreeEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly startTime: number;
}

/** A list of processes by their parents: made once for all the questions of one look. */
export class Forest<E extends TreeEntry> {
  readonly entries: readonly E[];
  readonly #byPid: ReadonlyMap<number, E>;
  readonly #childrenOf: ReadonlyMap<number, readonly E[]>;

  constructor(entries: readonly E[]) {
    this.entries = entries;
    this.#byPid = new Map(entries.map((entry) => [entry.pid, entry]));
    this.#childrenOf = Map.groupBy(entries, (entry) => entry.ppid);
  }

  find(pid: number, startTime: number): E | undefined {
    const entry = this.#byPid.get(pid);
    return entry?.startTime === startTime ? entry : undefined;
  }

  childrenOf(pid: number): readonly E[] {
    return this.#childrenOf.get(pid) ?? [];
  }
}

/** The process and everything below it, parents first; empty when it is gone or the number belongs to another one. */
export function collectTree<E extends TreeEntry>(
  processes: readonly E[] | Forest<E>,
  root: { readonly pid: number; readonly startTime: number },
): E[] {
  const forest = toForest(processes);
  const rootEntry = forest.find(root.pid, root.startTime);
  if (rootEntry === undefined) return [];
  const tree = [rootEntry];
  const seen = new Set([rootEntry.pid]);
  for (const parent of tree) {
    for (const child of forest.childrenOf(parent.pid)) {
      // A child is never older than its parent; a loop can only come from a list torn while it was read.
      if (seen.has(child.pid) || child.startTime < parent.startTime) continue;
      seen.add(child.pid);
      tree.push(child);
    }
  }
  return tree;
}

function toForest<E extends TreeEntry>(processes: readonly E[] | Forest<E>): Forest<E> {
  return processes instanceof Forest ? processes : new Forest(processes);
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
  record<E extends TreeEntry>(processes: readonly E[] | Forest<E>): E[] {
    const forest = toForest(processes);
    const found = new Map<number, E>();
    for (const [pid, startTime] of this.#known) {
      const entry = found.has(pid) ? undefined : forest.find(pid, startTime);
      for (const member of entry === undefined ? [] : collectTree(forest, entry)) {
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
