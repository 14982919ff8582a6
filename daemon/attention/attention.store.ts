import type { Kysely } from 'kysely';
import type { Mute, Notice } from '../../protocol/attention/notice.ts';
import { noticeSchema } from '../../protocol/attention/notice.ts';
import { defineStore } from '../store/store.ts';

interface NoticeTable {
  id: string;
  cursor: number;
  kind: string;
  session_id: string | null;
  title: string;
  text: string;
  at: string;
  silence: string | null;
  settled_at: string | null;
}

interface ReaderTable {
  reader: string;
  cursor: number;
}

interface MuteTable {
  /** Empty: everything. */
  session_id: string;
  until: string | null;
}

interface AttentionTable {
  /** `settings`: JSON of what a person changed; `cursor`: the newest that was ever given, also to what is not kept. */
  key: string;
  value: string;
}

export interface AttentionTables {
  notice: NoticeTable;
  notice_reader: ReaderTable;
  notice_mute: MuteTable;
  attention: AttentionTable;
}

export interface KeptAttention {
  /** Oldest first. */
  readonly notices: Notice[];
  readonly cursor: number;
  readonly readers: { readonly reader: string; readonly cursor: number }[];
  readonly mutes: Mute[];
  /** JSON text. */
  readonly settings: string | undefined;
}

export const keptNotices = 1000;

type Database = Kysely<AttentionTables>;

/** Notices, what was read of them, and how a person wants to be called. */
export const attentionStore = defineStore<AttentionTables>()({
  name: 'attention',
  migrations: [{ version: 160, up: createTables }],
  methods: {
    async load(db, _params: Record<string, never>): Promise<KeptAttention> {
      const rows = await db.selectFrom('notice').selectAll().orderBy('cursor').execute();
      const readers = await db.selectFrom('notice_reader').selectAll().execute();
      const mutes = await db.selectFrom('notice_mute').selectAll().execute();
      const pairs = await db.selectFrom('attention').selectAll().execute();
      const values = new Map(pairs.map(({ key, value }) => [key, value]));
      return {
        notices: rows.flatMap(fromTable),
        cursor: Number(values.get('cursor') ?? 0),
        readers,
        mutes: mutes.map(({ session_id: id, until }) => ({
          sessionId: (id === '' ? null : id) as Mute['sessionId'],
          until,
        })),
        settings: values.get('settings'),
      };
    },

    /** Without a notice only the cursor is written: it is one that is kept in memory alone. */
    async add(db, params: { readonly notice: Notice | null; readonly cursor: number }) {
      const { notice, cursor } = params;
      await write(db, 'cursor', String(cursor));
      if (notice === null) return;
      await db.insertInto('notice').values(toTable(notice)).execute();
      await db
        .deleteFrom('notice')
        .where('cursor', '<=', cursor - keptNotices)
        .execute();
    },

    async settle(db, params: { readonly id: string; readonly settledAt: string }): Promise<void> {
      await db
        .updateTable('notice')
        .set({ settled_at: params.settledAt })
        .where('id', '=', params.id)
        .execute();
    },

    /** Nothing that was told about a session is found on disk any more. */
    async forgetSession(db, params: { readonly sessionId: string }, context): Promise<void> {
      context.forget();
      await db.deleteFrom('notice').where('session_id', '=', params.sessionId).execute();
      await db.deleteFrom('notice_mute').where('session_id', '=', params.sessionId).execute();
    },

    async read(db, params: ReaderTable): Promise<void> {
      await db
        .insertInto('notice_reader')
        .values(params)
        .onConflict((conflict) => conflict.column('reader').doUpdateSet({ cursor: params.cursor }))
        .execute();
    },

    async writeMutes(db, params: { readonly mutes: readonly Mute[] }): Promise<void> {
      await db.deleteFrom('notice_mute').execute();
      for (const { sessionId, until } of params.mutes)
        await db
          .insertInto('notice_mute')
          .values({ session_id: sessionId ?? '', until })
          .execute();
    },

    async writeSettings(db, params: { readonly settings: string }): Promise<void> {
      await write(db, 'settings', params.settings);
    },
  },
});

async function write(db: Database, key: string, value: string): Promise<void> {
  await db
    .insertInto('attention')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

function toTable(notice: Notice): NoticeTable {
  const { id, cursor, kind, title, text, at } = notice;
  return {
    ...{ id, cursor, kind, title, text, at },
    session_id: notice.sessionId,
    silence: notice.silence ?? null,
    settled_at: notice.settledAt ?? null,
  };
}

/** A row that a later version wrote in words that this one does not know is left out. */
function fromTable(row: NoticeTable): Notice[] {
  const { id, cursor, kind, title, text, at, silence, settled_at: settledAt } = row;
  const parsed = noticeSchema.safeParse({
    ...{ id, cursor, kind, title, text, at },
    sessionId: row.session_id,
    ...(silence === null ? {} : { silence }),
    ...(settledAt === null ? {} : { settledAt }),
  });
  return parsed.success ? [parsed.data] : [];
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('notice')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('cursor', 'integer', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text')
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('silence', 'text')
    .addColumn('settled_at', 'text')
    .execute();
  await db.schema
    .createTable('notice_reader')
    .addColumn('reader', 'text', (column) => column.primaryKey())
    .addColumn('cursor', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('notice_mute')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('until', 'text')
    .execute();
  await db.schema
    .createTable('attention')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}
