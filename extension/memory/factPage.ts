/** A fact with everything that is known about it: a page that can be read and copied and is never saved. */
import * as vscode from 'vscode';
import type { Fact } from '../../protocol/memory/memory.ts';
import { factIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { translate as t } from '../editor/editor.ts';
import { describeDetails } from './factText.ts';
import type { Library, LibraryChange } from './library.ts';
import { factAddress } from './memoryUri.ts';
import type { MemoryParts } from './parts.ts';

const scheme = 'waggle-fact';

/** The editor asks for a page when it is opened, comes back after a reload, or its fact has changed. */
export class FactPage implements vscode.TextDocumentContentProvider, Disposable {
  readonly #parts: Pick<MemoryParts, 'connection' | 'library'>;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;

  constructor(parts: Pick<MemoryParts, 'connection' | 'library'>) {
    this.#parts = parts;
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.#owned.add(parts.library.onDidChange((change) => this.#tell(change)));
  }

  async show(factId: Fact['id']): Promise<void> {
    const { connection, library } = this.#parts;
    const { fact } = await connection.call('memory/getFact', { factId });
    const open = listPages().find(({ query }) => query === `fact=${factId}`);
    const uri = open ?? vscode.Uri.from({ ...factAddress(fact, folderOf(fact, library)), scheme });
    const path = uri.path.replace(/\.md$/, '');
    await vscode.window.showTextDocument(uri.with({ path }), { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const factId = factIdSchema.safeParse(new URLSearchParams(uri.query).get('fact'));
    if (!factId.success) return '';
    const { connection, library } = this.#parts;
    try {
      const details = await connection.call('memory/getFact', { factId: factId.data });
      const repository = library.nameOfWorkspace(details.fact.workspaceId);
      return describeDetails(details, { nowMs: Date.now(), t, repository });
    } catch (error) {
      if (errorCodeOf(error) !== 'notFound') throw error;
      return t('It is forgotten.');
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #tell({ facts, gone }: LibraryChange): void {
    const ids = new Set<string>([...facts.map(({ id }) => id), ...gone]);
    for (const uri of listPages())
      if (ids.has(new URLSearchParams(uri.query).get('fact') ?? '')) this.#changed.fire(uri);
  }
}

function listPages(): vscode.Uri[] {
  return vscode.workspace.textDocuments
    .map(({ uri }) => uri)
    .filter((uri) => uri.scheme === scheme);
}

function folderOf({ workspaceId }: Fact, library: Library): string {
  return library.nameOfWorkspace(workspaceId) || t('Facts');
}
