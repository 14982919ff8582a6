import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { RecallReach } from '../recall/recall.ts';
import { recall } from '../recall/recall.ts';
import type { StoreContext } from '../store/store.ts';
import type { FactRow } from './rows.ts';
import { toRecallFact } from './rows.ts';
import type { FactTable, MemoryDb, MemoryTables } from './tables.store.ts';

export interface FactFilter {
  readonly reach: RecallReach;
  readonly scopes?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly state?: 'accepted' | 'quarantined' | undefined;
  readonly learnedBy?: string | undefined;
  readonly unreviewed?: boolean | undefined;
  readonly superseded?: boolean | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly worktree?: string | undefined;
  readonly pinned?: boolean | undefined;
  /** ISO instant: what expired before it is not listed. */
  readonly now: string;
}

export interface FactPage {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Facts and rows as they are after a change. */
export interface FactsWritten {
  readonly facts: readonly FactRow[];
  /** They do not exist any more. */
  readonly forgotten: readonly string[];
  readonly revision: number;
}

type FactQuery<O> = SelectQueryBuilder<MemoryTables, 'memory_fact', O>;

export function fromFact(row: Selectable<FactTable>): FactRow {
  const value = JSON.parse(row.value) as FactRow;
  return {
    ...value,
    uses: row.uses,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  };
}

/** Those that exist, in the order asked for. */
export async function readFacts(db: MemoryDb, ids: readonly string[]): Promise<FactRow[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('memory_fact')
    .selectAll()
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is', null)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, fromFact(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** @throws WaggleError `notFound`. */
export async function getFact(db: MemoryDb, id: string): Promise<FactRow> {
  const [row] = await readFacts(db, [id]);
  if (row === undefined)
    throw new WaggleError('notFound', 'There is no such fact.', {
      fix: 'It was forgotten or has expired. What was forgotten comes back with: waggle memory undo',
    });
  return row;
}

/** Writes a fact and keeps the index in step. Uses are those of the table. */
export async function writeFact(
  db: MemoryDb,
  { row, ownerDaemonId }: { readonly row: FactRow; readonly ownerDaemonId: string },
  context: StoreContext,
): Promise<FactRow> {
  const revision = await context.nextRevision();
  const written: FactRow = { ...row, updatedAt: context.now, revision };
  const values = {
    type: row.type,
    text: row.text,
    scope: row.scope,
    workspace_id: row.workspaceId,
    worktree: row.worktree,
    role_id: row.roleId,
    state: row.state,
    pinned: row.pinned ? 1 : 0,
    learned_session: row.source.sessionId,
    reviewed_at: row.reviewedAt,
    expires_at: row.expiresAt,
    superseded_by: row.supersededBy,
    value: JSON.stringify(written),
    updated_at: context.now,
    deleted_at: null,
    revision,
  };
  await db
    .insertInto('memory_fact')
    .values({
      ...values,
      id: row.id,
      owner_daemon_id: ownerDaemonId,
      uses: row.uses,
      last_used_at: row.lastUsedAt,
      created_at: row.createdAt,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  if (row.supersededBy === null) await recall.put(anyDb(db), [toRecallFact(written)]);
  else await recall.remove(anyDb(db), [row.id]);
  return written;
}

/** Soft: `memory/undo` brings it back. */
export async function dropFacts(
  db: MemoryDb,
  ids: readonly string[],
  context: StoreContext,
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('memory_fact')
    .set({
      deleted_at: context.now,
      updated_at: context.now,
      revision: await context.nextRevision(),
    })
    .where('id', 'in', [...ids])
    .execute();
  await recall.remove(anyDb(db), ids);
}

/** Revision of a row that may be deleted; undefined when nothing of it is left. */
export async function factRevision(db: MemoryDb, id: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('memory_fact')
    .select('revision')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.revision;
}

export function filtered<O>(query: FactQuery<O>, filter: FactFilter): FactQuery<O> {
  let found = inReach(query, filter.reach)
    .where('deleted_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', filter.now)]));
  if (filter.superseded !== true) found = found.where('superseded_by', 'is', null);
  if (filter.state !== undefined) found = found.where('state', '=', filter.state);
  if (filter.unreviewed === true) found = found.where('reviewed_at', 'is', null);
  if (filter.learnedBy !== undefined) found = found.where('learned_session', '=', filter.learnedBy);
  if (filter.pinned === true) found = found.where('pinned', '=', 1);
  if (filter.ids !== undefined) found = found.where('id', 'in', [...filter.ids]);
  if (filter.worktree !== undefined) found = found.where('worktree', '=', filter.worktree);
  if (filter.scopes !== undefined) found = found.where('scope', 'in', [...filter.scopes]);
  if (filter.types !== undefined) found = found.where('type', 'in', [...filter.types]);
  return found;
}

function inReach<O>(query: FactQuery<O>, reach: RecallReach): FactQuery<O> {
  if (reach.kind === 'everything') return query;
  return query.where((eb) =>
    eb.or([
      eb('scope', 'in', ['person', 'everywhere']),
      eb.and([
        eb('scope', '=', 'repository'),
        eb('workspace_id', '=', reach.workspaceId ?? ''),
        eb.or([eb('worktree', 'is', null), eb('worktree', '=', reach.worktree ?? '')]),
      ]),
      eb.and([eb('scope', '=', 'agent'), eb('role_id', '=', reach.roleId ?? '')]),
    ]),
  );
}

/** Pinned first, then the latest; a page goes on behind a fact that still exists. */
export async function listFacts(
  db: MemoryDb,
  filter: FactFilter,
  { after, limit }: FactPage,
): Promise<{ readonly facts: FactRow[]; readonly more: boolean }> {
  let query = filtered(db.selectFrom('memory_fact').selectAll(), filter);
  if (after !== undefined) {
    const { pinned, id } = await getFact(db, after);
    query = query.where((eb) =>
      eb.or([
        eb('pinned', '<', pinned ? 1 : 0),
        eb.and([eb('pinned', '=', pinned ? 1 : 0), eb('id', '<', id)]),
      ]),
    );
  }
  const rows = await query
    .orderBy('pinned', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return { facts: rows.slice(0, limit).map(fromFact), more: rows.length > limit };
}

/** Recall has tables of its own. */
export function anyDb(db: MemoryDb): Kysely<unknown> {
  return db as unknown as Kysely<unknown>;
}
