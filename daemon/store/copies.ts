/** Copies that were made before a migration: what is removed from the database goes from them too. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { StoreContext } from './definition.ts';
import { findTrouble } from './failure.ts';

/** Everybody waits meanwhile, and nobody else has a copy open as a rule. */
const busyLimitMs = 200;

/**
 * Runs the method in each copy; one whose schema does not know what is asked, or that is damaged, is removed whole. One
 * that cannot be written just now stays, and rejects when the others are done: it may be needed yet.
 */
export async function runInCopies(
  backupDir: string,
  run: (db: Kysely<unknown>, context: StoreContext) => Promise<unknown>,
): Promise<void> {
  if (!existsSync(backupDir)) return;
  const failures: unknown[] = [];
  for (const name of readdirSync(backupDir).filter((file) => file.endsWith('.db'))) {
    const path = join(backupDir, name);
    try {
      await runInCopy(path, run);
    } catch (error) {
      if (['busy', 'full', 'io'].includes(findTrouble(error) ?? '')) failures.push(error);
      else rmSync(path);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function runInCopy(
  path: string,
  run: (db: Kysely<unknown>, context: StoreContext) => Promise<unknown>,
): Promise<void> {
  const raw = new Database(path, { timeout: busyLimitMs });
  try {
    // Without a log beside it: the copy stays one file.
    raw.pragma('journal_mode = DELETE');
    raw.pragma('secure_delete = ON');
    const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: raw }) });
    const now = new Date().toISOString();
    raw.exec('begin immediate');
    await run(db, { now, nextRevision: () => Promise.resolve(0), forget: alreadyForgetting });
    raw.exec('commit');
  } finally {
    raw.close();
  }
}

function alreadyForgetting(): void {
  return;
}
