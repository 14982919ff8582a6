/** Ownership of resources: registered on the creating line, one owner each, disposed once in reverse order. */

/** `dispose` is synchronous and idempotent; what must wait is a `stop()` that returns a promise. */
export interface Disposable {
  dispose(): void;
}

/** A disposable that runs `release` once. */
export function toDisposable(release: () => void): Disposable {
  let disposed = false;
  return {
    dispose() {
      if (disposed) return;
      disposed = true;
      release();
    },
  };
}

/** Owns disposables. What is added after its disposal is disposed at once. */
export class DisposableStore implements Disposable {
  #owned: Disposable[] = [];
  #disposed = false;

  add<T extends Disposable>(owned: T): T {
    if (this.#disposed) owned.dispose();
    else this.#owned.push(owned);
    return owned;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const owned = this.#owned.reverse();
    this.#owned = [];
    for (const item of owned) item.dispose();
  }
}
