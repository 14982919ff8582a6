import { homedir } from 'node:os';
import type { Methods } from '../../protocol/protocol.ts';
import { factExpiryDays } from '../../protocol/memory/memory.ts';
import type { ImportCandidate } from '../../protocol/memory/memory.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError, errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Exchange, FoundImports } from '../exchange/exchange.ts';
import type { Principal } from '../feature.ts';
import { createUuid } from '../uuid.ts';
import type { FactsContext } from './facts.ts';
import { dayMs, toFactText } from './facts.ts';
import type { Notes } from './notes.ts';
import type { Place } from './placing.ts';
import { ownersOf, reachOf, sourceOf } from './placing.ts';
import type { ImportDraft, Imported } from './import.store.ts';
import type { BlockRow, FactRow } from './rows.ts';
import { toBlock, toFact } from './rows.ts';
import { screen } from './screening.ts';

type Params<M extends keyof Methods> = ParamsOut<Methods[M]>;
type Result<M extends keyof Methods> = ResultIn<Methods[M]>;
type Candidate = Params<'memory/import'>['candidates'][number];

export interface ExchangingContext extends FactsContext {
  readonly exchange: Exchange;
  readonly notes: Notes;
}

const listedMost = 1000;
/** At a time, so that others are answered in between. */
const lookedUpMost = 500;

/** Memory from files and to files, for a person. */
export class Exchanging {
  readonly #context: ExchangingContext;

  constructor(context: ExchangingContext) {
    this.#context = context;
  }

  async find(
    { place, paths, markdown }: Params<'memory/findImports'>,
    by: Principal,
  ): Promise<Result<'memory/findImports'>> {
    refuseAgent(by);
    const { exchange, placing } = this.#context;
    const found = await placing.locate(place, by);
    const read =
      markdown === undefined
        ? await exchange.findImports({ root: found.worktree ?? undefined, home: homedir() }, paths)
        : exchange.parseMarkdown(markdown, 'memory.md');
    const known = await this.#known(read.candidates, found);
    const candidates = read.candidates.map((candidate, at): ImportCandidate => {
      const suspicious = screen(candidate.text);
      return { ...candidate, suspicious, known: known[at] ?? false };
    });
    const { problems, searched } = read;
    const fresh = candidates.filter(({ known }) => !known);
    const isAll = candidates.length <= listedMost;
    const problem = `Only the first ${listedMost} of ${fresh.length} are listed: take them over, then look again.`;
    const [first] = fresh.slice(listedMost);
    return {
      // What is known is of less use than what is not.
      candidates: isAll ? candidates : fresh.slice(0, listedMost),
      problems: [...problems, ...(first === undefined ? [] : [{ path: first.path, problem }])],
      searched: [...searched],
    };
  }

  /**
   * A few at a time, so that others are answered in between; one change in the log. One that fails is taken back; of one
   * that the daemon's end cut off, what was taken stays, as a change that can be undone, and is known to the next try.
   */
  async take(params: Params<'memory/import'>, by: Principal): Promise<Result<'memory/import'>> {
    refuseAgent(by);
    const { placing, telling } = this.#context;
    const place = await placing.locate(params.place, by, true);
    const { candidates, importId } = params;
    const total = candidates.length;
    const taken = { facts: 0, notes: 0, known: 0, quarantined: 0 };
    const refused: Result<'memory/import'>['refused'] = [];
    let changeId: string | null = null;
    for (let from = 0; from < total; from += partMost) {
      const part = await this.#takePart({ ...params, place, by, from, changeId });
      changeId = part.changeId;
      for (const count of Object.keys(taken) as (keyof typeof taken)[])
        taken[count] += part.counts[count];
      refused.push(...part.refused);
      const done = Math.min(total, from + partMost);
      if (importId !== undefined) telling.importAdvanced({ importId, done, total });
    }
    return { changeId: changeId as Result<'memory/import'>['changeId'], ...taken, refused };
  }

