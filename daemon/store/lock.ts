/** The lock that makes the daemon single: an exclusive transaction on a tiny database, ended by the kernel at any death. */
import { closeSync, constants, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { findTrouble } from './failure.ts';

export interface LockHolder extends Disposable {
  readonly path: string;
}

/**
 * Undefined when another process holds it. Throws `unsupportedPlatform` where the file system has no locks, as some network
 * drives do. Invariant: nothing else in this process opens the file (POSIX locks).
 */
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
    throw isWithoutLocks(error) ? withoutLocks(path, error) : error;
  }
  return { path, dispose: () => raw.close() };
}

function isWithoutLocks(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_IOERR_(RD)?LOCK$/.test(error.code);
}

function withoutLocks(path: string, cause: unknown): WaggleError {
  const directory = dirname(path);
  return new WaggleError(
    'unsupportedPlatform',
    `The file system of ${directory} has no working locks, as some network drives do not.`,
    { cause, fix: 'Let WAGGLE_HOME name a directory on a local disk.' },
  );
}
