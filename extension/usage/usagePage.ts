import * as vscode from 'vscode';
import type { UsageGroup } from '../../protocol/usage/usage.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { translate as t } from '../editor/editor.ts';
import { nameOf } from '../session/session.ts';
import type { UsageOptions } from './usageOptions.ts';
import { describeUsage } from './usageText.ts';

const scheme = 'waggle-usage';
const rowsShown = 20;
const refreshAfterMs = 1000;

/** Made anew whenever it is shown, and while it is open when more was used. */
export class UsagePage implements vscode.TextDocumentContentProvider, Disposable {
  readonly #options: UsageOptions;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  #timer: NodeJS.Timeout | undefined;
  readonly onDidChange = this.#changed.event;

  constructor(options: UsageOptions) {
    this.#options = options;
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.#owned.add({ dispose: () => clearTimeout(this.#timer) });
  }

  async show(): Promise<void> {
    await this.#options.connection.require();
    const uri = vscode.Uri.from({ scheme, path: `/${t('Usage')}` });
    this.#changed.fire(uri);
    const page = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(page, { preview: true });
  }

  /** Only when a person can see it. */
  refresh(): void {
    const isOpen = vscode.workspace.textDocuments.some(({ uri }) => uri.scheme === scheme);
    if (!isOpen || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#changed.fire(vscode.Uri.from({ scheme, path: `/${t('Usage')}` }));
    }, refreshAfterMs);
  }

  async provideTextDocumentContent(): Promise<string> {
    const { connection, sessions } = this.#options;
    const read = async (by: UsageGroup, title: string) => {
      const { rows } = await connection.call('usage/read', { by, limit: rowsShown });
      return { title, rows };
    };
    const days = await connection.call('usage/read', { by: 'day' });
    const groups = await Promise.all([
      read('session', t('By session')),
      read('repository', t('By repository')),
      read('agent', t('By agent')),
      read('model', t('By model')),
    ]);
    const { ceilings } = await connection.call('usage/listCeilings', {});
    const name = (id: string): string => {
      const session = sessions.get(id);
      return session === undefined ? id : nameOf(session);
    };
    return describeUsage({ days, groups, ceilings, nameOf: name }, { nowMs: Date.now(), t });
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
