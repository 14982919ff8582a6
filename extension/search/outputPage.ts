import * as vscode from 'vscode';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';

const scheme = 'waggle-output';
const lineChars = 2000;

export interface OutputPlace {
  readonly sessionId: SessionId;
  readonly generation: number;
  readonly seq: number;
}

/** Kept output around a place as plain lines: read, searched and copied, never saved. */
export class OutputPage implements vscode.TextDocumentContentProvider, Disposable {
  readonly #connection: DaemonConnection;
  readonly #owned = new DisposableStore();
  readonly #texts = new Map<string, string>();

  constructor(connection: DaemonConnection) {
    this.#connection = connection;
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.#owned.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.#texts.delete(uri.query);
      }),
    );
  }

  /** Opens it with the line selected in which the words stand. */
  async show({ sessionId, generation, seq }: OutputPlace, query: string): Promise<void> {
    const about = { sessionId, generation, seq, query };
    const { lines, line } = await this.#connection.call('search/readOutput', about);
    const key = `${sessionId}/${generation}/${seq}`;
    this.#texts.set(key, lines.map((one) => toPlainLine(one, lineChars)).join('\n'));
    const path = `/${t('Output')} ${sessionId.slice(0, 8)}`;
    const uri = vscode.Uri.from({ scheme, path, query: key });
    const page = await vscode.workspace.openTextDocument(uri);
    const selection = page.lineAt(Math.min(line, page.lineCount - 1)).range;
    await vscode.window.showTextDocument(page, { preview: true, selection });
  }

  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.#texts.get(query) ?? t('Search again: this page was not kept.');
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
