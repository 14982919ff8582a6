import type { RecallQuery, RecallReach } from '../recall/recall.ts';
import { recall } from '../recall/recall.ts';
import { defineStore } from '../store/store.ts';
import type { Act, FactEdited, FactsActed } from './act.store.ts';
import { actOn, erase } from './act.store.ts';
import { blockStoreMethods } from './block.store.ts';
import { changeMethods, describeChanges, undoDays } from './change.store.ts';
import type { FactFilter, FactPage, FactsWritten } from './fact.store.ts';
import { anyDb, filtered, getFact, listFacts, readFacts } from './fact.store.ts';
import { importPart } from './import.store.ts';
import type { ChangeRow, FactRow } from './rows.ts';
import { saveFact } from './save.store.ts';
import { createTables } from './schema.store.ts';
import type { MemoryDb, MemoryTables } from './tables.store.ts';
import { undoChange } from './undo.store.ts';

export interface FactHitRow {
  readonly fact: FactRow;
  readonly score: number;
  readonly ways: readonly ('words' | 'parts' | 'meaning')[];
}

export interface CountRow {
  readonly scope: string;
  readonly workspaceId: string | null;
  readonly roleId: string | null;
  readonly worktree: string | null;
  readonly accepted: number;
  readonly quarantined: number;
  readonly unreviewed: number;
}

