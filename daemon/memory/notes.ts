import type { Block, MemoryPrompt } from '../../protocol/memory/memory.ts';
import { blockLimits } from '../../protocol/memory/memory.ts';
import type { Methods } from '../../protocol/protocol.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { Principal } from '../feature.ts';
import type { StoreProxy } from '../store/store.ts';
import { createUuid } from '../uuid.ts';
import type { BlockRef, BlockWrite } from './block.store.ts';
import type { BlockEdit } from './editing.ts';
import { framePrompt } from './framing.ts';
import type { memoryStore } from './memory.store.ts';
import type { Place, Placing } from './placing.ts';
import { ownersOf, sourceOf } from './placing.ts';
import type { BlockRow, SourceRow } from './rows.ts';
import { toBlock } from './rows.ts';
import { refuseOrders, screen } from './screening.ts';
import type { Telling } from './telling.ts';

type Params<M extends keyof Methods> = ParamsOut<Methods[M]>;
type Result<M extends keyof Methods> = ResultIn<Methods[M]>;
type Written = Result<'memory/writeBlock'>;
type BlockName = Params<'memory/getBlock'>['block'];

export interface NotesContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'daemonId'>;
  readonly store: StoreProxy<typeof memoryStore>;
  readonly placing: Placing;
  readonly telling: Telling;
  readonly tagLineOf: (roleId: string) => string;
}

/** Notes: the blocks of a repository and of a role. An agent writes those of its own place, in words that give no orders. */
export class Notes {
  readonly #context: NotesContext;

  constructor(context: NotesContext) {
    this.#context = context;
  }

  async list(
    { place }: Params<'memory/listBlocks'>,
    by: Principal,
  ): Promise<Result<'memory/listBlocks'>> {
    const { store, placing, telling } = this.#context;
    const found = await placing.locate(place, by);
    const owners = found.isEverywhere ? undefined : ownersOf(found);
    const rows = await store.listBlocks({ owners });
    return { blocks: rows.map(toBlock), revision: telling.revision };
  }

  async get({ block }: Params<'memory/getBlock'>, by: Principal): Promise<{ block: Block }> {
    const { ref, place } = await this.#resolve(block, by, false);
    const row = await this.#context.store.getBlock(ref);
    refuseOtherOwners(row, place, by);
    return { block: toBlock(row) };
  }

  async history(
    { block, limit }: Params<'memory/blockHistory'>,
    by: Principal,
  ): Promise<Result<'memory/blockHistory'>> {
    const { ref, place } = await this.#resolve(block, by, false);
    const found = await this.#context.store.blockHistory({ ref, limit });
    refuseOtherOwners(found.block, place, by);
    const versions = found.versions.map(({ revision, text, updatedAt, updatedBy }) => ({
      revision,
      text,
      at: updatedAt,
      by: toBlock({ ...found.block, updatedBy }).updatedBy,
    }));
    return { block: toBlock(found.block), versions };
  }

  async create(
    { owner, label, description, limit, text }: Params<'memory/createBlock'>,
    by: Principal,
  ): Promise<Result<'memory/createBlock'>> {
    refuseAgent(by);
    const draft = { ...this.draft(owner, label, text), description, limit };
    const source = sourceOf(by, { session: undefined, roleId: null });
    const written = await this.#context.store.createBlock({ draft, ...this.#act(source) });
    return this.#toSaved(written);
  }

  async write(
    { block, revision, text }: Params<'memory/writeBlock'>,
    by: Principal,
  ): Promise<Written> {
    return this.#edit({ name: block, edit: { kind: 'write', revision, text }, by });
  }

  async append(
    { block, text, ownedBy }: Params<'memory/appendBlock'>,
    by: Principal,
  ): Promise<Written> {
    return this.#edit({ name: block, edit: { kind: 'append', text }, by, makeFor: ownedBy });
  }

  async replace(
    { block, old, new: text }: Params<'memory/replaceInBlock'>,
    by: Principal,
  ): Promise<Written> {
    return this.#edit({ name: block, edit: { kind: 'replace', old, new: text }, by });
  }

