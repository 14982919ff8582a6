import type { FactHit, Learned } from '../../protocol/memory/memory.ts';
import { factExpiryDays, factMaxChars } from '../../protocol/memory/memory.ts';
import type { Methods } from '../../protocol/protocol.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { Embedding } from '../embedding/embedding.ts';
import type { Principal } from '../feature.ts';
import { createUuid } from '../uuid.ts';
import type { StoreProxy } from '../store/store.ts';
import { frameFacts } from './framing.ts';
import type { memoryStore } from './memory.store.ts';
import type { Place, Placing } from './placing.ts';
import { reachOf, sourceOf } from './placing.ts';
import type { FactRow } from './rows.ts';
import { toChange, toFact } from './rows.ts';
import { screen } from './screening.ts';
import type { Telling } from './telling.ts';

type Params<M extends keyof Methods> = ParamsOut<Methods[M]>;
type Result<M extends keyof Methods> = ResultIn<Methods[M]>;

export interface FactsContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'daemonId'>;
  readonly store: StoreProxy<typeof memoryStore>;
  readonly placing: Placing;
  readonly telling: Telling;
  readonly embedding: Pick<Embedding, 'embed' | 'factsChanged'>;
}

export const dayMs = 86_400_000;

/** Learning and finding facts: what agents do too. Looking after them is a person's: `reviewing.ts`. */
export class Facts {
  readonly #context: FactsContext;

  constructor(context: FactsContext) {
    this.#context = context;
  }

  async save(params: Params<'memory/save'>, by: Principal): Promise<Result<'memory/save'>> {
    const { store, telling, embedding, daemon } = this.#context;
    const text = toFactText(params.text);
    const place = await this.#context.placing.locate(params.place, by, true);
    const draft = this.#draft({ ...params, text }, place, by);
    const saved = await store.save({
      draft,
      ownerDaemonId: daemon.daemonId,
      supersedes: params.supersedes ?? null,
      idempotencyKey:
        params.idempotencyKey === undefined ? null : `${by.id}:${params.idempotencyKey}`,
      // What waits for a person is sent nowhere.
      vector: draft.state === 'accepted' ? await embedding.embed(text) : undefined,
    });
    telling.facts(saved);
    return {
      outcome: saved.outcome,
      fact: toFact(saved.fact),
      replaced: saved.replaced.map(toFact),
      changeId: saved.changeId as Result<'memory/save'>['changeId'],
    };
  }

  async recall(
    { query, place, limit }: Params<'memory/recall'>,
    by: Principal,
  ): Promise<Result<'memory/recall'>> {
    const found = await this.#context.placing.locate(place, by);
    // A private session leaves no trace, not even that something was used.
    const markUsed = found.session?.isPrivate !== true;
    const hits = await this.#find({ query, limit, place: found, states: ['accepted'], markUsed });
    if (markUsed) this.#context.telling.used(hits.map(({ fact }) => fact));
    return { text: frameFacts(hits.map(({ fact }) => fact)), hits: [...hits] };
  }

