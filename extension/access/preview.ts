/** The files as they are and as they would be, side by side in the editor's own diff. */
import * as vscode from 'vscode';
import type { Change } from '../../link/access/access.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { translate as t } from '../editor/editor.ts';

const scheme = 'waggle-access';

/** Opens one tab with all changes; it is closed, and what it showed forgotten, with the preview. */
export async function openPreview(changes: readonly Change[]): Promise<Disposable> {
  const owned = new DisposableStore();
  const texts = new Map<string, string>();
  const provider = { provideTextDocumentContent: (uri: vscode.Uri) => texts.get(uri.toString()) };
  owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  // Of equal paths, or the editor would show a file that was renamed.
  const place = (change: Change, side: 'before' | 'after'): vscode.Uri => {
    const uri = vscode.Uri.file(change.file).with({ scheme, query: side });
    texts.set(uri.toString(), change[side] ?? '');
    return uri;
  };
  const rows = changes.map((change) => [
    vscode.Uri.file(change.file),
    place(change, 'before'),
    place(change, 'after'),
  ]);
  await vscode.commands.executeCommand('vscode.changes', t('Access to Memory and Tasks'), rows);
  owned.add({ dispose: () => void closeTabs() });
  return owned;
}

async function closeTabs(): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.filter(isOurs));
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
}

/** The API tells nothing of a diff of several files but its title, which is ours. */
function isOurs({ input, label }: vscode.Tab): boolean {
  if (input instanceof vscode.TabInputTextDiff) return input.modified.scheme === scheme;
  return (
    !(input instanceof vscode.TabInputText) && label.startsWith(t('Access to Memory and Tasks'))
  );
}
