import type { ProcessEntry } from '../../link/process/process.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { TreeEntry } from '../process/process.ts';
import {
  Forest,
  listRunning,
  MarkerScan,
  RunningProcesses,
  TreeRecord,
} from '../process/process.ts';

export interface TreeRoot {
  readonly pid: number;
  readonly startTime: number;
}

const recordEveryMs = 2000;
const nobody: TreeRoot = { pid: -1, startTime: -1 };

/** Who was ever seen below the process of a session, looked at every 2 s: what is re-parented later is still known. */
export class Trees implements Disposable {
  readonly #trees = new Map<SessionId, { readonly root: TreeRoot; readonly record: TreeRecord }>();
  readonly #onCounted: (id: SessionId, others: number) => void;
  /** Kept, because many sessions may end at once. */
  readonly #marks = new MarkerScan('WAGGLE_SESSION_ID', () => false);
  readonly #running = new RunningProcesses();
  #others = new Set<number>();
  /** Undefined: somebody was added since, who has to be looked for among the same. */
  #seen: readonly ProcessEntry[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `onCounted` tells how many processes beside the root live. */
  constructor(onCounted: (id: SessionId, others: number) => void) {
    this.#onCounted = onCounted;
  }

  begin(id: SessionId, root: TreeRoot): void {
    const known = this.#trees.get(id);
    if (known?.root.pid === root.pid && known.root.startTime === root.startTime) return;
    this.#trees.set(id, { root, record: new TreeRecord(root) });
    this.#seen = undefined;
    this.#timer ??= setInterval(() => this.#look(), recordEveryMs).unref();
  }

  /**
   * Adds who carries the marker of a session, also when nobody saw it below the root, or its root ended before we could.
   * Returns how many live beside the root. Reads the environment of every process that it has not seen before: for the
   * end of a session, not for every look.
   */
  addMarked(id: SessionId): number {
    if (!this.#trees.has(id)) this.begin(id, nobody);
    const tree = this.#trees.get(id);
    if (tree === undefined) return 0;
    this.#seen = undefined;
    const entries = listRunning();
    for (const entry of this.#marks.find(entries, (value) => value === id)) tree.record.add(entry);
    return countOthers(tree.record.record(entries), tree.root);
  }

  /** Who of `entries` belongs to which session. */
  membersOf<E extends TreeEntry>(entries: readonly E[]): Map<SessionId, E[]> {
    const forest = new Forest(entries);
    return new Map([...this.#trees].map(([id, { record }]) => [id, record.record(forest)]));
  }

  recordOf(id: SessionId): TreeRecord | undefined {
    return this.#trees.get(id)?.record;
  }

  forget(id: SessionId): void {
    this.#trees.delete(id);
    if (this.#trees.size === 0) this.dispose();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const running = this.#running.look(this.#others);
    if (running === this.#seen) return;
    this.#seen = running;
    const forest = new Forest(running);
    this.#others = new Set();
    for (const [id, { root, record }] of this.#trees) {
      const living = record.record(forest);
      const others = countOthers(living, root);
      // Of the end of a root its host tells; of those beside it nobody does.
      if (others > 0) for (const { pid } of living) this.#others.add(pid);
      this.#onCounted(id, others);
    }
  }
}

function countOthers(living: readonly TreeRoot[], root: TreeRoot): number {
  return living.filter((entry) => entry.pid !== root.pid).length;
}
