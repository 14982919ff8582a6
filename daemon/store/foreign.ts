import Database from 'better-sqlite3';

const busyLimitMs = 200;

/**
 * Rows of a database that another program owns, read only; from within `*.store.ts`. Throws SQLite's error when it cannot be
 * read, is busy, or does not have the tables.
 */
export function readForeign<R>(
  path: string,
  query: string,
  values: readonly (string | number)[],
): R[] {
  const database = new Database(path, {
    readonly: true,
    fileMustExist: true,
    timeout: busyLimitMs,
  });
  try {
    return database.prepare<(string | number)[], R>(query).all(...values);
  } finally {
    database.close();
  }
}
