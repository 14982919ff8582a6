/** Somebody else saved a note meanwhile: the person compares, overwrites or gives up their own changes. */
import * as vscode from 'vscode';
import { basename } from 'node:path';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { toMessage, translate as t } from '../editor/editor.ts';
import { nameSource } from './factRow.ts';
import type { AskAboutConflict, ConflictAnswer, StoredText } from './memoryFiles.ts';

const savedScheme = 'waggle-memory-saved';

export interface Conflicts extends Disposable {
  readonly ask: AskAboutConflict;
  /** A text of the past or of somebody else beside another document, to be read only. */
  compare(shown: { left: string; right: vscode.Uri; title: string }): Promise<void>;
  /** A text that is nowhere, to be read and copied. `path`: names it and says which language it is in. */
  show(shown: { text: string; path: string }): Promise<void>;
  /** Two texts that are both nowhere. `path`: names them and says which language they are in. */
  compareTexts(shown: { left: string; right: string; path: string; title: string }): Promise<void>;
}

export function createConflicts(): Conflicts {
  const owned = new DisposableStore();
  const texts = new Map<string, string>();
  const pending = new Map<string, Promise<ConflictAnswer>>();
  let count = 0;
  owned.add(
    vscode.workspace.registerTextDocumentContentProvider(savedScheme, {
      provideTextDocumentContent: ({ query }) => texts.get(query) ?? '',
    }),
  );
  owned.add(
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === savedScheme) texts.delete(uri.query);
    }),
  );
  const toPage = (text: string, path: string): vscode.Uri => {
    count += 1;
    const query = String(count);
    texts.set(query, text);
    return vscode.Uri.from({ scheme: savedScheme, path, query });
  };
  const compare: Conflicts['compare'] = async ({ left, right, title }) => {
    await vscode.commands.executeCommand('vscode.diff', toPage(left, right.path), right, title);
  };
  const ask = async (uri: vscode.Uri, stored: StoredText): Promise<ConflictAnswer> => {
    const answer = await askOnce(uri, stored);
    if (answer === 'compare') {
      const title = t('{0} (saved meanwhile ↔ yours)', basename(uri.path));
      await compare({ left: stored.text, right: uri, title });
    }
    return answer;
  };
  return {
    compare,
    async show({ text, path }) {
      await vscode.window.showTextDocument(toPage(text, path), { preview: true });
    },
    async compareTexts({ left, right, path, title }) {
      const pages = [toPage(left, path), toPage(right, path)];
      await vscode.commands.executeCommand('vscode.diff', ...pages, title);
    },
    // Saving again while the question stands does not ask twice.
    ask(uri, stored) {
      const key = uri.toString();
      const asked = pending.get(key) ?? ask(uri, stored).finally(() => pending.delete(key));
      pending.set(key, asked);
      return asked;
    },
    dispose: () => owned.dispose(),
  };
}

/** An error, because only those stay until somebody answers. */
async function askOnce(uri: vscode.Uri, { by }: StoredText): Promise<ConflictAnswer> {
  const answers = {
    [t('Compare')]: 'compare',
    [t('Overwrite')]: 'overwrite',
    [t('Discard Mine')]: 'discard',
  } as const;
  const who = nameSource(by, t);
  const name = basename(uri.path);
  const message =
    by.by === 'person'
      ? t("'{0}' was saved elsewhere while you edited it.", name)
      : t("'{0}' was changed by {1} while you edited it.", name, who);
  const chosen = await vscode.window.showErrorMessage(toMessage(message), ...Object.keys(answers));
  return chosen === undefined ? 'later' : (answers[chosen] ?? 'later');
}