  async change(
    { blockId, ...given }: Params<'memory/changeBlock'>,
    by: Principal,
  ): Promise<Result<'memory/changeBlock'>> {
    refuseAgent(by);
    const patch = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    );
    const source = sourceOf(by, { session: undefined, roleId: null });
    const written = await this.#context.store.changeBlock({
      blockId,
      patch,
      ...this.#act(source),
    });
    return this.#toSaved(written);
  }

  async remove(
    { blockId }: Params<'memory/removeBlock'>,
    by: Principal,
  ): Promise<Result<'memory/removeBlock'>> {
    refuseAgent(by);
    const source = sourceOf(by, { session: undefined, roleId: null });
    const removed = await this.#context.store.removeBlock({ blockId, ...this.#act(source) });
    this.#context.telling.blocks(removed);
    return { changeId: removed.changeId as Result<'memory/removeBlock'>['changeId'] };
  }

  async prompt({ place }: Params<'memory/prompt'>, by: Principal): Promise<MemoryPrompt> {
    return this.promptAt(await this.#context.placing.locate(place, by));
  }

  /** Notes in their order, then what a person pinned; the same content gives the same bytes. */
  async promptAt(
    place: Pick<Place, 'workspaceId' | 'roleId'> & Partial<Pick<Place, 'worktree'>>,
  ): Promise<MemoryPrompt> {
    const { store, tagLineOf, daemon } = this.#context;
    const { workspaceId, roleId, worktree = null } = place;
    const owners = ownersOf({ workspaceId, roleId });
    const { facts } = await store.list({
      filter: {
        reach: { kind: 'place', workspaceId, worktree, roleId },
        state: 'accepted',
        pinned: true,
        now: new Date(daemon.clock.now()).toISOString(),
      },
      page: { limit: pinnedMost },
    });
    return framePrompt({
      blocks: await store.listBlocks({ owners }),
      tagLine: roleId === null ? '' : tagLineOf(roleId),
      pinned: facts.toReversed(),
    });
  }

  async #edit({
    name,
    edit,
    by,
    makeFor,
  }: {
    readonly name: BlockName;
    readonly edit: BlockEdit;
    readonly by: Principal;
    readonly makeFor?: 'repository' | 'role';
  }): Promise<Written> {
    const { store, telling } = this.#context;
    const { ref, place } = await this.#resolve(name, by, true);
    const known = await this.#find(ref);
    if (known !== undefined) refuseOtherOwners(known, place, by);
    if (by.right === 'self' && !place.isProven)
      throw new WaggleError(
        'forbidden',
        'No person trusted this folder yet: its notes stay as they are.',
        {
          fix: 'Open the folder in the editor and trust it, or remember it as a fact, which a person reviews.',
        },
      );
    const draft =
      makeFor === undefined || !('label' in name)
        ? undefined
        : this.#draftIn(place, name.label, makeFor);
    const owner = known?.owner ?? draft?.owner;
    if (owner !== undefined) this.#refuseToSpread(owner, edit, by);
    const source = sourceOf(by, place);
    const isMade = known === undefined && draft !== undefined && edit.kind === 'append';
    const fresh = isMade ? { ...draft, text: edit.text.trimEnd() } : undefined;
    const written = await store.editBlock({ ref, edit, draft: fresh, ...this.#act(source) });
    if (written.outcome === 'conflict')
      return { outcome: 'conflict', reason: written.reason, block: toBlock(written.block) };
    telling.blocks(written);
    return {
      outcome: 'saved',
      block: toBlock(written.block),
      changeId: written.changeId as Extract<Written, { outcome: 'saved' }>['changeId'],
    };
  }

  /** What an agent writes here stands in prompts of others: no orders, and only where it works itself. */
  #refuseToSpread(owner: BlockRow['owner'], edit: BlockEdit, by: Principal): void {
    if (by.right !== 'self') return;
    if (owner.kind === 'role' && !this.#context.placing.isTied(owner.roleId))
      throw new WaggleError('forbidden', 'This role works in several repositories.', {
        fix: 'Write it into a note of the repository, or ask the person.',
      });
    const text = edit.kind === 'replace' ? edit.new : edit.text;
    // Together with what it completes it is looked at once more when it is written.
    refuseOrders(screen(text));
  }

  async #resolve(
    name: BlockName,
    by: Principal,
    toWrite: boolean,
  ): Promise<{ readonly ref: BlockRef; readonly place: Place }> {
    if ('blockId' in name)
      return { ref: name, place: await this.#context.placing.locate({}, by, toWrite) };
    const place = await this.#context.placing.locate(name.place, by, toWrite);
    if (place.isEverywhere || ownersOf(place).length === 0)
      throw new WaggleError('badRequest', 'A label alone does not say which note is meant.', {
        fix: 'Name the folder of its repository, or the id of the note.',
      });
    return { ref: { label: name.label, owners: ownersOf(place).toReversed() }, place };
  }

  async #find(ref: BlockRef): Promise<BlockRow | undefined> {
    return this.#context.store.findBlock(ref);
  }

  #draftIn(place: Place, label: string, makeFor: 'repository' | 'role'): BlockRow | undefined {
    const kind = makeFor === 'repository' ? 'workspace' : 'role';
    const owner = ownersOf(place).find((one) => one.kind === kind);
    return owner === undefined ? undefined : this.draft(owner, label);
  }

  /** A note that nobody has written yet. */
  draft(owner: BlockRow['owner'], label: string, text = ''): BlockRow {
    const nowMs = this.#context.daemon.clock.now();
    return {
      id: createUuid(nowMs),
      owner,
      label: toPlainLine(label, 40),
      description: '',
      limit: Math.max(blockLimits.atFirst, Math.min(text.length, blockLimits.most)),
      ...{ text, position: 0, revision: 0 },
      updatedAt: new Date(nowMs).toISOString(),
      updatedBy: sourceOf(
        { id: '', kind: 'owner', right: 'owner' },
        { session: undefined, roleId: null },
      ),
    };
  }

  #act(by: SourceRow): { readonly by: SourceRow; readonly ownerDaemonId: string } {
    return { by, ownerDaemonId: this.#context.daemon.daemonId };
  }

  #toSaved(written: Extract<BlockWrite, { outcome: 'saved' }>): Result<'memory/createBlock'> {
    this.#context.telling.blocks(written);
    const changeId = written.changeId as Result<'memory/createBlock'>['changeId'];
    return { block: toBlock(written.block), changeId };
  }
}

/** A person pins few; what is more stays to be recalled. */
const pinnedMost = 10;

function refuseAgent(by: Principal): void {
  if (by.right === 'self')
    throw new WaggleError('forbidden', 'An agent adds to notes; it does not arrange them.');
}

/** An agent's token reaches the notes of its own place only, also by their ids. */
function refuseOtherOwners(block: BlockRow, place: Place, by: Principal): void {
  if (by.right !== 'self') return;
  const isIn = ownersOf(place).some(
    (owner) => JSON.stringify(owner) === JSON.stringify(block.owner),
  );
  if (!isIn) throw new WaggleError('notFound', 'There is no such note here.');
}
