/** The kept output of a session as a read-only document. */
import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { sessionIdSchema, type SessionId } from '../../protocol/wire/brand.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { readKept } from './kept.ts';
import { toPlainText } from './plainText.ts';

const scheme = 'waggle-history';
const historyBytes = 16 * 1024 * 1024;

export function historyUri(sessionId: SessionId): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${sessionId}.log`, query: String(Date.now()) });
}

export function registerHistory(connection: DaemonConnection): Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    async provideTextDocumentContent(uri) {
      const sessionId = sessionIdSchema.parse(uri.path.slice(1).replace(/\.log$/, ''));
      const bytes = await readKept(await connection.require(), sessionId, historyBytes);
      return toPlainText(new TextDecoder().decode(bytes));
    },
  });
}
