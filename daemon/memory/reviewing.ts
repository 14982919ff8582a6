import { realpathSync } from 'node:fs';
import type { Methods } from '../../protocol/protocol.ts';
import { factIdSchema } from '../../protocol/wire/brand.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Principal } from '../feature.ts';
import type { FactsActed, FactsAct } from './act.store.ts';
import type { FactsContext } from './facts.ts';
import { summaryOf, toFactText } from './facts.ts';
import type { Place } from './placing.ts';
import { sourceOf } from './placing.ts';
import type { ChangeKind, FactRow } from './rows.ts';
import { toChange, toFact } from './rows.ts';
import { screen } from './screening.ts';

type Params<M extends keyof Methods> = ParamsOut<Methods[M]>;
type Result<M extends keyof Methods> = ResultIn<Methods[M]>;
type ChangeId = Result<'memory/undo'>['changeId'];

interface Doing extends Pick<FactsAct, 'patches' | 'drop'> {
  readonly kind: ChangeKind;
  readonly about: readonly FactRow[];
}

/** What only a person does with facts. Each call is one act that can be undone; a look at a fact ends its expiry. */
export class Reviewing {
  readonly #context: FactsContext;

  constructor(context: FactsContext) {
    this.#context = context;
  }

  async edit(params: Params<'memory/edit'>, by: Principal): Promise<Result<'memory/edit'>> {
    refuseAgents(by);
    const { store, telling, daemon } = this.#context;
    const { factId, revision, type } = params;
    const text = params.text === undefined ? undefined : toFactText(params.text);
    const [row] = await this.#read([factId]);
    const edited = await store.edit({
      ...{ id: factId, revision, kind: 'edited', ownerDaemonId: daemon.daemonId },
      by: await this.#sourceOf(by),
      summary: summaryOf([{ text: text ?? row?.text ?? '' }]),
      patch: {
        ...(text === undefined ? {} : { text, suspicious: screen(text) }),
        ...(type === undefined ? {} : { type }),
        // Who writes it has read it.
        ...accepted,
        ...this.#seen(),
      },
    });
    const fact = toFact(edited.fact);
    if (edited.outcome === 'conflict') return { outcome: 'conflict', fact };
    telling.facts(edited);
    return { outcome: 'edited', fact, changeId: edited.changeId as ChangeId };
  }

  async pin(
    { factIds, pinned }: Params<'memory/pin'>,
    by: Principal,
  ): Promise<Result<'memory/pin'>> {
    const about = await this.#read(factIds);
    const seen = pinned ? { ...accepted, ...this.#seen() } : {};
    const patches = factIds.map((id) => ({ id, patch: { pinned, ...seen } }));
    return toChanged(await this.#act({ kind: 'pinned', about, patches, drop: [] }, by));
  }

  async promote(
    { factIds, scope, place }: Params<'memory/promote'>,
    by: Principal,
  ): Promise<Result<'memory/promote'>> {
    refuseAgents(by);
    const about = await this.#read(factIds);
    const found = await this.#context.placing.locate(place, by, true);
    const seen = this.#seen();
    const patches = about.map((row) => ({
      id: row.id,
      patch: { ...inScope(row, scope, found), scope, ...accepted, ...seen },
    }));
    return toChanged(await this.#act({ kind: 'promoted', about, patches, drop: [] }, by));
  }

  async settleWorktree(
    { worktree, keep }: Params<'memory/settleWorktree'>,
    by: Principal,
  ): Promise<Result<'memory/settleWorktree'>> {
    const { facts: about } = await this.#context.store.list({
      filter: {
        reach: { kind: 'everything' },
        worktree: realPathOf(worktree),
        now: this.#now(),
      },
      page: { limit: 1000 },
    });
    const acted = await this.#act(
      {
        kind: keep ? 'promoted' : 'forgotten',
        about,
        patches: keep ? about.map(({ id }) => ({ id, patch: { worktree: null } })) : [],
        drop: keep ? [] : about.map(({ id }) => id),
      },
      by,
    );
    const factIds = about.map((row) => factIdSchema.parse(row.id));
    return { changeId: acted.changeId as ChangeId | null, factIds };
  }

