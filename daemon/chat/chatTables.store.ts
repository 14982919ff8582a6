import type { Kysely } from 'kysely';
import { sql } from 'kysely';

interface ChatTable {
  session_id: string;
  /** JSON. */
  value: string;
  revision: number;
}

export interface EntryTable {
  /** Names it in the index of words. */
  id: number;
  session_id: string;
  position: number;
  key: string;
  turn: number;
  is_open: number;
  at: string;
  parent: number | null;
  /** JSON. */
  content: string;
  revision: number;
}

interface CursorTable {
  session_id: string;
  generation: number;
  seq: number;
  /** JSON of the provider. */
  state: string;
  is_dropping: number;
}

/** Pieces of a line that has not ended, in order. */
interface CarryTable {
  session_id: string;
  number: number;
  bytes: Uint8Array;
}

interface OutTable {
  session_id: string;
  number: number;
  generation: number;
  bytes: Uint8Array;
  message_id: string | null;
}

interface AttachmentTable {
  session_id: string;
  position: number;
  number: number;
  name: string;
  media_type: string;
  data: string;
}

export interface ChatTables {
  chat: ChatTable;
  chat_entry: EntryTable;
  chat_cursor: CursorTable;
  chat_carry: CarryTable;
  chat_out: OutTable;
  chat_attachment: AttachmentTable;
}

export async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`create table chat (
    session_id text primary key, value text not null, revision integer not null)`.execute(db);
  await sql`create table chat_entry (
    id integer primary key autoincrement, session_id text not null, position integer not null,
    key text not null, turn integer not null, is_open integer not null, at text not null,
    parent integer, content text not null, revision integer not null,
    unique (session_id, position))`.execute(db);
  await sql`create index chat_entry_open on chat_entry (session_id) where is_open = 1`.execute(db);
  await sql`create index chat_entry_turn on chat_entry (session_id, turn)`.execute(db);
  await sql`create index chat_entry_revision on chat_entry (session_id, revision)`.execute(db);
  await sql`create table chat_cursor (
    session_id text primary key, generation integer not null, seq integer not null,
    state text not null, is_dropping integer not null)`.execute(db);
  await sql`create table chat_carry (
    session_id text not null, number integer not null, bytes blob not null,
    primary key (session_id, number))`.execute(db);
  await sql`create table chat_out (
    session_id text not null, number integer not null, generation integer not null,
    bytes blob not null, message_id text, primary key (session_id, number))`.execute(db);
  await sql`create table chat_attachment (
    session_id text not null, position integer not null, number integer not null,
    name text not null, media_type text not null, data text not null,
    primary key (session_id, position, number))`.execute(db);
  await sql`create virtual table chat_word using fts5(
    words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')`.execute(db);
}
