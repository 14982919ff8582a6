/**
 * Who has events to be sent. They go out for a few milliseconds per turn of the loop: a crowd that listens keeps nobody
 * else waiting, and what is published meanwhile leaves together.
 */

export interface Listening {
  /** Sends all events that wait for it. */
  sendWaiting(): void;
}

const turnMs = 8;

export class EventTurns {
  readonly #now: () => number;
  readonly #listening = new Set<Listening>();
  #isPlanned = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(one: Listening): void {
    this.#listening.add(one);
    this.#plan();
  }

  delete(one: Listening): void {
    this.#listening.delete(one);
  }

  #plan(): void {
    if (this.#isPlanned || this.#listening.size === 0) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#send();
      this.#plan();
    });
  }

  #send(): void {
    const endsAt = this.#now() + turnMs;
    for (const one of this.#listening) {
      this.#listening.delete(one);
      one.sendWaiting();
      if (this.#now() >= endsAt) return;
    }
  }
}
