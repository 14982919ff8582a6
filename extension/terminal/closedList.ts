/** Whose tabs were closed, newest last, so that each close can be undone, one after the other. */
import type { SessionId } from '../../protocol/wire/brand.ts';

/** `endedGeneration`: the close ended that process, so its undo starts the session again. */
export interface ClosedSession {
  readonly sessionId: string;
  readonly endedGeneration?: number;
}

/** What is stored between two lives of a window: the editor's `Memento`, as far as it is needed. */
export interface ClosedMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const closedKey = 'waggle.closed';
const closedMax = 20;

export class ClosedList {
  readonly #memory: ClosedMemory;

  constructor(memory: ClosedMemory) {
    this.#memory = memory;
  }

  add(sessionId: SessionId): void {
    this.#store([...this.#without(sessionId), { sessionId }]);
  }

  /** The close that was added last for this session ended its process. */
  markEnded(sessionId: SessionId, generation: number): void {
    const marked = this.#list().map((closed) =>
      closed.sessionId === sessionId ? { sessionId, endedGeneration: generation } : closed,
    );
    this.#store(marked);
  }

  /** Takes out the newest that `isThere`, and drops what is newer and is not. */
  take(isThere: (sessionId: string) => boolean): ClosedSession | undefined {
    const left = this.#list();
    let closed = left.pop();
    while (closed !== undefined && !isThere(closed.sessionId)) closed = left.pop();
    this.#store(left);
    return closed;
  }

  #without(sessionId: string): ClosedSession[] {
    return this.#list().filter((closed) => closed.sessionId !== sessionId);
  }

  #list(): ClosedSession[] {
    const stored = this.#memory.get(closedKey);
    return Array.isArray(stored) ? stored.flatMap(toClosed) : [];
  }

  #store(closed: readonly ClosedSession[]): void {
    void this.#memory.update(closedKey, closed.slice(-closedMax));
  }
}

/** Windows of earlier versions stored the id alone. */
function toClosed(stored: unknown): ClosedSession[] {
  if (typeof stored === 'string') return [{ sessionId: stored }];
  if (typeof stored !== 'object' || stored === null || !('sessionId' in stored)) return [];
  const { sessionId } = stored;
  if (typeof sessionId !== 'string') return [];
  const ended = 'endedGeneration' in stored ? stored.endedGeneration : undefined;
  return [{ sessionId, ...(typeof ended === 'number' ? { endedGeneration: ended } : {}) }];
}
