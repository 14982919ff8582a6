import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';

/** About 4 MB at once. */
const mergedPages = 1000;

/**
 * A part of the work that takes the words of removed rows off the disk: removing a row only marks them in a full-text index
 * that keeps no texts. Called until it is true; `isFirst` begins anew.
 */
export async function squeezeWords<DB>(
  db: Kysely<DB> | Transaction<DB>,
  table: string,
  isFirst: boolean,
): Promise<boolean> {
  const index = sql.table(table);
  const before = await countChanges(db);
  const pages = isFirst ? -mergedPages : mergedPages;
  await sql`insert into ${index} (${sql.ref(table)}, rank) values ('merge', ${pages})`.execute(db);
  // Fewer than two: it had nothing to do.
  return !isFirst && (await countChanges(db)) - before < 2;
}

async function countChanges<DB>(db: Kysely<DB> | Transaction<DB>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select total_changes() as count`.execute(db);
  return rows[0]?.count ?? 0;
}
