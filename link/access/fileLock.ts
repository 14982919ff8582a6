/** The lock that an agent holds while it rewrites its file: a directory beside it, as proper-lockfile makes it. */
import { lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { hasCode } from '../home/home.ts';

/** Its holder touches it every few seconds; an older one was left behind by a process that is gone. */
const staleMs = 10_000;
const patienceMs = 5000;
const stepMs = 50;

/** Runs while nobody else writes. @throws WaggleError `busy` when the lock does not become free. */
export async function withFileLock<T>(directory: string | undefined, run: () => T): Promise<T> {
  if (directory === undefined) return run();
  const until = Date.now() + patienceMs;
  while (!take(directory)) {
    if (Date.now() > until)
      throw new WaggleError('busy', `Another program holds ${directory}.`, { fix: 'Try again.' });
    await delay(stepMs);
  }
  try {
    return run();
  } finally {
    rmdirSync(directory);
  }
}

function take(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    // The file's own directory is missing: nobody else can be writing there.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const made = lstatSync(directory, { throwIfNoEntry: false });
  if (made?.isDirectory() === true && Date.now() - made.mtimeMs > staleMs) rmdirSync(directory);
  return false;
}
