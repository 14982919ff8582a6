import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import { defineStore, squeezeWords } from '../store/store.ts';
import type { ChatTables, EntryTable } from './chatTables.store.ts';
import { createTables } from './chatTables.store.ts';
import type { CopiedJournal } from './copying.store.ts';
import { copyJournal } from './copying.store.ts';
import type { OpenEntry } from './journal.ts';
import type { KeptChat } from './kept.ts';
import { wordsOf } from './searching.ts';

/** A piece for the standard input of a process. */
export interface Outgoing {
  readonly number: number;
  readonly generation: number;
  readonly bytes: Uint8Array;
  /** The message whose piece it is; null: what the protocol needs. */
  readonly messageId: string | null;
}

/** Up to where the output of a process was read, and what the provider made of it. */
export interface Cursor {
  readonly generation: number;
  readonly seq: number;
  readonly state: Readonly<Record<string, unknown>>;
  readonly isDropping: boolean;
}

/** Everything that changed together. What is read, what follows from it and what is answered is one transaction. */
export interface Commit {
  readonly sessionId: string;
  readonly chat: KeptChat | undefined;
  readonly cursor: Cursor | undefined;
  /** `restart`: earlier pieces are of a line that has ended. */
  readonly carry: { readonly restart: boolean; readonly bytes: Uint8Array | undefined };
  readonly entries: readonly OpenEntry[];
  readonly attachments: readonly KeptAttachment[];
  readonly out: readonly Outgoing[];
  /** Numbers that were taken by the process, or are for nobody any more. */
  readonly settled: readonly number[];
}

export interface KeptAttachment {
  readonly position: number;
  readonly number: number;
  readonly name: string;
  readonly mediaType: string;
  readonly data: string;
}

export interface LoadedChat {
  readonly sessionId: string;
  readonly chat: KeptChat;
  readonly revision: number;
  readonly end: number;
  /** Those that may still change, and those of the turn that runs. */
  readonly entries: OpenEntry[];
}

export interface LoadedProcess {
  readonly cursor: Cursor | undefined;
  readonly carry: Uint8Array;
  readonly out: Outgoing[];
}

export interface EntryPage {
  readonly entries: Entry[];
  readonly more: boolean;
}

type Database = Kysely<ChatTables> | Transaction<ChatTables>;
type BySession = { readonly sessionId: string };

const pageMaxChars = 1024 * 1024;
const indexedMaxChars = 100_000;

