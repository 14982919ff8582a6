interface Waiter {
  readonly isSo: () => boolean;
  readonly done: (isSo: boolean) => void;
}

/** Who waits until something is so; asked again whenever anything changed. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();

  /** Resolves with false after `limitMs`. */
  until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    if (isSo()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (outcome: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(outcome);
      };
      const waiter: Waiter = { isSo, done };
      const timer = setTimeout(() => done(false), limitMs).unref();
      this.#waiters.add(waiter);
    });
  }

  look(): void {
    for (const { isSo, done } of this.#waiters) if (isSo()) done(true);
  }

  dispose(): void {
    for (const { done } of this.#waiters) done(false);
  }
}
