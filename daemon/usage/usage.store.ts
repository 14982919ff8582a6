import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Ceiling, PlanLimit, Price } from '../../protocol/usage/usage.ts';
import { ceilingSchema, priceSchema } from '../../protocol/usage/usage.ts';
import { defineStore, readForeign } from '../store/store.ts';
import type { OpencodeRow } from './opencodeRecords.ts';
import type { ModelSum } from './prices.ts';
import type { LimitSeen, UsageRecord } from './record.ts';
import type { UsageTables } from './usageTables.store.ts';
import { createTables } from './usageTables.store.ts';

type Database = Kysely<UsageTables> | Transaction<UsageTables>;

/** How far a file was read. */
export interface KeptFile {
  readonly path: string;
  readonly agent: string;
  readonly position: number;
  readonly inode: string;
  readonly state: unknown;
}

/** What was read together: counted and remembered as read in one transaction, so nothing is counted twice or lost. */
export interface ReadPart {
  readonly agent: string;
  /** Undefined: nothing of a file. */
  readonly file: KeptFile | undefined;
  readonly records: readonly (UsageRecord & { readonly day: string })[];
  readonly limits: readonly LimitSeen[];
}

export interface SumQuery {
  /** First day; of all when undefined. */
  readonly from?: string | undefined;
  /** First instant. */
  readonly since?: string | undefined;
  readonly agent?: string | undefined;
  readonly conversations?: readonly string[] | undefined;
}

/** What one conversation used on one day with one model. */
export interface SummedRow extends ModelSum {
  readonly agent: string;
  readonly conversation: string;
  readonly day: string;
  readonly directory: string | null;
  readonly lastAt: string;
}

export interface LoadedUsage {
  readonly files: KeptFile[];
  readonly ceilings: Ceiling[];
  readonly prices: [string, Price][];
  readonly privateHashes: string[];
  readonly limits: PlanLimit[];
}

