/** Changes that stand in a chat, in the editor's own diff. Their sides are documents that nobody can write to. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { FileChange } from '../../protocol/chat/permission.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import type { ChatServices } from './chatServices.ts';

const scheme = 'waggle-chat';

interface ChangePlace {
  readonly position: number;
  readonly index: number;
}

export async function openChange(
  { connection }: ChatServices,
  sessionId: SessionId,
  { position, index }: ChangePlace,
): Promise<void> {
  const change = await readChange(connection, sessionId, { position, index });
  if (change === undefined) throw new WaggleError('notFound', t('There is no such change.'));
  const toUri = (side: string): vscode.Uri =>
    vscode.Uri.from({
      scheme,
      path: `/${change.path.replaceAll('\\', '/').replace(/^\/+/, '')}`,
      query: new URLSearchParams({
        sessionId,
        position: `${position}`,
        index: `${index}`,
        side,
      }).toString(),
    });
  const title = t('{0} (in the chat)', toPlainLine(basename(change.path), 80));
  const options = { preview: true, viewColumn: vscode.ViewColumn.Active };
  await vscode.commands.executeCommand(
    'vscode.diff',
    toUri('before'),
    toUri('after'),
    title,
    options,
  );
}

/** Gives the sides of a diff their text. */
export function registerChanges(connection: DaemonConnection): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    async provideTextDocumentContent({ query }) {
      const asked = new URLSearchParams(query);
      const id = sessionIdSchema.parse(asked.get('sessionId'));
      const place = { position: Number(asked.get('position')), index: Number(asked.get('index')) };
      const change = await readChange(connection, id, place);
      return (asked.get('side') === 'before' ? change?.before : change?.after) ?? '';
    },
  });
}

async function readChange(
  connection: DaemonConnection,
  sessionId: SessionId,
  { position, index }: ChangePlace,
): Promise<FileChange | undefined> {
  const request = { sessionId, from: position, limit: 1 };
  const { entries } = await connection.call('chat/read', request);
  return listChanges(entries.find((entry) => entry.position === position))[index];
}

function listChanges(entry: Entry | undefined): readonly FileChange[] {
  if (entry?.content.kind === 'tool') return entry.content.changes;
  return entry?.content.kind === 'permission' ? entry.content.permission.changes : [];
}