  async search(params: Params<'memory/search'>, by: Principal): Promise<{ hits: FactHit[] }> {
    const { query, limit, place, scopes, types, state } = params;
    const all = ['accepted', 'quarantined'] as const;
    const states = by.right === 'self' ? (['accepted'] as const) : state ? [state] : all;
    const found = await this.#context.placing.locate(place, by);
    const filter = { scopes, types, states, markUsed: false };
    return { hits: await this.#find({ query, limit, place: found, ...filter }) };
  }

  async list(
    params: Params<'memory/listFacts'>,
    by: Principal,
  ): Promise<Result<'memory/listFacts'>> {
    const { after, limit, place, ...filter } = params;
    const found = await this.#context.placing.locate(place, by);
    const isAgent = by.right === 'self';
    const { facts, more } = await this.#context.store.list({
      filter: {
        ...filter,
        ...(isAgent ? { state: 'accepted' } : {}),
        superseded: filter.superseded && !isAgent,
        reach: reachOf(found),
        now: this.#now(),
      },
      page: { after, limit },
    });
    return { facts: facts.map(toFact), more };
  }

  async get(
    { factId, place }: Params<'memory/getFact'>,
    by: Principal,
  ): Promise<Result<'memory/getFact'>> {
    const { store } = this.#context;
    const row = await store.get({ id: factId });
    if (by.right === 'self') {
      await this.#refuseOutOfReach(row, by, place);
      return { fact: toFact(row), related: [], changes: [] };
    }
    const changes = await store.changesOf({ target: 'fact', id: factId });
    const others = [...row.contradicts, row.supersededBy, ...changes.flatMap((one) => one.factIds)];
    const ids = new Set(others.filter((id) => id !== null && id !== factId));
    const related = await store.read({ ids: [...ids] as string[] });
    return { fact: toFact(row), related: related.map(toFact), changes: changes.map(toChange) };
  }

  /** @throws WaggleError `forbidden` for what another session or a person taught. */
  async forget(
    { factIds, forever }: Params<'memory/forget'>,
    by: Principal,
  ): Promise<Result<'memory/forget'>> {
    const { store, telling, daemon } = this.#context;
    const rows = await store.read({ ids: factIds });
    if (rows.length === 0)
      throw new WaggleError('notFound', 'There is no such fact.', {
        fix: 'It was forgotten already. waggle memory undo brings it back.',
      });
    if (by.right === 'self') refuseOthers(rows, by, forever);
    const ids = rows.map((row) => row.id);
    if (forever) {
      const erased = await store.erase({ ids });
      telling.facts(erased);
      return { forgotten: rows.map((row) => toFact(row).id), changeId: null };
    }
    const place = await this.#context.placing.locate({}, by);
    const acted = await store.act({
      kind: 'forgotten',
      by: sourceOf(by, place),
      ownerDaemonId: daemon.daemonId,
      summary: summaryOf(rows),
      patches: [],
      drop: ids,
    });
    telling.facts(acted);
    return {
      forgotten: rows.map((row) => toFact(row).id),
      changeId: acted.changeId as Result<'memory/forget'>['changeId'],
    };
  }

  async learned({ sessionId }: Params<'memory/learned'>, by: Principal): Promise<Learned> {
    if (by.right === 'self' && by.sessionId !== sessionId) throw new WaggleError('forbidden');
    return this.learnedBy(sessionId);
  }

  async learnedBy(sessionId: string): Promise<Learned> {
    const { facts } = await this.#context.store.list({
      filter: { reach: { kind: 'everything' }, learnedBy: sessionId, now: this.#now() },
      page: { limit: 500 },
    });
    const unseen = facts.filter((fact) => fact.reviewedAt === null);
    const session = this.#context.placing.findSession(sessionId);
    return {
      sessionId: sessionIdSchema.parse(sessionId),
      sessionName: toPlainLine(session?.name ?? facts[0]?.source.who ?? '', 128),
      factIds: facts.map((fact) => toFact(fact).id),
      toReview: unseen.length,
      quarantined: unseen.filter((fact) => fact.state === 'quarantined').length,
    };
  }

  async #find(search: {
    readonly query: string;
    readonly limit: number;
    readonly place: Place;
    readonly states: readonly ('accepted' | 'quarantined')[];
    readonly scopes?: Params<'memory/search'>['scopes'];
    readonly types?: Params<'memory/search'>['types'];
    readonly markUsed: boolean;
  }): Promise<FactHit[]> {
    const { query, place, markUsed, ...rest } = search;
    const vector = await this.#context.embedding.embed(query);
    const hits = await this.#context.store.search({
      query: { text: query, reach: reachOf(place), now: this.#now(), vector, ...rest },
      markUsed,
    });
    return hits.map(({ fact, score, ways }) => ({ fact: toFact(fact), score, ways: [...ways] }));
  }

  #draft(
    params: Pick<
      Params<'memory/save'>,
      'text' | 'type' | 'scope' | 'worktreeOnly' | 'from' | 'turn'
    >,
    place: Place,
    by: Principal,
  ): FactRow {
    const { scope, type, text } = params;
    const isPerson = by.right !== 'self';
    const { workspaceId, worktree, roleId } = placeOfScope(params, place);
    const suspicious = screen(text);
    const reasons = isPerson
      ? []
      : reasonsFor({ ...params, suspicious }, place, this.#isTied(place));
    const now = this.#now();
    const from = isPerson && params.from === 'work' ? 'person' : params.from;
    return {
      id: createUuid(this.#context.daemon.clock.now()),
      ...{ type, text, scope, workspaceId, worktree, roleId, suspicious, reasons },
      source: sourceOf(by, place, { from, turn: params.turn ?? null }),
      state: reasons.length === 0 ? 'accepted' : 'quarantined',
      ...{ contradicts: [], validFrom: now, supersededBy: null, supersededAt: null },
      ...{ uses: 0, lastUsedAt: null, pinned: false },
      reviewedAt: isPerson ? now : null,
      expiresAt: isPerson ? null : new Date(Date.parse(now) + factExpiryDays * dayMs).toISOString(),
      ...{ createdAt: now, updatedAt: now, revision: 0 },
    };
  }

  /** Whether a role works in one repository only, so that what it learns stays there. */
  #isTied({ roleId }: Place): boolean {
    return roleId !== null && this.#context.placing.isTied(roleId);
  }

  async #refuseOutOfReach(
    row: FactRow,
    by: Principal,
    place: Params<'memory/getFact'>['place'],
  ): Promise<void> {
    const { facts } = await this.#context.store.list({
      filter: {
        reach: reachOf(await this.#context.placing.locate(place, by)),
        state: 'accepted',
        now: this.#now(),
        ids: [row.id],
      },
      page: { limit: 1 },
    });
    const isOwn = by.sessionId !== undefined && row.source.sessionId === by.sessionId;
    if (facts.length === 0 && !isOwn) throw new WaggleError('notFound', 'There is no such fact.');
  }

  #now(): string {
    return new Date(this.#context.daemon.clock.now()).toISOString();
  }
}

