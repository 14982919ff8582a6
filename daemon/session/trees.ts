import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { listRunning, TreeRecord } from '../process/process.ts';

export interface TreeRoot {
  readonly pid: number;
  readonly startTime: number;
}

const recordEveryMs = 2000;

/** Who was ever seen below the process of a session, looked at every 2 s: what is re-parented later is still known. */
export class Trees implements Disposable {
  readonly #trees = new Map<SessionId, { readonly root: TreeRoot; readonly record: TreeRecord }>();
  readonly #onCounted: (id: SessionId, others: number) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `onCounted` tells how many processes beside the root live. */
  constructor(onCounted: (id: SessionId, others: number) => void) {
    this.#onCounted = onCounted;
  }

  begin(id: SessionId, root: TreeRoot): void {
    const known = this.#trees.get(id);
    if (known?.root.pid === root.pid && known.root.startTime === root.startTime) return;
    this.#trees.set(id, { root, record: new TreeRecord(root) });
    this.#timer ??= setInterval(() => this.#look(), recordEveryMs).unref();
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
    const entries = listRunning();
    for (const [id, { root, record }] of this.#trees) {
      const living = record.record(entries);
      this.#onCounted(id, living.filter((entry) => entry.pid !== root.pid).length);
    }
  }
}
