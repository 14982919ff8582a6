/** Input that was sent or waits to be sent, by its number, until the host answered. Survives a change of connection. */
import type { InputOutcome } from '../../protocol/wire/mark.ts';

interface Pending {
  readonly bytes: Uint8Array;
  readonly settle: (outcome: InputOutcome) => void;
}

export class PendingInput {
  readonly #pending = new Map<number, Pending>();
  #last: number;

  /** `last`: the highest number that the host knows of this client. */
  constructor(last: number) {
    this.#last = last;
  }

  /** Gives the bytes the next number; `settle` is called once with the outcome. */
  add(bytes: Uint8Array, settle: (outcome: InputOutcome) => void): number {
    this.#last += 1;
    this.#pending.set(this.#last, { bytes, settle });
    return this.#last;
  }

  /** An answer for a number that nobody waits for is a repeat and means nothing. */
  answer(number: number, outcome: InputOutcome): void {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    pending?.settle(outcome);
  }

  /** What to send again after a reconnect, in order and under the same numbers. */
  list(): readonly (readonly [number, Uint8Array])[] {
    return [...this.#pending].map(([number, { bytes }]) => [number, bytes] as const);
  }

  /** Nobody will answer any more. */
  end(): void {
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { settle } of waiting) settle('ended');
  }
}
