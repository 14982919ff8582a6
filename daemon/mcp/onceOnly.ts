import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Clock } from '../context.ts';

interface Kept {
  readonly arguments: string;
  readonly atMs: number;
  readonly result: Promise<unknown>;
}

const keptMs = 15 * 60_000;
const keptMax = 2000;

/**
 * What was asked for with a key is done once: a repeat gets the result of the first, also while that one is at work. What
 * was given up before it was done may be asked for again.
 */
export class OnceOnly {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** @throws WaggleError `conflict` when the key was used for something else; and whatever `act` rejects with. */
  async run<T>(
    { key, input }: { readonly key: string; readonly input: unknown },
    act: () => Promise<T>,
  ): Promise<T> {
    const known = this.#find(key);
    const text = JSON.stringify(input);
    if (known !== undefined && known.arguments !== text)
      throw new WaggleError('conflict', 'The idempotency key was used for another call.', {
        fix: 'Use a new key for each thing that is to be done.',
      });
    if (known !== undefined) {
      const outcome = await known.result.then(...outcomes);
      if (outcome.isDone) return outcome.value as T;
      if (this.#kept.get(key) === known) this.#kept.delete(key);
      return this.run({ key, input }, act);
    }
    const result = act();
    this.#kept.set(key, { arguments: text, atMs: this.#clock.monotonicMs(), result });
    try {
      return await result;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  #find(key: string): Kept | undefined {
    const now = this.#clock.monotonicMs();
    for (const [old, { atMs }] of this.#kept) {
      if (now - atMs < keptMs && this.#kept.size <= keptMax) break;
      this.#kept.delete(old);
    }
    return this.#kept.get(key);
  }
}

interface Outcome {
  readonly isDone: boolean;
  readonly value?: unknown;
}

/** The failure belongs to whoever asked first; the repeat tries for itself. */
const outcomes = [
  (value: unknown): Outcome => ({ isDone: true, value }),
  (_error: unknown): Outcome => ({ isDone: false }),
] as const;