export const chatStore = defineStore<ChatTables>()({
  name: 'chat',
  migrations: [{ version: 400, up: createTables }],
  methods: {
    async load(db, _params: Record<string, never>): Promise<LoadedChat[]> {
      const rows = await db.selectFrom('chat').selectAll().execute();
      const loaded: LoadedChat[] = [];
      for (const row of rows) {
        const chat: KeptChat = JSON.parse(row.value);
        const entries = await listLive(db, row.session_id, chat.turn?.number);
        const end = await findEnd(db, row.session_id);
        loaded.push({ sessionId: row.session_id, chat, revision: row.revision, end, entries });
      }
      return loaded;
    },

    async loadProcess(db, { sessionId }: BySession): Promise<LoadedProcess> {
      const of = 'session_id';
      const cursors = db.selectFrom('chat_cursor').selectAll().where(of, '=', sessionId);
      const row = await cursors.executeTakeFirst();
      const carries = db.selectFrom('chat_carry').selectAll().where(of, '=', sessionId);
      const pieces = await carries.orderBy('number').execute();
      const outs = db.selectFrom('chat_out').selectAll().where(of, '=', sessionId);
      const out = await outs.orderBy('number').execute();
      return {
        cursor: row && {
          generation: row.generation,
          seq: row.seq,
          state: JSON.parse(row.state) as Cursor['state'],
          isDropping: row.is_dropping === 1,
        },
        carry: Buffer.concat(pieces.map(({ bytes }) => bytes)),
        out: out.map(({ number, generation, bytes, message_id: messageId }) => {
          return { number, generation, bytes, messageId };
        }),
      };
    },

    async commit(db, commit: Commit, context): Promise<{ readonly revision: number }> {
      const revision = await context.nextRevision();
      const { sessionId } = commit;
      if (commit.chat !== undefined) await saveChat(db, sessionId, { ...commit, revision });
      for (let from = 0; from < commit.entries.length; from += entriesAtOnce)
        await saveEntries(db, commit.entries.slice(from, from + entriesAtOnce), {
          sessionId,
          revision,
        });
      for (const attachment of commit.attachments) await saveAttachment(db, sessionId, attachment);
      await saveProcess(db, commit);
      return { revision };
    },

    /** `back`: those before `from`, the nearest to it. In order in any case. */
    async read(
      db,
      params: BySession & { readonly from: number; readonly back: boolean; readonly limit: number },
    ): Promise<EntryPage> {
      const { sessionId, from, back, limit } = params;
      const rows = await db
        .selectFrom('chat_entry')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('position', back ? '<' : '>=', from)
        .orderBy('position', back ? 'desc' : 'asc')
        .limit(limit + 1)
        .execute();
      const fitting = takeFitting(rows.slice(0, limit));
      const entries = fitting.map(toEntry);
      return { entries: back ? entries.toReversed() : entries, more: fitting.length < rows.length };
    },

    /** What changed after a revision, in the order of the journal. */
    async readSince(
      db,
      params: BySession & { readonly since: number; readonly limit: number },
    ): Promise<EntryPage> {
      const rows = await db
        .selectFrom('chat_entry')
        .selectAll()
        .where('session_id', '=', params.sessionId)
        .where('revision', '>', params.since)
        .orderBy('position')
        .limit(params.limit + 1)
        .execute();
      const fitting = takeFitting(rows.slice(0, params.limit));
      return { entries: fitting.map(toEntry), more: fitting.length < rows.length };
    },

    /** The newest prompt. */
    async findPrompt(
      db,
      { sessionId }: BySession,
    ): Promise<{ text: string; attachments: KeptAttachment[] } | undefined> {
      const row = await db
        .selectFrom('chat_entry')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('content', 'like', '{"kind":"prompt"%')
        .orderBy('position', 'desc')
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const content: EntryContent = JSON.parse(row.content);
      const attachments = await listAttachments(db, sessionId, row.position);
      return { text: content.kind === 'prompt' ? content.text : '', attachments };
    },

    /** Entries in which a query of words is found, the best first. */
    async search(
      db,
      params: { readonly match: string; readonly sessionId: string | null; readonly limit: number },
    ): Promise<{ readonly sessionId: string; readonly entry: Entry }[]> {
      const { match, sessionId, limit } = params;
      const within = sessionId === null ? sql`` : sql`and e.session_id = ${sessionId}`;
      const { rows } = await sql<EntryTable>`select e.* from chat_word w
        join chat_entry e on e.id = w.rowid
        where chat_word match ${match} ${within} order by w.rank, e.id desc limit ${limit}`.execute(
        db,
      );
      return rows.map((row) => ({ sessionId: row.session_id, entry: toEntry(row) }));
    },

    async readAttachments(
      db,
      params: BySession & { readonly position: number },
    ): Promise<KeptAttachment[]> {
      return listAttachments(db, params.sessionId, params.position);
    },

    /** The journal of one chat as the beginning of another's. */
    async copy(
      db,
      params: { readonly from: string; readonly to: string },
      context,
    ): Promise<CopiedJournal> {
      return copyJournal(db, { ...params, revision: await context.nextRevision() });
    },

    /** A part of the work after removing chats; called until it is over. */
    async squeeze(
      db,
      { isFirst }: { readonly isFirst: boolean },
      context,
    ): Promise<{ isOver: boolean }> {
      const isOver = await squeezeWords(db, 'chat_word', isFirst);
      if (isOver) context.forget();
      return { isOver };
    },

    async remove(db, { sessionId }: BySession, context): Promise<void> {
      context.forget();
      const indexed = sql`select id from chat_entry where session_id = ${sessionId}`;
      await sql`delete from chat_word where rowid in (${indexed})`.execute(db);
      for (const table of ownTables)
        await db.deleteFrom(table).where('session_id', '=', sessionId).execute();
    },
  },
});

const ownTables = [
  'chat',
  'chat_entry',
  'chat_cursor',
  'chat_carry',
  'chat_out',
  'chat_attachment',
] as const;

async function saveChat(
  db: Database,
  sessionId: string,
  { chat, revision }: { readonly chat: KeptChat | undefined; readonly revision: number },
): Promise<void> {
  const values = { value: JSON.stringify(chat), revision };
  await db
    .insertInto('chat')
    .values({ session_id: sessionId, ...values })
    .onConflict((conflict) => conflict.column('session_id').doUpdateSet(values))
    .execute();
}

/** A statement has so many parameters for each that more would be no faster. */
const entriesAtOnce = 32;

