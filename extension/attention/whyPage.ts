/** "Why Is It in This State?": a page that can be read and copied and is never saved. */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import { nameOf } from '../session/session.ts';
import { describeWhy } from './whyText.ts';

const scheme = 'waggle-why';

export interface WhyPage extends Disposable {
  show(session: Session): Promise<void>;
}

export function createWhyPage(connection: DaemonConnection): WhyPage {
  const owned = new DisposableStore();
  const texts = new Map<string, string>();
  const changed = owned.add(new vscode.EventEmitter<vscode.Uri>());
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: ({ query }) => texts.get(query) ?? '',
  };
  owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  owned.add(
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) texts.delete(uri.query);
    }),
  );
  return {
    async show(session) {
      const why = await connection.call('attention/why', { sessionId: session.id });
      const name = nameOf(session);
      texts.set(session.id, describeWhy(why, { name, nowMs: Date.now(), t }));
      const title = t('Why: {0}', name.replaceAll(/[/\\]/g, ' '));
      const uri = vscode.Uri.from({ scheme, path: `/${title}`, query: session.id });
      changed.fire(uri);
      const page = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(page, { preview: true });
    },
    dispose: () => owned.dispose(),
  };
}
