/** The lock that makes the daemon single: an exclusive transaction on a tiny database, ended by the kernel at any death. */
import { closeSync, constants, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { findTrouble } from './failure.ts';

export interface LockHolder extends Disposable {
  readonly path: string;
}

/** Undefined when another process holds it. Invariant: nothing else in this process opens the file (POSIX locks). */
export function acquireLock(path: string): LockHolder | undefined {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants;
  closeSync(openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600));
  const raw = new Database(path, { timeout: 0 });
  try {
    raw.pragma('journal_mode = MEMORY');
    raw.exec('begin exclusive');
  } catch (error) {
    raw.close();
    if (findTrouble(error) === 'busy') return undefined;
    throw error;
  }
  return { path, dispose: () => raw.close() };
}
