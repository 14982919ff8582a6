import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { RecallVector } from '../recall/recall.ts';
import { recall } from '../recall/recall.ts';
import type { StoreContext } from '../store/store.ts';
import type { Before } from './change.store.ts';
import { logChange, rowsOf } from './change.store.ts';
import type { Decision, SimilarRow } from './deciding.ts';
import { decideSave } from './deciding.ts';
import type { FactsWritten } from './fact.store.ts';
import { anyDb, getFact, readFacts, writeFact } from './fact.store.ts';
import type { FactRow } from './rows.ts';
import { toRecallFact } from './rows.ts';
import type { MemoryDb } from './tables.store.ts';

export interface SaveRequest {
  readonly draft: FactRow;
  readonly ownerDaemonId: string;
  /** Id of the fact that it holds instead of. */
  readonly supersedes: string | null;
  readonly idempotencyKey: string | null;
  readonly vector: RecallVector | undefined;
}

export type SaveOutcome = 'saved' | 'merged' | 'superseded' | 'known';

export interface Saved extends FactsWritten {
  readonly outcome: SaveOutcome;
  readonly fact: FactRow;
  readonly replaced: readonly FactRow[];
  readonly changeId: string | null;
}

/** Of one session, without a person having looked: more is a flood. */
const unseenMost = 2000;

export async function saveFact(
  db: MemoryDb,
  request: SaveRequest,
  context: StoreContext,
): Promise<Saved> {
  const again = await findRepeated(db, request.idempotencyKey, context);
  if (again !== undefined) return again;
  const { draft } = request;
  await refuseFlood(db, draft);
  const { rows, ...settled } = await settleFact(db, request, context);
  const { outcome } = settled;
  if (outcome === 'known') return { ...settled, changeId: null, revision: settled.fact.revision };
  const { idempotencyKey } = request;
  const summary = toPlainLine(draft.text, 160);
  const change = { kind: outcome, by: draft.source, summary, rows, idempotencyKey };
  const changeId = await logChange(db, change, context);
  return { ...settled, changeId, revision: await context.nextRevision() };
}

async function findSimilar(
  db: MemoryDb,
  { draft, vector }: Pick<SaveRequest, 'draft' | 'vector'>,
): Promise<SimilarRow[]> {
  const found = await recall.findSimilar(anyDb(db), toRecallFact(draft), vector);
  const rows = await readFacts(
    db,
    found.map(({ id }) => id),
  );
  const now = draft.createdAt;
  const valid = rows.filter(
    (row) => row.supersededBy === null && (row.expiresAt === null || row.expiresAt > now),
  );
  return found.flatMap(({ id, kind }) => {
    const row = valid.find((one) => one.id === id);
    return row === undefined ? [] : [{ row, kind }];
  });
}

async function findReplaced(
  db: MemoryDb,
  { draft, supersedes }: Pick<SaveRequest, 'draft' | 'supersedes'>,
): Promise<FactRow | undefined> {
  if (supersedes === null) return undefined;
  const row = await getFact(db, supersedes);
  if (draft.source.by === 'person') return row;
  const isOwn = draft.source.sessionId !== null && row.source.sessionId === draft.source.sessionId;
  if (!isOwn || row.reviewedAt !== null || row.pinned)
    throw new WaggleError('forbidden', 'An agent replaces only what its own session learned.', {
      fix: 'Save it without "supersedes": where it says otherwise, a person decides.',
    });
  // What waits cannot take the place of what holds.
  return draft.state === 'quarantined' && row.state === 'accepted' ? undefined : row;
}

async function refuseFlood(db: MemoryDb, { source }: FactRow): Promise<void> {
  if (source.sessionId === null || source.by === 'person') return;
  const { count } = await db
    .selectFrom('memory_fact')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('learned_session', '=', source.sessionId)
    .where('reviewed_at', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (count >= unseenMost)
    throw new WaggleError(
      'limitReached',
      `This session has saved ${unseenMost} facts that nobody has looked at.`,
      { fix: 'Review them first: waggle memory review' },
    );
}

/** What became of a fact, before it is in the log. */
export interface Settled extends Omit<Saved, 'changeId' | 'revision'> {
  readonly rows: readonly Before[];
}

/** Decides on a fact and writes what follows from it. */
export async function settleFact(
  db: MemoryDb,
  request: Omit<SaveRequest, 'idempotencyKey'>,
  context: StoreContext,
): Promise<Settled> {
  const { draft, ownerDaemonId } = request;
  const decision = decideSave({
    draft,
    similar: await findSimilar(db, request),
    supersedes: await findReplaced(db, request),
  });
  if (decision.kind === 'known') return keepKnown(db, decision.row);
  const facts: FactRow[] = [];
  const rows: Before[] = [];
  const replaced = decision.kind === 'merge' ? [decision.into] : decision.superseded;
  const fact = decision.kind === 'merge' ? decision.merged : decision.row;
  facts.push(await writeFact(db, { row: fact, ownerDaemonId }, context));
  rows.push({
    target: 'fact',
    id: fact.id,
    before: decision.kind === 'merge' ? decision.into : null,
  });
  if (decision.kind === 'insert')
    for (const row of decision.superseded) {
      const over = { ...row, supersededBy: fact.id, supersededAt: context.now };
      facts.push(await writeFact(db, { row: over, ownerDaemonId }, context));
      rows.push({ target: 'fact', id: row.id, before: row });
    }
  const [written = fact] = facts;
  return { outcome: outcomeOf(decision), fact: written, replaced, facts, forgotten: [], rows };
}

function outcomeOf(decision: Exclude<Decision, { kind: 'known' }>): Exclude<SaveOutcome, 'known'> {
  if (decision.kind === 'merge') return 'merged';
  return decision.superseded.length === 0 ? 'saved' : 'superseded';
}

/** Nothing changed but when it is forgotten. */
async function keepKnown(db: MemoryDb, row: FactRow): Promise<Settled> {
  await db
    .updateTable('memory_fact')
    .set({ expires_at: row.expiresAt })
    .where('id', '=', row.id)
    .execute();
  return { outcome: 'known', fact: row, replaced: [], facts: [], forgotten: [], rows: [] };
}

/** What an earlier call with this key did. */
async function findRepeated(
  db: MemoryDb,
  key: string | null,
  context: StoreContext,
): Promise<Saved | undefined> {
  if (key === null) return undefined;
  const change = await db
    .selectFrom('memory_change')
    .selectAll()
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  if (change === undefined) return undefined;
  const rows = await rowsOf(db, change.id);
  const [first] = rows;
  const [fact] = first === undefined ? [] : await readFacts(db, [first.id]);
  if (fact === undefined)
    throw new WaggleError('notFound', 'What this call saved was forgotten.', {
      fix: 'Save it again with a new key.',
    });
  const replaced = rows.flatMap(({ before, target }) =>
    target === 'fact' && before !== null ? [before] : [],
  );
  const revision = await context.nextRevision();
  const outcome = change.kind as SaveOutcome;
  return { outcome, fact, replaced, changeId: change.id, facts: [], forgotten: [], revision };
}
