/** Damaged databases: found at the start, put aside by renaming, never deleted. */
import { existsSync, renameSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';
import { findTrouble } from './failure.ts';

/** Up to here `quick_check` takes well under 5 s; beyond it runs beside the serving worker. */
const inlineCheckBytes = 256 * 1024 * 1024;

export interface OpenedDatabase {
  readonly connection: Connection;
  /** Where the damaged predecessor lies now. */
  readonly putAside: string | undefined;
  readonly needsBackgroundCheck: boolean;
}

/** Opens what is there when it is sound, else puts it aside and opens a fresh one. */
export function openSound(path: string): OpenedDatabase {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const inline = bytes <= inlineCheckBytes;
  const connection = tryOpen(path, inline && bytes > 0);
  if (connection !== undefined)
    return { connection, putAside: undefined, needsBackgroundCheck: !inline };
  const putAside = putAsideDatabase(path);
  return { connection: openConnection(path), putAside, needsBackgroundCheck: false };
}

/** Undefined when the file is damaged; other failures are thrown. */
function tryOpen(path: string, check: boolean): Connection | undefined {
  let connection: Connection | undefined;
  try {
    connection = openConnection(path);
    if (!check || isSound(connection.raw)) return connection;
  } catch (error) {
    connection?.close();
    if (findTrouble(error) === 'corrupt') return undefined;
    throw error;
  }
  connection.close();
  return undefined;
}

/** Whether `quick_check` finds nothing. */
function isSound(raw: Database.Database): boolean {
  return raw.pragma('quick_check(1)', { simple: true }) === 'ok';
}

/** Renames database, write-ahead log and shared memory together; returns the new path of the database. */
function putAsideDatabase(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
  return aside;
}

/** The same check on a connection of its own that only reads. */
export function checkBeside(path: string): boolean {
  const raw = new Database(path, { readonly: true, timeout: 5000 });
  try {
    return isSound(raw);
  } catch (error) {
    if (findTrouble(error) === 'corrupt') return false;
    throw error;
  } finally {
    raw.close();
  }
}
