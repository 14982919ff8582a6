/**
 * Workspaces: which repository a folder belongs to, and whether a person vouched for it. Runs git only in vouched
 * folders and with neutral flags; deliberately keeps no branches and no worktree list.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { Workspace } from '../../protocol/workspace/workspace.ts';
import type { WorkspaceId } from '../../protocol/wire/brand.ts';
import { workspaceIdSchema } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature, Principal } from '../feature.ts';
import { createUuid } from '../uuid.ts';
import { findRepositoryRoot, readFolderFacts } from './git.ts';
import type { FolderFacts } from './matching.ts';
import { findWorkspace, mergeKeys } from './matching.ts';
import { realpathOf, resolveFolder } from './folder.ts';
import type { Trust } from './trust.ts';
import { decideTrust, isInside } from './trust.ts';
import type { RootDecision, WorkspaceRow, workspaceStore } from './workspace.store.ts';

export { resolveFolder } from './folder.ts';
export { neutralFlags } from './git.ts';
export type { Trust } from './trust.ts';

export interface WorkspaceFeature extends Feature<'workspace'> {
  /** The workspace of a real path; a new row is durable before this resolves, or never written while only `isPrivate` asks. */
  locate(folder: string, isPrivate?: boolean): Promise<WorkspaceId>;
  trustOf(folder: string): Trust;
  /** Folders that a person vouched for, and did not take back. */
  trustedRoots(): readonly string[];
  /** The worktree or folder that a real path lies in: what a workspace calls a root. Runs nothing. */
  worktreeOf(folder: string): string;
  /** A root of a git repository, by its look. Runs nothing. */
  isRepository(root: string): boolean;
  find(id: WorkspaceId): Workspace | undefined;
  /** The one that has this worktree or folder. */
  findByRoot(root: string): Workspace | undefined;
  /**
   * Records that somebody trusts the repository of a folder, or the folder when there is none. Starting something in the
   * home directory, or above it, says nothing about everything below: nothing is recorded.
   */
  vouch(folder: string, by: Principal): Promise<void>;
}

export function createWorkspaceFeature(context: FeatureContext): WorkspaceFeature {
  const rows = new WorkspaceRows(context);
  return {
    noun: 'workspace',
    start: () => rows.load(),
    locate: async (folder, isPrivate = false) =>
      workspaceIdSchema.parse((await rows.locate(folder, isPrivate)).id),
    trustOf: (folder) => rows.trustOf(folder),
    trustedRoots: () => rows.list().flatMap((row) => row.trustedRoots.map(({ root }) => root)),
    worktreeOf: findRepositoryRoot,
    isRepository: (root) => existsSync(join(root, '.git')),
    find: (id) =>
      rows
        .list()
        .filter((row) => row.id === id)
        .map(toWire)[0],
    findByRoot: (root) =>
      rows
        .list()
        .filter(({ roots }) => roots.includes(root))
        .map(toWire)[0],
    async vouch(folder, by) {
      const root = [findRepositoryRoot(folder), folder].find((path) => !holdsHome(path));
      if (root !== undefined) await rows.decide(root, true, by.id);
    },
    handlers: {
      'workspace/list': () => ({ workspaces: rows.list().map(toWire) }),
      async 'workspace/trust'({ root, trusted }, caller) {
        if (caller.principal.right === 'self') throw new WaggleError('forbidden');
        const folder = await resolveFolder(root);
        return { workspace: toWire(await rows.decide(folder, trusted, caller.principal.id)) };
      },
    },
    dispose: () => rows.clear(),
  };
}

function holdsHome(folder: string): boolean {
  return isInside(realpathOf(homedir()), folder);
}

/** What a start brings comes first. */
const observeAfterMs = 1000;

