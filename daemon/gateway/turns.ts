/**
 * What is to be done for each of many connections, as sending them an event. It is done for a few milliseconds per turn of
 * the loop: a crowd keeps nobody else waiting, and what is added meanwhile for a connection is done with the rest.
 */

const turnMs = 8;

export class Turns {
  readonly #now: () => number;
  readonly #waiting = new Set<() => void>();
  #isPlanned = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(run: () => void): void {
    this.#waiting.add(run);
    this.#plan();
  }

  delete(run: () => void): void {
    this.#waiting.delete(run);
  }

  #plan(): void {
    if (this.#isPlanned || this.#waiting.size === 0) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#runSome();
      this.#plan();
    });
  }

  #runSome(): void {
    const endsAt = this.#now() + turnMs;
    for (const run of this.#waiting) {
      this.#waiting.delete(run);
      run();
      if (this.#now() >= endsAt) return;
    }
  }
}
