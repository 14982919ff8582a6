/** Waiting for something to become true, with a deadline; never for time to pass. */
import { setTimeout as delay } from 'node:timers/promises';

const defaultMs = 30_000;

/**
 * The first value of `probe` that is neither undefined nor false; asked every 50 ms.
 * @throws after `withinMs` (30 s): `what`, and what `describe` says the state was.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  options: { withinMs?: number; describe?: () => Promise<string> } = {},
): Promise<T> {
  const deadline = Date.now() + (options.withinMs ?? defaultMs);
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) break;
    await delay(50);
  }
  const seen = options.describe ? `; seen instead:\n${await options.describe()}` : '';
  throw new Error(`Waited in vain until ${what}${seen}`);
}
