/** Typed events inside one process. Listeners run synchronously in the order they were added. */
import type { Disposable } from './disposable.ts';
import { toDisposable } from './disposable.ts';

export type Listener<T> = (value: T) => void;
/** Subscribes a listener until the returned disposable is disposed. */
export type Event<T> = (listener: Listener<T>) => Disposable;

export class Emitter<T> implements Disposable {
  #listeners = new Set<{ readonly listener: Listener<T> }>();

  readonly event: Event<T> = (listener) => {
    const entry = { listener };
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  };

  /** Calls every listener; one that throws does not keep the value from the others, its error is rethrown at the end. */
  fire(value: T): void {
    const failures: unknown[] = [];
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0)
      throw failures.length === 1 ? failures[0] : new AggregateError(failures);
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
