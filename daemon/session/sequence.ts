/** Runs what belongs to one key in the order it was asked for, one after the other; keys do not wait for each other. */
export class Sequences {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(key) ?? Promise.resolve();
    const current = previous.then(work, work);
    this.#tails.set(key, current);
    const forget = (): void => {
      if (this.#tails.get(key) === current) this.#tails.delete(key);
    };
    current.then(forget, forget);
    return current;
  }

  /** Resolves when everything asked for so far has ended, however it ended. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#tails.values());
  }
}