async function saveEntries(
  db: Database,
  entries: readonly OpenEntry[],
  { sessionId, revision }: { readonly sessionId: string; readonly revision: number },
): Promise<void> {
  const rows = entries.map(({ position, key, turn, isOpen, at, parent, content }) => {
    const changing = { is_open: isOpen ? 1 : 0, content: JSON.stringify(content), revision };
    return { session_id: sessionId, position, key, turn, at, parent, ...changing };
  });
  const saved = await db
    .insertInto('chat_entry')
    .values(rows as EntryTable[])
    .onConflict((conflict) =>
      conflict.columns(['session_id', 'position']).doUpdateSet((given) => ({
        is_open: given.ref('excluded.is_open'),
        content: given.ref('excluded.content'),
        revision: given.ref('excluded.revision'),
      })),
    )
    .returning(['id', 'position'])
    .execute();
  const ids = new Map(saved.map(({ id, position }) => [position, id]));
  const indexed = entries.flatMap(({ position, isOpen, content }) => {
    const words = isOpen ? '' : wordsOf(content).slice(0, indexedMaxChars);
    const id = ids.get(position);
    return words === '' || id === undefined ? [] : [{ id, words }];
  });
  if (indexed.length === 0) return;
  const found = sql.join(indexed.map(({ id }) => sql`${id}`));
  await sql`delete from chat_word where rowid in (${found})`.execute(db);
  const values = sql.join(indexed.map(({ id, words }) => sql`(${id}, ${words})`));
  await sql`insert into chat_word (rowid, words) values ${values}`.execute(db);
}

async function saveAttachment(
  db: Database,
  sessionId: string,
  { position, number, name, mediaType, data }: KeptAttachment,
): Promise<void> {
  await db
    .insertInto('chat_attachment')
    .values({ session_id: sessionId, position, number, name, media_type: mediaType, data })
    .onConflict((conflict) => conflict.columns(['session_id', 'position', 'number']).doNothing())
    .execute();
}

async function saveProcess(db: Database, commit: Commit): Promise<void> {
  const { sessionId, cursor, carry, out, settled } = commit;
  if (cursor !== undefined) {
    const { generation, seq, state, isDropping } = cursor;
    const values = {
      generation,
      seq,
      state: JSON.stringify(state),
      is_dropping: isDropping ? 1 : 0,
    };
    await db
      .insertInto('chat_cursor')
      .values({ session_id: sessionId, ...values })
      .onConflict((conflict) => conflict.column('session_id').doUpdateSet(values))
      .execute();
  }
  if (carry.restart)
    await db.deleteFrom('chat_carry').where('session_id', '=', sessionId).execute();
  if (carry.bytes !== undefined)
    await sql`insert into chat_carry (session_id, number, bytes)
      select ${sessionId}, coalesce(max(number), 0) + 1, ${carry.bytes}
      from chat_carry where session_id = ${sessionId}`.execute(db);
  for (const { number, generation, bytes, messageId } of out)
    await db
      .insertInto('chat_out')
      .values({ session_id: sessionId, number, generation, bytes, message_id: messageId })
      .execute();
  if (settled.length === 0) return;
  const ours = db.deleteFrom('chat_out').where('session_id', '=', sessionId);
  await ours.where('number', 'in', [...settled]).execute();
}

async function listLive(
  db: Database,
  sessionId: string,
  turn: number | undefined,
): Promise<OpenEntry[]> {
  const rows = await db
    .selectFrom('chat_entry')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where((where) => where.or([where('is_open', '=', 1), where('turn', '=', turn ?? -1)]))
    .orderBy('position')
    .execute();
  return rows.map((row) => {
    const { revision: _told, ...entry } = toEntry(row);
    return { ...entry, key: row.key };
  });
}

async function findEnd(db: Database, sessionId: string): Promise<number> {
  const found = await db
    .selectFrom('chat_entry')
    .select((select) => select.fn.max('position').as('end'))
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return found?.end ?? 0;
}

async function listAttachments(
  db: Database,
  sessionId: string,
  position: number,
): Promise<KeptAttachment[]> {
  const rows = await db
    .selectFrom('chat_attachment')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('position', '=', position)
    .orderBy('number')
    .execute();
  return rows.map(({ number, name, media_type: mediaType, data }) => {
    return { position, number, name, mediaType, data };
  });
}

/** At least one; the rest is another page. */
function takeFitting(rows: readonly EntryTable[]): EntryTable[] {
  let left = pageMaxChars;
  return rows.filter((row, at) => (left -= row.content.length) > 0 || at === 0);
}

function toEntry(row: EntryTable): Entry {
  const { position, turn, at, parent, revision } = row;
  const content: EntryContent = JSON.parse(row.content);
  return { position, turn, at, parent, revision, isOpen: row.is_open === 1, content };
}
