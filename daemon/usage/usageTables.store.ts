import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export interface RecordTable {
  agent: string;
  key: string;
  at: string;
  /** Of the calendar of this machine when it was counted. */
  day: string;
  conversation: string;
  directory: string | null;
  model: string;
  input: number;
  output: number;
  cache_read: number;
  cache_write: number;
  cost: number | null;
}

interface FileTable {
  path: string;
  agent: string;
  /** Bytes that were read. */
  position: number;
  inode: string;
  /** JSON: what has to be known for the next line. */
  state: string;
}

interface LimitTable {
  agent: string;
  name: string;
  used_percent: number;
  resets_at: string | null;
  seen_at: string;
}

interface CeilingTable {
  id: string;
  value: string;
}

interface PriceTable {
  model: string;
  value: string;
}

/** SHA-256 of conversations of private sessions: never counted. */
interface PrivateTable {
  hash: string;
}

export interface UsageTables {
  usage_record: RecordTable;
  usage_file: FileTable;
  usage_limit: LimitTable;
  usage_ceiling: CeilingTable;
  usage_price: PriceTable;
  usage_private: PrivateTable;
}

export async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`create table usage_record (
    agent text not null, key text not null, at text not null, day text not null,
    conversation text not null, directory text, model text not null, input integer not null,
    output integer not null, cache_read integer not null, cache_write integer not null, cost real,
    primary key (agent, key)) without rowid`.execute(db);
  await sql`create index usage_record_day on usage_record (day)`.execute(db);
  await sql`create index usage_record_conversation on usage_record (agent, conversation)`.execute(
    db,
  );
  await sql`create table usage_file (
    path text primary key, agent text not null, position integer not null, inode text not null,
    state text not null)`.execute(db);
  await sql`create table usage_limit (
    agent text not null, name text not null, used_percent real not null, resets_at text,
    seen_at text not null, primary key (agent, name))`.execute(db);
  await sql`create table usage_ceiling (id text primary key, value text not null)`.execute(db);
  await sql`create table usage_price (model text primary key, value text not null)`.execute(db);
  await sql`create table usage_private (hash text primary key)`.execute(db);
}