/** The rows in memory; each change is written before it holds. Changes run one after the other. */
class WorkspaceRows {
  readonly #context: Pick<FeatureContext, 'clock' | 'daemonId'>;
  readonly #store;
  #rows: readonly WorkspaceRow[] = [];
  /** Roots whose git facts were read since the daemon started. */
  readonly #observed = new Set<string>();
  readonly #looks = new Set<NodeJS.Timeout>();
  /** Ids of rows that only private sessions asked for. */
  readonly #unwritten = new Set<string>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(context: FeatureContext) {
    this.#context = context;
    this.#store = context.openStore<typeof workspaceStore>('workspace');
  }

  async load(): Promise<void> {
    this.#rows = await this.#store.list({});
  }

  list(): readonly WorkspaceRow[] {
    return this.#rows;
  }

  clear(): void {
    for (const timer of this.#looks) clearTimeout(timer);
    this.#rows = [];
    this.#observed.clear();
  }

  trustOf(folder: string): Trust {
    const decisions = this.#rows.flatMap((row) => [
      ...row.trustedRoots.map(({ root }) => ({ root, trusted: true })),
      ...row.distrustedRoots.map(({ root }) => ({ root, trusted: false })),
    ]);
    return decideTrust(folder, decisions);
  }

  locate(folder: string, isPrivate: boolean): Promise<WorkspaceRow> {
    const root = findRepositoryRoot(folder);
    return this.#inOrder(() =>
      isPrivate ? this.#locateUnwritten(root) : this.#locateWritten(root),
    );
  }

  decide(root: string, trusted: boolean, by: string): Promise<WorkspaceRow> {
    return this.#inOrder(async () => {
      // Who vouches now lets git look already: the row is that of the repository from its beginning.
      const row = await this.#locate(root, trusted);
      const decision: RootDecision = {
        root,
        by,
        at: new Date(this.#context.clock.now()).toISOString(),
      };
      const others = (list: readonly RootDecision[]): RootDecision[] =>
        list.filter((entry) => entry.root !== root);
      return this.#save({
        ...row,
        trustedRoots: [...others(row.trustedRoots), ...(trusted ? [decision] : [])],
        distrustedRoots: [...others(row.distrustedRoots), ...(trusted ? [] : [decision])],
      });
    });
  }

  #isTrusted(root: string): boolean {
    return this.trustOf(root) === 'trusted';
  }

  /** A session does not wait for git to say again what the row says. */
  #locateWritten(root: string): Promise<WorkspaceRow> {
    const isTrusted = this.#isTrusted(root);
    const known = this.#rows.find((row) => row.roots.includes(root));
    if (known === undefined) return this.#locate(root, isTrusted);
    if (isTrusted && !this.#observed.has(root)) this.#observeSoon(root);
    return this.#keep(known, known);
  }

  #observeSoon(root: string): void {
    this.#observed.add(root);
    const timer = setTimeout(() => {
      this.#looks.delete(timer);
      const merge = async (facts: FolderFacts): Promise<void> => {
        const known = this.#rows.find((row) => row.roots.includes(root));
        if (known !== undefined) await this.#keep(known, mergeKeys(known, facts));
      };
      readFolderFacts(root)
        .then((facts) => this.#inOrder(() => merge(facts)))
        .catch(() => this.#observed.delete(root));
    }, observeAfterMs);
    timer.unref();
    this.#looks.add(timer);
  }

  async #locate(root: string, isTrusted: boolean): Promise<WorkspaceRow> {
    const known = this.#rows.find((row) => row.roots.includes(root));
    const isObserved = this.#observed.has(root) || !isTrusted;
    if (known !== undefined && isObserved) return this.#keep(known, known);
    const facts = await this.#factsOf(root, isTrusted);
    const match = findWorkspace(facts, this.#rows);
    if (match === undefined) return this.#save(this.#create(facts));
    return this.#keep(match, mergeKeys(match, facts));
  }

  async #locateUnwritten(root: string): Promise<WorkspaceRow> {
    const known = this.#rows.find((row) => row.roots.includes(root));
    if (known !== undefined) return known;
    const facts = await this.#factsOf(root, this.#isTrusted(root));
    // Who asks later without being private writes what was seen.
    this.#observed.delete(root);
    const match = findWorkspace(facts, this.#rows);
    if (match !== undefined) return match;
    const row = this.#create(facts);
    this.#unwritten.add(row.id);
    this.#rows = [...this.#rows, row];
    return row;
  }

  async #factsOf(root: string, isTrusted: boolean): Promise<FolderFacts> {
    return isTrusted ? this.#observe(root) : { root, remotes: [], rootCommits: [] };
  }

  async #keep(known: WorkspaceRow, now: WorkspaceRow): Promise<WorkspaceRow> {
    const isSame = JSON.stringify(now) === JSON.stringify(known);
    return isSame && !this.#unwritten.has(known.id) ? known : this.#save(now);
  }

  #observe(root: string): Promise<FolderFacts> {
    this.#observed.add(root);
    return readFolderFacts(root);
  }

  #create(facts: FolderFacts): WorkspaceRow {
    return {
      ...facts,
      id: createUuid(this.#context.clock.now()),
      ownerDaemonId: this.#context.daemonId,
      name: basename(facts.root) || facts.root,
      roots: [facts.root],
      trustedRoots: [],
      distrustedRoots: [],
    };
  }

  async #save(row: WorkspaceRow): Promise<WorkspaceRow> {
    await this.#store.save(row);
    this.#unwritten.delete(row.id);
    this.#rows = [...this.#rows.filter((other) => other.id !== row.id), row];
    return row;
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const current = this.#tail.then(work, work);
    this.#tail = current.catch(keepGoing);
    return current;
  }
}

/** The failure belongs to who asked; the next change must not wait for it. */
function keepGoing(): undefined {
  return undefined;
}

function toWire(row: WorkspaceRow): Workspace {
  return {
    id: workspaceIdSchema.parse(row.id),
    name: row.name,
    roots: [...row.roots],
    remotes: [...row.remotes],
    trustedRoots: [...row.trustedRoots],
  };
}
