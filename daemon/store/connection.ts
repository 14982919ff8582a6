/** One open database: private, write-ahead, flushed at every commit. */
import { closeSync, constants, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Statements } from './statements.ts';

export const busyTimeoutMs = 5000;
const fullSync = 2;
const journalLimitBytes = 16 * 1024 * 1024;

export interface Connection {
  readonly raw: Database.Database;
  /** Runs in whatever transaction `raw` has open; never opens one itself. */
  readonly db: Kysely<unknown>;
  close(): void;
}

/** Creates the file (0600) when it is missing. Throws SQLite's error when it is no database. */
export function openConnection(path: string): Connection {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants;
  closeSync(openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600));
  const raw = new Database(path, { timeout: busyTimeoutMs });
  try {
    raw.pragma('journal_mode = WAL');
    raw.pragma('synchronous = FULL');
    raw.pragma('wal_autocheckpoint = 0');
    raw.pragma('foreign_keys = ON');
    raw.pragma(`journal_size_limit = ${journalLimitBytes}`);
    raw.pragma('trusted_schema = OFF');
    // What is removed is overwritten, not only unlinked.
    raw.pragma('secure_delete = ON');
  } catch (error) {
    raw.close();
    throw error;
  }
  const database = new Statements(raw);
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  return { raw, db, close: () => database.close() };
}

/** Some builds fall back to NORMAL at the first write in WAL mode. True when it had to be set again. */
export function restoreFullSync(raw: Database.Database): boolean {
  if (raw.pragma('synchronous', { simple: true }) === fullSync) return false;
  raw.pragma('synchronous = FULL');
  return true;
}