/** Notes, facts, and what was done with them. */
export const memoryStore = defineStore<MemoryTables>()({
  name: 'memory',
  migrations: [{ version: 600, up: createTables }],
  methods: {
    save: saveFact,
    importPart,
    ...blockStoreMethods,
    ...changeMethods,

    list: (db, { filter, page }: { readonly filter: FactFilter; readonly page: FactPage }) =>
      listFacts(db, filter, page),

    read: (db, { ids }: { readonly ids: readonly string[] }) => readFacts(db, ids),

    get: (db, { id }: { readonly id: string }) => getFact(db, id),

    async search(
      db,
      { query, markUsed }: { readonly query: RecallQuery; readonly markUsed: boolean },
    ): Promise<FactHitRow[]> {
      const found = await recall.search(anyDb(db), query);
      const facts = await readFacts(
        db,
        found.map(({ id }) => id),
      );
      const hits = found.flatMap(({ id, score, ways }) => {
        const fact = facts.find((one) => one.id === id);
        return fact !== undefined && holds(fact, query) ? [{ fact, score, ways }] : [];
      });
      if (!markUsed) return hits;
      const used = hits.map(({ fact }) => fact.id);
      await countUse(db, used, query.now);
      const after = await readFacts(db, used);
      return hits.flatMap((hit, at) =>
        after[at] === undefined ? [] : { ...hit, fact: after[at] },
      );
    },

    knows: (
      db,
      { texts, reach }: { readonly texts: readonly string[]; readonly reach: RecallReach },
    ): Promise<boolean[]> => recall.knows(anyDb(db), texts, reach),

    async counts(db, { filter }: { readonly filter: FactFilter }): Promise<CountRow[]> {
      const rows = await filtered(
        db
          .selectFrom('memory_fact')
          .select(['scope', 'workspace_id', 'role_id', 'worktree', 'state', 'reviewed_at']),
        filter,
      ).execute();
      const counts = new Map<string, CountRow>();
      for (const row of rows) {
        const place = {
          scope: row.scope,
          workspaceId: row.scope === 'repository' ? row.workspace_id : null,
          roleId: row.scope === 'agent' ? row.role_id : null,
          worktree: row.worktree,
        };
        const key = JSON.stringify(place);
        const so = counts.get(key) ?? { ...place, accepted: 0, quarantined: 0, unreviewed: 0 };
        const isHeld = row.state === 'accepted';
        counts.set(key, {
          ...so,
          accepted: so.accepted + (isHeld ? 1 : 0),
          quarantined: so.quarantined + (isHeld ? 0 : 1),
          unreviewed: so.unreviewed + (isHeld && row.reviewed_at === null ? 1 : 0),
        });
      }
      return [...counts.values()];
    },

    async edit(
      db,
      {
        revision,
        ...act
      }: Act & {
        readonly id: string;
        readonly revision: number;
        readonly patch: Partial<FactRow>;
      },
      context,
    ): Promise<FactEdited> {
      const before = await getFact(db, act.id);
      if (before.revision !== revision) return { outcome: 'conflict', fact: before };
      const { id, patch } = act;
      const acted = await actOn(db, { ...act, patches: [{ id, patch }], drop: [] }, context);
      return { outcome: 'edited', fact: acted.facts[0] ?? before, ...acted };
    },

    act: actOn,

    /** Rows, log and copies: nothing of them stays. */
    async erase(db, { ids }: { readonly ids: readonly string[] }, context): Promise<FactsWritten> {
      const facts = await readFacts(db, ids);
      await erase(
        db,
        facts.map((fact) => fact.id),
      );
      context.forget();
      const forgotten = facts.map((fact) => fact.id);
      return { facts: [], forgotten, revision: await context.nextRevision() };
    },

    undo: undoChange,

    async describeChange(db, { id }: { readonly id: string }): Promise<ChangeRow | undefined> {
      const found = await db.selectFrom('memory_change').selectAll().where('id', '=', id).execute();
      return (await describeChanges(db, found))[0];
    },

    /** What nobody looked at in time is forgotten, as one act. */
    async expire(
      db,
      { now, ...act }: Omit<Act, 'kind' | 'summary'> & { readonly now: string },
      context,
    ): Promise<FactsActed> {
      const rows = await db
        .selectFrom('memory_fact')
        .select('id')
        .where('deleted_at', 'is', null)
        .where('expires_at', '<=', now)
        .limit(1000)
        .execute();
      const drop = rows.map(({ id }) => id);
      const summary = `${drop.length} unreviewed`;
      return actOn(db, { ...act, kind: 'expired', summary, patches: [], drop }, context);
    },

    /** What can no longer be undone leaves the disk. Earlier texts of notes stay, as history. */
    async purge(db, { before }: { readonly before: string }, context): Promise<number> {
      const old = await db
        .selectFrom('memory_fact')
        .select('id')
        .where('deleted_at', '<', before)
        .execute();
      await erase(
        db,
        old.map(({ id }) => id),
      );
      const notes = db
        .selectFrom('memory_change_row')
        .select('change_id')
        .where('target', '=', 'block');
      await db
        .deleteFrom('memory_change')
        .where('at', '<', before)
        .where('id', 'not in', notes)
        .execute();
      await db
        .deleteFrom('memory_change_row')
        .where('change_id', 'not in', db.selectFrom('memory_change').select('id'))
        .execute();
      if (old.length > 0) context.forget();
      return old.length;
    },

    async readRevision(db, _params: Record<string, never>): Promise<number> {
      const newest = async (table: 'memory_fact' | 'memory_block'): Promise<number> => {
        const row = await db
          .selectFrom(table)
          .select((eb) => eb.fn.max('revision').as('revision'))
          .executeTakeFirst();
        return row?.revision ?? 0;
      };
      return Math.max(await newest('memory_fact'), await newest('memory_block'));
    },
  },
});

function holds(fact: FactRow, { states, now }: RecallQuery): boolean {
  const isValid = fact.expiresAt === null || fact.expiresAt > now;
  return isValid && fact.supersededBy === null && states.includes(fact.state);
}

/** A use puts off when it is forgotten, unless it is never. */
async function countUse(db: MemoryDb, ids: readonly string[], now: string): Promise<void> {
  if (ids.length === 0) return;
  const later = new Date(Date.parse(now) + undoDays * 86_400_000).toISOString();
  await db
    .updateTable('memory_fact')
    .set((eb) => ({
      uses: eb('uses', '+', 1),
      last_used_at: now,
      expires_at: eb.case().when('expires_at', 'is', null).then(null).else(later).end(),
    }))
    .where('id', 'in', [...ids])
    .execute();
}
