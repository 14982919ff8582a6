import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import { defineStore, squeezeWords } from '../store/store.ts';

interface PieceTable {
  /** Names it in the index of words. */
  id: number;
  session_id: string;
  generation: number;
  seq: number;
  end: number;
  at: string | null;
  is_tail: number;
}

interface CursorTable {
  session_id: string;
  generation: number;
  seq: number;
}

export interface SearchTables {
  output_piece: PieceTable;
  output_cursor: CursorTable;
}

export interface IndexCursor {
  readonly sessionId: string;
  readonly generation: number;
  /** Up to where it was read. */
  readonly seq: number;
}

export interface NewPiece {
  /** The end of what was written until now: it is read again with what follows. */
  readonly isTail: boolean;
  readonly seq: number;
  readonly end: number;
  readonly at: string | null;
  readonly words: string;
}

export interface FoundPiece {
  readonly id: number;
  readonly sessionId: string;
  readonly generation: number;
  readonly seq: number;
  readonly end: number;
  readonly at: string | null;
}

/** Words of kept output. The text itself is in the output alone: with it goes what can be shown. */
export const searchStore = defineStore<SearchTables>()({
  name: 'search',
  migrations: [{ version: 440, up: createTables }],
  methods: {
    async load(db, _params: Record<string, never>): Promise<IndexCursor[]> {
      const rows = await db.selectFrom('output_cursor').selectAll().execute();
      return rows.map(({ session_id: sessionId, generation, seq }) => ({
        ...{ sessionId, generation, seq },
      }));
    },

    async add(
      db,
      { cursor, pieces }: { readonly cursor: IndexCursor; readonly pieces: readonly NewPiece[] },
    ): Promise<void> {
      const { sessionId, generation, seq } = cursor;
      await dropTail(db, sessionId, generation);
      for (const { words, isTail, ...piece } of pieces) {
        const own = { session_id: sessionId, generation, is_tail: isTail ? 1 : 0 };
        const values = { ...own, ...piece } as PieceTable;
        const { id } = await db
          .insertInto('output_piece')
          .values(values)
          .returning('id')
          .executeTakeFirstOrThrow();
        await sql`insert into output_word (rowid, words) values (${id}, ${words})`.execute(db);
      }
      await db
        .insertInto('output_cursor')
        .values({ session_id: sessionId, generation, seq })
        .onConflict((conflict) => conflict.column('session_id').doUpdateSet({ generation, seq }))
        .execute();
    },

    /** The best first. */
    async find(
      db,
      params: { readonly match: string; readonly sessionId: string | null; readonly limit: number },
    ): Promise<FoundPiece[]> {
      const { match, sessionId, limit } = params;
      const within = sessionId === null ? sql`` : sql`and p.session_id = ${sessionId}`;
      const { rows } = await sql<PieceTable>`select p.* from output_word w
        join output_piece p on p.id = w.rowid
        where output_word match ${match} ${within} order by w.rank, p.id desc limit ${limit}`.execute(
        db,
      );
      return rows.map(({ session_id, is_tail: _tail, ...piece }) => ({
        ...piece,
        sessionId: session_id,
      }));
    },

    /**
     * A part of the work that takes the words of removed pieces off the disk: removing marks them only. Called until it is
     * over; `isFirst` begins anew.
     */
    async squeeze(
      db,
      { isFirst }: { readonly isFirst: boolean },
      context,
    ): Promise<{ readonly isOver: boolean }> {
      const isOver = await squeezeWords(db, 'output_word', isFirst);
      if (isOver) context.forget();
      return { isOver };
    },

    /** Pieces that end at or before a position, or are of an earlier generation than is kept. */
    async prune(
      db,
      params: {
        readonly sessionId: string;
        readonly generation: number;
        readonly before: number;
      },
      context,
    ): Promise<{ readonly isChanged: boolean }> {
      const { sessionId, generation, before } = params;
      const old = sql`session_id = ${sessionId} and
        (generation < ${generation} or (generation = ${generation} and "end" <= ${before}))`;
      const { rows } = await sql<{
        id: number;
      }>`select id from output_piece where ${old} limit 1`.execute(db);
      if (rows.length === 0) return { isChanged: false };
      context.forget();
      await sql`delete from output_word where rowid in (select id from output_piece where ${old})`.execute(
        db,
      );
      await sql`delete from output_piece where ${old}`.execute(db);
      return { isChanged: true };
    },

    async remove(
      db,
      { sessionId }: { readonly sessionId: string },
      context,
    ): Promise<{ readonly isChanged: boolean }> {
      const known = await db
        .selectFrom('output_cursor')
        .select('seq')
        .where('session_id', '=', sessionId)
        .executeTakeFirst();
      if (known === undefined) return { isChanged: false };
      context.forget();
      const indexed = sql`select id from output_piece where session_id = ${sessionId}`;
      await sql`delete from output_word where rowid in (${indexed})`.execute(db);
      await db.deleteFrom('output_piece').where('session_id', '=', sessionId).execute();
      await db.deleteFrom('output_cursor').where('session_id', '=', sessionId).execute();
      return { isChanged: true };
    },
  },
});

async function dropTail(
  db: Kysely<SearchTables> | Transaction<SearchTables>,
  sessionId: string,
  generation: number,
): Promise<void> {
  const tail = await db
    .selectFrom('output_piece')
    .select('id')
    .where('session_id', '=', sessionId)
    .where('generation', '=', generation)
    .where('is_tail', '=', 1)
    .executeTakeFirst();
  if (tail === undefined) return;
  await sql`delete from output_word where rowid = ${tail.id}`.execute(db);
  await db.deleteFrom('output_piece').where('id', '=', tail.id).execute();
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`create table output_piece (
    id integer primary key autoincrement, session_id text not null, generation integer not null,
    seq integer not null, "end" integer not null, at text, is_tail integer not null)`.execute(db);
  await sql`create index output_piece_tail on output_piece (session_id) where is_tail = 1`.execute(
    db,
  );
  await sql`create index output_piece_session on output_piece (session_id, generation, seq)`.execute(
    db,
  );
  await sql`create table output_cursor (
    session_id text primary key, generation integer not null, seq integer not null)`.execute(db);
  await sql`create virtual table output_word using fts5(
    words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')`.execute(db);
}
