/** What this window knows of memory: in step with the daemon over every new connection. Decides nothing and keeps no facts. */
import { realpathSync } from 'node:fs';
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Block, EmbeddingStatus, Fact, Learned } from '../../protocol/memory/memory.ts';
import type { Workspace } from '../../protocol/workspace/workspace.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import type { Shelf, SortedShelf } from './shelf.ts';
import { currentWorkspaces, sortShelf } from './shelf.ts';

/** What was changed, with its whole values. */
export interface LibraryChange {
  readonly facts: readonly Fact[];
  readonly blocks: readonly Block[];
  /** Ids of what does not exist any more. */
  readonly gone: readonly string[];
}

const emptyShelf: Shelf = { blocks: [], counts: [], workspaces: [], roles: [] };
/** Many facts may change at once: the counts are asked for after the last of them. */
const settleMs = 200;

export class Library implements Disposable {
  readonly #connection: DaemonConnection;
  readonly #log: Log;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<LibraryChange>());
  readonly #shelved = this.#owned.add(new Emitter<void>());
  readonly #learned = this.#owned.add(new Emitter<Learned>());
  readonly #embedded = this.#owned.add(new Emitter<EmbeddingStatus>());
  #shelf: Shelf = emptyShelf;
  #timer: NodeJS.Timeout | undefined;
  #hasNewFacts = false;

  /** At once, for what is open. */
  readonly onDidChange = this.#changed.event;
  /**
   * Once for all that came together, for rows: while the editor reads a row anew, a press on one of its buttons comes
   * without it.
   */
  readonly onDidChangeShelf = this.#shelved.event;
  readonly onDidLearn = this.#learned.event;
  readonly onDidEmbed = this.#embedded.event;

  constructor(connection: DaemonConnection, log: Log) {
    this.#connection = connection;
    this.#log = log;
    this.#owned.add(connection.onDidConnect((link) => this.#follow(link)));
    this.#owned.add({ dispose: () => clearTimeout(this.#timer) });
    this.#owned.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#shelved.fire()));
  }

  get shelf(): Shelf {
    return this.#shelf;
  }

  sort(): SortedShelf {
    return sortShelf(this.#shelf, listFolders());
  }

  /** The repositories of this window's folders; asks again when the daemon has come to know one meanwhile. */
  async findWorkspaces(): Promise<Workspace[]> {
    const link = await this.#connection.require();
    const known = currentWorkspaces(this.#shelf.workspaces, listFolders());
    if (known.length === listFolders().length) return known;
    const { workspaces } = await link.call('workspace/list', {});
    this.#shelf = { ...this.#shelf, workspaces };
    return currentWorkspaces(workspaces, listFolders());
  }

  nameOfWorkspace(id: string | null): string {
    return this.#shelf.workspaces.find((one) => one.id === id)?.name ?? '';
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #follow(link: DaemonLink): void {
    link.onEvent('memory/factsChanged', ({ facts, forgotten }) => {
      this.#hasNewFacts = true;
      this.#changed.fire({ facts, blocks: [], gone: forgotten });
      this.#ask(link);
    });
    link.onEvent('memory/blocksChanged', ({ blocks, removed }) => {
      this.#putBlocks(blocks, removed);
      this.#changed.fire({ facts: [], blocks, gone: removed });
      // The first note of a repository that nobody knew.
      this.#ask(link);
    });
    link.onEvent('role/changed', () => this.#ask(link));
    link.onEvent('memory/learned', (learned) => this.#learned.fire(learned));
    link.onEvent('memory/embeddingsChanged', ({ status }) => this.#embedded.fire(status));
    void this.#read(link);
    link.call('memory/embeddings', {}).then(
      ({ status }) => this.#embedded.fire(status),
      (error: unknown) => this.#report('the embedding provider is not known', error),
    );
  }

  /** New labels, texts and places of notes come with their event. */
  #putBlocks(blocks: readonly Block[], removed: readonly string[]): void {
    const ids = new Set<string>([...blocks.map(({ id }) => id), ...removed]);
    const kept = this.#shelf.blocks.filter(({ id }) => !ids.has(id));
    const sorted = [...kept, ...blocks].sort(
      (left, right) => left.position - right.position || left.id.localeCompare(right.id),
    );
    this.#putShelf({ ...this.#shelf, blocks: sorted });
  }

  #putShelf(shelf: Shelf): void {
    const isNew = JSON.stringify(shelf) !== JSON.stringify(this.#shelf);
    this.#shelf = shelf;
    if (isNew || this.#hasNewFacts) this.#shelved.fire();
    this.#hasNewFacts = false;
  }

  #ask(link: DaemonLink): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(link), settleMs);
  }

  async #read(link: DaemonLink): Promise<void> {
    try {
      const [{ counts }, { blocks }, { workspaces }, { roles }] = await Promise.all([
        link.call('memory/subscribe', {}),
        link.call('memory/listBlocks', {}),
        link.call('workspace/list', {}),
        link.call('role/subscribe', {}),
      ]);
      if (link.isClosed) return;
      this.#putShelf({ counts, blocks, workspaces, roles });
    } catch (error) {
      this.#report('memory was not listed', error);
    }
  }

  /** An older daemon knows nothing of memory; the view then says so by being empty. */
  #report(what: string, error: unknown): void {
    if (errorCodeOf(error) !== 'methodNotFound') this.#log.warn(what, errorMessageOf(error));
  }
}

/** Real paths, because that is how the daemon keeps the roots of repositories. */
export function listFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => realPathOf(uri.fsPath));
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    // A folder that is gone has no other name.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return path;
    throw error;
  }
}