/** A fact is one thing that can be said in a few sentences. @throws WaggleError `limitReached`, `badRequest`. */
export function toFactText(given: string): string {
  const text = given.trim();
  if (text === '') throw new WaggleError('badRequest', 'A fact needs a text.');
  if (text.length > factMaxChars)
    throw new WaggleError(
      'limitReached',
      `A fact holds ${factMaxChars} characters; this has ${text.length}.`,
      {
        fix: 'Say the one thing that matters, save several facts, or put the text into a file of the repository and remember where.',
        details: { limit: factMaxChars, length: text.length },
      },
    );
  return text;
}

export function summaryOf(rows: readonly { readonly text: string }[]): string {
  const [first] = rows;
  const more = rows.length > 1 ? ` (+${rows.length - 1})` : '';
  return `${toPlainLine(first?.text ?? '', 160)}${more}`;
}

type Reasons = FactRow['reasons'];

/** Why what an agent saves waits for a person. */
function reasonsFor(
  {
    scope,
    from,
    suspicious,
  }: Pick<Params<'memory/save'>, 'scope' | 'from'> & { readonly suspicious: readonly string[] },
  { isProven, workspaceId }: Place,
  isTied: boolean,
): Reasons {
  const isNarrow = scope === 'repository' ? workspaceId !== null : scope === 'agent' && isTied;
  return [
    ...(suspicious.length > 0 ? (['instructions'] as const) : []),
    ...(from === 'outside' || !isProven ? (['outsideSource'] as const) : []),
    ...(isNarrow ? [] : (['widerScope'] as const)),
  ];
}

function placeOfScope(
  { scope, worktreeOnly }: Pick<Params<'memory/save'>, 'scope' | 'worktreeOnly'>,
  place: Place,
): Pick<FactRow, 'workspaceId' | 'worktree' | 'roleId'> {
  const { workspaceId, worktree, roleId } = place;
  const missing = (what: string): never => {
    throw new WaggleError('badRequest', `A fact of scope "${scope}" needs a ${what}.`, {
      fix: 'Name the folder it holds in, or choose the scope "person".',
    });
  };
  if (scope === 'repository' && workspaceId === null) missing('repository');
  if (scope === 'agent' && roleId === null) missing('role');
  if (worktreeOnly && (scope !== 'repository' || worktree === null)) missing('worktree');
  return { workspaceId, worktree: worktreeOnly ? worktree : null, roleId };
}

function refuseOthers(rows: readonly FactRow[], by: Principal, forever: boolean): void {
  const isOwn = (row: FactRow): boolean =>
    by.sessionId !== undefined && row.source.sessionId === by.sessionId;
  if (!forever && rows.every((row) => isOwn(row) && !row.pinned && row.reviewedAt === null)) return;
  throw new WaggleError('forbidden', 'An agent forgets only what its own session learned.', {
    fix: 'Ask the person, who can: waggle memory forget',
  });
}
