import type { Kysely } from 'kysely';
import { defineStore } from '../store/store.ts';

interface HostTable {
  id: string;
  kind: string;
  pid: number;
  start_time: number;
  version: string;
  created_at: string;
  gone_at: string | null;
}

export interface HostTables {
  host: HostTable;
}

/** A start of a pty host that belonged to this data directory. */
export interface HostRow {
  readonly id: string;
  readonly kind: 'pty' | 'pipe';
  readonly pid: number;
  readonly startTime: number;
  readonly version: string;
}

/** How long the id of a host that is gone is remembered: its processes are long reaped. */
const rememberedMs = 30 * 24 * 3600 * 1000;

export const hostStore = defineStore<HostTables>()({
  name: 'host',
  migrations: [{ version: 130, up: createTable }],
  methods: {
    /** Remembers a host; known ones stay as they are. */
    async remember(db, row: HostRow, context): Promise<void> {
      await db
        .insertInto('host')
        .values({
          id: row.id,
          kind: row.kind,
          pid: row.pid,
          start_time: row.startTime,
          version: row.version,
          created_at: context.now,
          gone_at: null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    },

    /** Everything that ever held processes of ours, hosts that are gone for a month left out. */
    async list(db, _params: Record<string, never>, context): Promise<HostRow[]> {
      const oldest = new Date(Date.parse(context.now) - rememberedMs).toISOString();
      const rows = await db
        .selectFrom('host')
        .selectAll()
        .where((where) => where.or([where('gone_at', 'is', null), where('gone_at', '>', oldest)]))
        .execute();
      return rows.map((row) => ({
        id: row.id,
        kind: row.kind === 'pipe' ? 'pipe' : 'pty',
        pid: row.pid,
        startTime: row.start_time,
        version: row.version,
      }));
    },

    async markGone(db, params: { readonly id: string }, context): Promise<void> {
      await db
        .updateTable('host')
        .set({ gone_at: context.now })
        .where('id', '=', params.id)
        .where('gone_at', 'is', null)
        .execute();
    },
  },
});

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('host')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('start_time', 'real', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('gone_at', 'text')
    .execute();
}
