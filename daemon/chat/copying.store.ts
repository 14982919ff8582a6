/** The journal of one chat as the beginning of another's. */
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { ChatTables } from './chatTables.store.ts';

export interface Copying {
  readonly from: string;
  readonly to: string;
  readonly revision: number;
}

export interface CopiedJournal {
  /** Position of the last entry. */
  readonly end: number;
  /** The last turn. */
  readonly turns: number;
}

/**
 * Once: what was copied before the daemon died stays as it is, for meanwhile more may have been said in the other chat, or
 * it may be gone.
 */
export async function copyJournal(
  db: Kysely<ChatTables> | Transaction<ChatTables>,
  { from, to, revision }: Copying,
): Promise<CopiedJournal> {
  const known = await findLast(db, to);
  if (known.end > 0) return known;
  await sql`insert into chat_entry (session_id, position, key, turn, is_open, at, parent, content, revision)
    select ${to}, position, key, turn, 0, at, parent, content, ${revision}
    from chat_entry where session_id = ${from} and is_open = 0`.execute(db);
  await sql`insert into chat_attachment (session_id, position, number, name, media_type, data)
    select ${to}, position, number, name, media_type, data
    from chat_attachment where session_id = ${from}`.execute(db);
  return findLast(db, to);
}

async function findLast(
  db: Kysely<ChatTables> | Transaction<ChatTables>,
  sessionId: string,
): Promise<CopiedJournal> {
  const found = await db
    .selectFrom('chat_entry')
    .select((select) => [select.fn.max('position').as('end'), select.fn.max('turn').as('turns')])
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return { end: found?.end ?? 0, turns: found?.turns ?? 0 };
}
