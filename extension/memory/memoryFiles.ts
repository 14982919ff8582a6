/**
 * Notes, and the texts of facts, as documents that can be edited: saving replaces the whole text, if it still is the one
 * that was read. Invariant: while a document has changes, the editor is shown the state that they are based on, so that
 * what others saved meanwhile is met here, in one place, and not half here and half in the editor.
 */
import * as vscode from 'vscode';
import type { Source } from '../../protocol/memory/memory.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import type { Library, LibraryChange } from './library.ts';
import type { MemoryRef } from './memoryUri.ts';
import { memoryScheme, readAddress } from './memoryUri.ts';

/** As the daemon has it. */
export interface StoredText {
  readonly text: string;
  readonly revision: number;
  readonly updatedAt: string;
  readonly by: Source;
}

/** `compare`: it is looked at first and not saved now. */
export type ConflictAnswer = 'overwrite' | 'discard' | 'compare' | 'later';
export type AskAboutConflict = (uri: vscode.Uri, stored: StoredText) => Promise<ConflictAnswer>;

export interface MemoryFilesOptions {
  readonly connection: DaemonConnection;
  readonly library: Library;
  readonly windowMemory: vscode.Memento;
  readonly askAboutConflict: AskAboutConflict;
}

interface Base {
  readonly revision: number;
  readonly mtime: number;
  readonly size: number;
}

const basesKey = 'waggle.memoryBases';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class MemoryFiles implements vscode.FileSystemProvider, Disposable {
  readonly #options: MemoryFilesOptions;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  /** What each document was read as; kept, because the editor brings changes back after a reload. */
  readonly #bases: Map<string, Base>;
  readonly onDidChangeFile = this.#changed.event;

  constructor(options: MemoryFilesOptions) {
    this.#options = options;
    const kept = options.windowMemory.get<Record<string, Base>>(basesKey, {});
    this.#bases = new Map(Object.entries(kept));
    this.#owned.add(options.library.onDidChange((change) => this.#tell(change)));
    this.#owned.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        // What was discarded is read anew.
        if (uri.scheme === memoryScheme) this.#fire(uri);
      }),
    );
    this.#owned.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === memoryScheme) this.#setBase(uri, undefined);
      }),
    );
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const ref = readAddress(uri);
    if (ref === undefined) return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    const base = this.#bases.get(uri.toString());
    const { mtime, size } =
      base !== undefined && isDirty(uri) ? base : toBase(await this.#read(uri, ref));
    return { type: vscode.FileType.File, ctime: 0, mtime, size };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const stored = await this.#read(uri, refOf(uri));
    this.#setBase(uri, toBase(stored));
    return encoder.encode(stored.text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const ref = refOf(uri);
    const text = decoder.decode(content).replaceAll('\r\n', '\n');
    const base = this.#bases.get(uri.toString()) ?? toBase(await this.#read(uri, ref));
    await this.#write(uri, { ref, text, revision: base.revision });
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Asks as often as somebody else was quicker. */
  async #write(
    uri: vscode.Uri,
    { ref, text, revision }: { ref: MemoryRef; text: string; revision: number },
  ): Promise<void> {
    const { isSaved, stored } = await this.#replace(uri, ref, { text, revision });
    if (isSaved) {
      this.#setBase(uri, toBase(stored));
      return;
    }
    const answer = await this.#options.askAboutConflict(uri, stored);
    if (answer === 'overwrite') return this.#write(uri, { ref, text, revision: stored.revision });
    if (answer === 'discard') return;
    // What was looked at is what the next save replaces; the editor still shows the older one.
    const base = this.#bases.get(uri.toString()) ?? toBase(stored);
    if (answer === 'compare') this.#setBase(uri, { ...base, revision: stored.revision });
    throw vscode.FileSystemError.Unavailable(
      answer === 'compare'
        ? t('Take over what you need, then save again.')
        : t('It was changed by somebody else. Save again to decide.'),
    );
  }

  async #replace(
    uri: vscode.Uri,
    ref: MemoryRef,
    { text, revision }: { text: string; revision: number },
  ): Promise<{ isSaved: boolean; stored: StoredText }> {
    const { connection } = this.#options;
    try {
      if (ref.kind === 'note') {
        const block = { blockId: ref.id };
        const written = await connection.call('memory/writeBlock', { block, revision, text });
        return { isSaved: written.outcome === 'saved', stored: ofBlock(written.block) };
      }
      const asked = { factId: ref.id, revision, text: text.trim() };
      const edited = await connection.call('memory/edit', asked);
      return { isSaved: edited.outcome === 'edited', stored: ofFact(edited.fact) };
    } catch (error) {
      throw toFileError(uri, error);
    }
  }

  async #read(uri: vscode.Uri, ref: MemoryRef): Promise<StoredText> {
    const { connection } = this.#options;
    try {
      if (ref.kind === 'fact')
        return ofFact((await connection.call('memory/getFact', { factId: ref.id })).fact);
      const asked = { block: { blockId: ref.id } };
      return ofBlock((await connection.call('memory/getBlock', asked)).block);
    } catch (error) {
      throw toFileError(uri, error);
    }
  }

  #tell({ facts, blocks, gone }: LibraryChange): void {
    const revisions = new Map<string, number>(
      [...facts, ...blocks].map(({ id, revision }) => [id, revision]),
    );
    for (const [address, { revision }] of this.#bases) {
      const uri = vscode.Uri.parse(address);
      const id = readAddress(uri)?.id ?? '';
      if (gone.some((one) => one === id)) this.#fire(uri, vscode.FileChangeType.Deleted);
      else if ((revisions.get(id) ?? revision) !== revision) this.#fire(uri);
    }
  }

  #fire(uri: vscode.Uri, type = vscode.FileChangeType.Changed): void {
    this.#changed.fire([{ type, uri }]);
  }

  #setBase(uri: vscode.Uri, base: Base | undefined): void {
    const address = uri.toString();
    if (base === undefined) this.#bases.delete(address);
    else this.#bases.set(address, base);
    void this.#options.windowMemory.update(basesKey, Object.fromEntries(this.#bases));
  }
}

function refOf(uri: vscode.Uri): MemoryRef {
  const ref = readAddress(uri);
  if (ref === undefined) throw vscode.FileSystemError.FileIsADirectory(uri);
  return ref;
}

function isDirty(uri: vscode.Uri): boolean {
  const address = uri.toString();
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === address,
  );
}

function toBase({ revision, updatedAt, text }: StoredText): Base {
  return { revision, mtime: Date.parse(updatedAt), size: encoder.encode(text).byteLength };
}

function ofBlock(block: {
  readonly text: string;
  readonly revision: number;
  readonly updatedAt: string;
  readonly updatedBy: Source;
}): StoredText {
  const { text, revision, updatedAt, updatedBy } = block;
  return { text, revision, updatedAt, by: updatedBy };
}

function ofFact(fact: {
  readonly text: string;
  readonly revision: number;
  readonly updatedAt: string;
  readonly source: Source;
}): StoredText {
  const { text, revision, updatedAt, source } = fact;
  return { text, revision, updatedAt, by: source };
}

function toFileError(uri: vscode.Uri, error: unknown): vscode.FileSystemError {
  return errorCodeOf(error) === 'notFound'
    ? vscode.FileSystemError.FileNotFound(uri)
    : vscode.FileSystemError.Unavailable(errorMessageOf(error));
}