  async #takePart(taking: PartTaking): Promise<Pick<Imported, 'changeId' | 'counts' | 'refused'>> {
    const { store, telling, daemon } = this.#context;
    const { candidates, from, changeId, place, by } = taking;
    const refused: { text: string; problem: string }[] = [];
    const drafts: ImportDraft[] = [];
    for (const candidate of candidates.slice(from, from + partMost))
      try {
        drafts.push(this.#draftOf(candidate, taking));
      } catch (error) {
        if (!(error instanceof WaggleError)) throw error;
        refused.push({ text: toPlainLine(candidate.text, 120), problem: errorMessageOf(error) });
      }
    const files = new Set(candidates.map(({ path }) => nameOf(path)));
    const act = { by: sourceOf(by, place), ownerDaemonId: daemon.daemonId };
    try {
      const summary = toPlainLine([...files].join(', '), 160);
      const imported = await store.importPart({ drafts, summary, changeId, ...act });
      telling.facts(imported);
      telling.blocks(imported);
      return { ...imported, refused: [...refused, ...imported.refused] };
    } catch (error) {
      if (changeId !== null) await this.#takeBack({ changeId, ...act }, error);
      throw error;
    }
  }

  /** Of an import that failed in the middle. Undone already: nothing is left to take back. */
  async #takeBack(
    act: Parameters<ExchangingContext['store']['undo']>[0],
    cause: unknown,
  ): Promise<void> {
    const { store, telling } = this.#context;
    if (errorCodeOf(cause) === 'conflict') return;
    try {
      const undone = await store.undo(act);
      telling.facts(undone);
      telling.blocks(undone);
    } catch {
      const message = `The import stopped in the middle: ${errorMessageOf(cause)}`;
      throw new WaggleError('internal', message, {
        cause,
        fix: `Take back what it did: waggle memory undo ${act.changeId}`,
      });
    }
  }

  async export(
    { place, scopes, after }: Params<'memory/export'>,
    by: Principal,
  ): Promise<Result<'memory/export'>> {
    refuseAgent(by);
    const { exchange, placing, store } = this.#context;
    const found = await placing.locate(place, by);
    const owners = found.isEverywhere ? undefined : ownersOf(found);
    const blocks = after === undefined ? await store.listBlocks({ owners }) : [];
    const { facts, more } = await store.list({
      filter: { reach: reachOf(found), scopes, now: this.#now(), state: 'accepted' },
      page: { after, limit: exportPage },
    });
    const markdown = exchange.toMarkdown({ blocks: blocks.map(toBlock), facts: facts.map(toFact) });
    const next = more ? (facts.at(-1)?.id ?? null) : null;
    return { markdown, facts: facts.length, notes: blocks.length, next };
  }

  async writeSection(
    { place, file, remove, preview }: Params<'memory/writeSection'>,
    by: Principal,
  ): Promise<Result<'memory/writeSection'>> {
    refuseAgent(by);
    const { exchange, placing, store } = this.#context;
    const { worktree, workspaceId } = await placing.locate(place, by);
    if (worktree === null || workspaceId === null)
      throw new WaggleError('badRequest', 'A section is written into a file of a repository.', {
        fix: 'Name the folder of the repository.',
      });
    const owners = [{ kind: 'workspace', workspaceId } as const];
    const blocks = remove ? [] : await store.listBlocks({ owners });
    const written = blocks.filter((block) => block.text.trim() !== '').map(toBlock);
    return exchange.writeSection({ root: worktree, file, blocks: written, preview });
  }

  #draftOf(candidate: Candidate, taking: Taking): ImportDraft {
    if (candidate.as === 'note') return { note: this.#draftNote(candidate, taking) };
    const text = toFactText(candidate.text);
    const fact = this.#draft({ ...candidate, text }, taking);
    // Hundreds of questions to a provider would take longer than a person waits: words tell what is known already.
    return { fact, vector: undefined };
  }

  /** A note waits for no review: what speaks to agents comes in only when the person has read it. */
  #draftNote({ label, text }: Candidate, { place, accept }: Taking): BlockRow {
    const owner = ownersOf(place).find((one) => one.kind === 'workspace');
    if (owner === undefined)
      throw new WaggleError('badRequest', 'A note needs a repository.', {
        fix: 'Name the folder of the repository.',
      });
    const [suspicious] = accept ? [] : screen(text);
    if (suspicious !== undefined)
      throw new WaggleError(
        'forbidden',
        `It reads like instructions to agents ("${suspicious}"). Read it, then take it over as accepted.`,
      );
    return this.#context.notes.draft(owner, toLabel(label ?? ''), text);
  }

  #draft(candidate: Candidate, { place, scope, accept, by }: Taking): FactRow {
    const { text, type, path } = candidate;
    const suspicious = screen(text);
    const isHeld = accept || (suspicious.length === 0 && scope === 'repository');
    const reasons = isHeld
      ? []
      : [
          ...(suspicious.length > 0 ? (['instructions'] as const) : []),
          ...(scope === 'repository' ? [] : (['widerScope'] as const)),
        ];
    const now = this.#now();
    const { workspaceId, roleId } = place;
    if (scope === 'repository' && workspaceId === null)
      throw new WaggleError('badRequest', 'A fact of scope "repository" needs a repository.', {
        fix: 'Name its folder, or choose the scope "person".',
      });
    const who = toPlainLine(nameOf(path), 128);
    return {
      id: createUuid(this.#context.daemon.clock.now()),
      ...{ type, text, scope, workspaceId, worktree: null, roleId, suspicious, reasons },
      source: {
        ...sourceOf(by, place, { by: accept ? 'person' : 'file', from: 'repository', path }),
        who,
      },
      state: reasons.length === 0 ? 'accepted' : 'quarantined',
      ...{ contradicts: [], validFrom: now, supersededBy: null, supersededAt: null },
      ...{ uses: 0, lastUsedAt: null, pinned: false },
      reviewedAt: accept ? now : null,
      expiresAt: accept ? null : new Date(Date.parse(now) + factExpiryDays * dayMs).toISOString(),
      ...{ createdAt: now, updatedAt: now, revision: 0 },
    };
  }

  /** The same text is remembered already; what is nearly the same is seen when it is saved. */
  async #known(candidates: FoundImports['candidates'], place: Place): Promise<boolean[]> {
    const { store } = this.#context;
    const blocks = await store.listBlocks({ owners: ownersOf(place) });
    const known: boolean[] = [];
    for (let from = 0; from < candidates.length; from += lookedUpMost) {
      const part = candidates.slice(from, from + lookedUpMost);
      const texts = part.map(({ text }) => text.slice(0, 2000));
      known.push(...(await store.knows({ texts, reach: reachOf(place) })));
    }
    return candidates.map(({ as, text }, at) =>
      as === 'note' ? blocks.some((block) => block.text.includes(text.trim())) : known[at] === true,
    );
  }

  #now(): string {
    return new Date(this.#context.daemon.clock.now()).toISOString();
  }
}

interface Taking {
  readonly place: Place;
  readonly scope: Params<'memory/import'>['scope'];
  readonly accept: boolean;
  readonly by: Principal;
}

interface PartTaking extends Taking {
  readonly candidates: readonly Candidate[];
  readonly from: number;
  readonly changeId: string | null;
}

/** Settled in one go: some 50 ms, in which nothing else is read from the database. */
const partMost = 20;

/** Facts of one page: well below what a message holds. */
const exportPage = 200;

function toLabel(given: string): string {
  const plain = given.replaceAll(/[^\p{L}\p{N} ._-]/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '');
  return plain.slice(0, 40).trim() || 'imported';
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function refuseAgent(by: Principal): void {
  if (by.right === 'self')
    throw new WaggleError('forbidden', 'Only a person takes memory in and out of files.');
}