  async review(
    { accept, discard }: Params<'memory/review'>,
    by: Principal,
  ): Promise<Result<'memory/review'>> {
    const both = accept.filter((id) => discard.includes(id));
    if (both.length > 0)
      throw new WaggleError('badRequest', 'A fact is accepted or discarded, not both.');
    const about = await this.#context.store.read({ ids: [...accept, ...discard] });
    const patch = { ...accepted, ...this.#seen() };
    const patches = accept.map((id) => ({ id, patch }));
    const acted = await this.#act({ kind: 'reviewed', about, patches, drop: discard }, by);
    const isMissing = (id: string): boolean => acted.missing.includes(id);
    return {
      changeId: acted.changeId as ChangeId | null,
      accepted: accept.filter((id) => !isMissing(id)),
      discarded: discard.filter((id) => !isMissing(id)),
      missing: [...accept, ...discard].filter(isMissing),
    };
  }

  async undo({ changeId }: Params<'memory/undo'>, by: Principal): Promise<Result<'memory/undo'>> {
    refuseAgents(by);
    const { store, telling, daemon } = this.#context;
    const source = await this.#sourceOf(by);
    const undone = await store.undo({ changeId, by: source, ownerDaemonId: daemon.daemonId });
    telling.facts(undone);
    telling.blocks(undone);
    return { undone: toChange(undone.undone), changeId: undone.changeId as ChangeId };
  }

  async listChanges({
    limit,
    before,
  }: Params<'memory/listChanges'>): Promise<Result<'memory/listChanges'>> {
    const found = await this.#context.store.listChanges({ limit: limit + 1, before });
    return { changes: found.slice(0, limit).map(toChange), more: found.length > limit };
  }

  async #act({ about, ...doing }: Doing, by: Principal): Promise<FactsActed> {
    refuseAgents(by);
    const acted = await this.#context.store.act({
      ...doing,
      by: await this.#sourceOf(by),
      ownerDaemonId: this.#context.daemon.daemonId,
      summary: summaryOf(about),
    });
    this.#context.telling.facts(acted);
    return acted;
  }

  /** @throws WaggleError `notFound` when one of them is gone. */
  async #read(ids: readonly string[]): Promise<FactRow[]> {
    const rows = await this.#context.store.read({ ids });
    const missing = ids.filter((id) => !rows.some((row) => row.id === id));
    if (missing.length === 0) return rows;
    throw new WaggleError('notFound', `There is no fact ${missing[0]}.`, {
      fix: 'It was forgotten or has expired. What was forgotten comes back with: waggle memory undo',
      details: { missing },
    });
  }

  #sourceOf(by: Principal): Promise<FactRow['source']> {
    return Promise.resolve(sourceOf(by, { session: undefined, roleId: null }));
  }

  #seen(): Pick<FactRow, 'reviewedAt' | 'expiresAt'> {
    return { reviewedAt: this.#now(), expiresAt: null };
  }

  #now(): string {
    return new Date(this.#context.daemon.clock.now()).toISOString();
  }
}

const accepted = { state: 'accepted', reasons: [] as FactRow['reasons'] } as const;

/** Also below the wire's own rights: tools and hooks come this way too. */
function refuseAgents(by: Principal): void {
  if (by.right === 'self')
    throw new WaggleError('forbidden', 'Only a person accepts, pins, widens or undoes.', {
      fix: 'Ask the person: waggle memory review',
    });
}

function inScope(
  row: FactRow,
  scope: FactRow['scope'],
  place: Place,
): Pick<FactRow, 'workspaceId' | 'roleId' | 'worktree'> {
  const workspaceId = row.workspaceId ?? place.workspaceId;
  const roleId = row.roleId ?? place.roleId;
  const isHomeless =
    (scope === 'repository' && workspaceId === null) || (scope === 'agent' && roleId === null);
  if (isHomeless)
    throw new WaggleError('badRequest', `It is not known whose fact that is to be.`, {
      fix: 'Name the folder of the repository.',
    });
  return { workspaceId, roleId, worktree: null };
}

function toChanged({ facts, changeId }: FactsActed): Result<'memory/pin'> {
  return { changeId: changeId as ChangeId, facts: facts.map(toFact) };
}

/** Of a worktree that is gone it is the path itself. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    return asGiven(error, path);
  }
}

function asGiven(_error: unknown, path: string): string {
  return path;
}
