/** Waits for a condition of another process; there is nothing to await but asking again. */
import { setTimeout as pause } from 'node:timers/promises';

/** Asks every 2 ms until `probe` gives a value; throws after `limitMs`. A probe that throws has no value yet. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  limitMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await attempt(probe);
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs} ms for ${what} in vain`);
    await pause(2);
  }
}

async function attempt<T>(
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  try {
    return await probe();
  } catch {
    return undefined;
  }
}