export const usageStore = defineStore<UsageTables>()({
  name: 'usage',
  migrations: [{ version: 420, up: createTables }],
  methods: {
    async load(db, _params: Record<string, never>): Promise<LoadedUsage> {
      const files = await db.selectFrom('usage_file').selectAll().execute();
      const ceilings = await db.selectFrom('usage_ceiling').selectAll().orderBy('id').execute();
      const prices = await db.selectFrom('usage_price').selectAll().execute();
      const hashes = await db.selectFrom('usage_private').selectAll().execute();
      return {
        files: files.map(({ state, ...file }) => ({
          ...file,
          state: JSON.parse(state) as unknown,
        })),
        ceilings: ceilings.flatMap(({ value }) => ceilingSchema.safeParse(parse(value)).data ?? []),
        prices: prices.flatMap(({ model, value }): [string, Price][] => {
          const { data } = priceSchema.safeParse(parse(value));
          return data === undefined ? [] : [[model, data]];
        }),
        privateHashes: hashes.map(({ hash }) => hash),
        limits: await listLimits(db),
      };
    },

    /** Resolves with whether anything was counted that was not before. */
    async take(
      db,
      { agent, file, records, limits }: ReadPart,
    ): Promise<{ readonly isNew: boolean }> {
      let changes = 0n;
      for (const record of records) changes += await saveRecord(db, agent, record);
      for (const limit of limits) changes += await saveLimit(db, agent, limit);
      if (file !== undefined) await saveFile(db, file);
      return { isNew: changes > 0n };
    },

    async sum(db, query: SumQuery): Promise<SummedRow[]> {
      const { from, since, agent, conversations } = query;
      let rows = db
        .selectFrom('usage_record')
        .groupBy(['agent', 'conversation', 'day', 'model'])
        .select((select) => [
          ...(['agent', 'conversation', 'day', 'model'] as const),
          select.fn.max('directory').as('directory'),
          select.fn.max('at').as('lastAt'),
          select.fn.sum<number>('input').as('input'),
          select.fn.sum<number>('output').as('output'),
          select.fn.sum<number>('cache_read').as('cacheRead'),
          select.fn.sum<number>('cache_write').as('cacheWrite'),
          sql<number>`coalesce(sum(cost), 0)`.as('costUsd'),
          sql<number>`coalesce(sum(input) filter (where cost is null), 0)`.as('openInput'),
          sql<number>`coalesce(sum(output) filter (where cost is null), 0)`.as('openOutput'),
          sql<number>`coalesce(sum(cache_read) filter (where cost is null), 0)`.as('openRead'),
          sql<number>`coalesce(sum(cache_write) filter (where cost is null), 0)`.as('openWrite'),
          select.fn.countAll<number>().as('answers'),
        ]);
      if (from !== undefined) rows = rows.where('day', '>=', from);
      if (since !== undefined) rows = rows.where('at', '>=', since);
      if (agent !== undefined) rows = rows.where('agent', '=', agent);
      if (conversations !== undefined) rows = rows.where('conversation', 'in', [...conversations]);
      return (await rows.execute()).map(
        ({ openInput, openOutput, openRead, openWrite, ...row }): SummedRow => ({
          ...row,
          open: [openInput, openOutput, openRead, openWrite],
        }),
      );
    },

    limits: (db, _params: Record<string, never>): Promise<PlanLimit[]> => listLimits(db),

    async saveCeiling(db, ceiling: Ceiling): Promise<void> {
      await db
        .insertInto('usage_ceiling')
        .values({ id: ceiling.id, value: JSON.stringify(ceiling) })
        .execute();
    },

    async removeCeilings(db, { ids }: { readonly ids: readonly string[] }): Promise<void> {
      if (ids.length > 0)
        await db
          .deleteFrom('usage_ceiling')
          .where('id', 'in', [...ids])
          .execute();
    },

    async setPrice(
      db,
      { model, price }: { readonly model: string; readonly price: Price | null },
    ): Promise<void> {
      await db.deleteFrom('usage_price').where('model', '=', model).execute();
      if (price !== null)
        await db
          .insertInto('usage_price')
          .values({ model, value: JSON.stringify(price) })
          .execute();
    },

    async addPrivate(db, { hash }: { readonly hash: string }): Promise<void> {
      await db
        .insertInto('usage_private')
        .values({ hash })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    /** What was counted before somebody knew that it is a private session's. */
    async forget(
      db,
      { agent, conversation }: { readonly agent: string; readonly conversation: string },
      context,
    ): Promise<void> {
      context.forget();
      await db
        .deleteFrom('usage_record')
        .where('agent', '=', agent)
        .where('conversation', '=', conversation)
        .execute();
    },

    /** Messages of opencode that changed after a moment, in order. Throws what SQLite says when it cannot be read. */
    async readOpencode(
      _db,
      params: {
        readonly path: string;
        readonly after: number;
        readonly id: string;
        readonly limit: number;
      },
    ): Promise<OpencodeRow[]> {
      const { path, after, id, limit } = params;
      const query = `select id, session_id, time_updated, data from message
        where time_updated > ? or (time_updated = ? and id > ?)
        order by time_updated, id limit ?`;
      return Promise.resolve(readForeign<OpencodeRow>(path, query, [after, after, id, limit]));
    },
  },
});

/** An answer is written down more than once while it grows: what it came to last holds. */
async function saveRecord(
  db: Database,
  agent: string,
  { key, at, day, cacheRead, cacheWrite, costUsd, ...record }: ReadPart['records'][number],
): Promise<bigint> {
  const { input, output, model, conversation, directory } = record;
  const counts = { input, output, cache_read: cacheRead, cache_write: cacheWrite, cost: costUsd };
  const result = await db
    .insertInto('usage_record')
    .values({ agent, key, at, day, model, conversation, directory, ...counts })
    .onConflict((conflict) =>
      conflict
        .columns(['agent', 'key'])
        .doUpdateSet({ ...counts, model })
        .where((where) =>
          where.or([
            where('usage_record.output', '<', output),
            where('usage_record.input', '<', input),
          ]),
        ),
    )
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows ?? 0n;
}

async function saveLimit(db: Database, agent: string, limit: LimitSeen): Promise<bigint> {
  const { name, usedPercent, resetsAt, seenAt } = limit;
  const values = { used_percent: usedPercent, resets_at: resetsAt, seen_at: seenAt };
  const result = await db
    .insertInto('usage_limit')
    .values({ agent, name, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['agent', 'name'])
        .doUpdateSet(values)
        .where('usage_limit.seen_at', '<', seenAt),
    )
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows ?? 0n;
}

async function saveFile(db: Database, { path, agent, state, ...rest }: KeptFile): Promise<void> {
  const values = { ...rest, agent, state: JSON.stringify(state) };
  await db
    .insertInto('usage_file')
    .values({ path, ...values })
    .onConflict((conflict) => conflict.column('path').doUpdateSet(values))
    .execute();
}

async function listLimits(db: Database): Promise<PlanLimit[]> {
  const rows = await db.selectFrom('usage_limit').selectAll().orderBy('agent').execute();
  return rows.map(({ agent, name, used_percent, resets_at, seen_at }) => ({
    ...{ agent, name, usedPercent: used_percent, resetsAt: resets_at, seenAt: seen_at },
  }));
}

function parse(text: string): unknown {
  return JSON.parse(text);
}
