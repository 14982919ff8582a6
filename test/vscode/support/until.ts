/** Waiting for something to become true, with a deadline; never for time to pass. */
import { setTimeout as delay } from 'node:timers/promises';

const defaultMs = 90_000;
const defaultEveryMs = 50;

interface UntilOptions {
  readonly withinMs?: number;
  /** The pause between two questions, longer where asking is much work for the window. */
  readonly everyMs?: number;
  readonly describe?: () => Promise<string>;
}

/**
 * The first value of `probe` that is neither undefined nor false; asked every `everyMs` (50 ms).
 * @throws after `withinMs` (90 s): `what`, and what `describe` says the state was.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  options: UntilOptions = {},
): Promise<T> {
  const deadline = Date.now() + (options.withinMs ?? defaultMs);
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) break;
    await delay(options.everyMs ?? defaultEveryMs);
  }
  const seen = options.describe ? `; seen instead:\n${await options.describe()}` : '';
  throw new Error(`Waited in vain until ${what}${seen}`);
}
