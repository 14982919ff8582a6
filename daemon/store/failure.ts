/** SQLite's failures as codes of the catalog. */
import Database from 'better-sqlite3';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** `unflushed`: what was written may be lost although the next flush succeeds. */
export type SqliteTrouble = 'busy' | 'full' | 'corrupt' | 'unflushed' | 'io' | 'other';

/** What kind of trouble a thrown value is; undefined when SQLite did not throw it. */
export function findTrouble(error: unknown): SqliteTrouble | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  if (error.code.startsWith('SQLITE_BUSY') || error.code === 'SQLITE_LOCKED') return 'busy';
  if (error.code === 'SQLITE_FULL') return 'full';
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB') return 'corrupt';
  if (error.code.endsWith('FSYNC')) return 'unflushed';
  return error.code.startsWith('SQLITE_IOERR') ? 'io' : 'other';
}

/** Typed errors stay what they are. */
export function toStoreError(error: unknown): WaggleError {
  if (error instanceof WaggleError) return error;
  switch (findTrouble(error)) {
    case 'busy':
      return new WaggleError('busy', 'Another program has locked the database for too long.', {
        cause: error,
        fix: 'Close the other program that has waggle.db open.',
      });
    case 'full':
      return new WaggleError('diskFull', 'The disk is full; nothing new is recorded.', {
        cause: error,
        fix: 'Free some space; Waggle goes on by itself.',
      });
    case 'corrupt':
      return new WaggleError('databaseCorrupt', undefined, {
        cause: error,
        fix: 'waggle daemon restart puts the damaged file aside and starts a new one.',
      });
    case 'unflushed':
      return unflushedError(error);
    default:
      return new WaggleError(
        'internal',
        `The database failed: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
  }
}

export function unflushedError(cause: unknown): WaggleError {
  return new WaggleError('internal', 'The disk lost what was written; nothing new is recorded.', {
    cause,
    fix: 'waggle daemon restart, once the disk is well.',
  });
}
