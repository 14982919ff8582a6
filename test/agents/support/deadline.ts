/** Waiting in tests: for a condition, with a deadline and a sentence that says what was missing. Never for a time. */
import { setTimeout as delay } from 'node:timers/promises';

/** Deadlines are generous: they end a hanging test, they measure nothing. */
export const defaultDeadlineMs = 30_000;

export interface Wait {
  /** What is waited for, as the object of "waited for …". */
  what: string | (() => string);
  deadlineMs?: number | undefined;
}

/** Thrown when a deadline passes. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(wait: Wait) {
    const what = typeof wait.what === 'string' ? wait.what : wait.what();
    super(`waited ${wait.deadlineMs ?? defaultDeadlineMs} ms in vain for ${what}`);
  }
}

/** The first defined value of `find`, asked now and whenever a listener is told. Throws `DeadlineError`. */
export function untilTold<T>(
  listeners: Set<() => void>,
  find: () => T | undefined,
  wait: Wait,
): Promise<T> {
  const found = find();
  if (found !== undefined) return Promise.resolve(found);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      listeners.delete(ask);
      reject(new DeadlineError(wait));
    }, wait.deadlineMs ?? defaultDeadlineMs);
    const ask = (): void => {
      const value = find();
      if (value === undefined) return;
      clearTimeout(timer);
      listeners.delete(ask);
      resolve(value);
    };
    listeners.add(ask);
  });
}

/** The first defined value of `find`, for what nobody tells (processes, files): asked every 25 ms. Throws `DeadlineError`. */
export async function untilFound<T>(find: () => T | undefined, wait: Wait): Promise<T> {
  const end = Date.now() + (wait.deadlineMs ?? defaultDeadlineMs);
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new DeadlineError(wait);
    await delay(25);
  }
}
