/** Files and addresses that stand in a chat. A file is looked for in the session's own checkout; an address is asked for by the editor. */
import { isAbsolute, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { translate as t } from '../editor/editor.ts';
import type { ChatServices } from './chatServices.ts';
import type { FilePlace } from './filePlace.ts';
import { toFilePlace } from './filePlace.ts';

export function resolveIn(services: ChatServices, sessionId: SessionId, path: string): string {
  const cwd = services.sessions.get(sessionId)?.cwd ?? '';
  return isAbsolute(path) ? path : resolve(cwd, path);
}

export async function openFile(
  services: ChatServices,
  sessionId: SessionId,
  { path, line }: FilePlace,
): Promise<void> {
  const uri = vscode.Uri.file(resolveIn(services, sessionId, path));
  const stat = await statOf(uri);
  if (stat === undefined) {
    throw new WaggleError('notFound', t('There is no file {0}.', toPlainLine(path, 200)));
  }
  if (stat.type & vscode.FileType.Directory) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
    return;
  }
  const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  const selection = line === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.commands.executeCommand('vscode.open', uri, selection);
}

/** The editor asks before it leaves for an address that the person does not trust yet. */
export async function openAddress(
  services: ChatServices,
  sessionId: SessionId,
  address: string,
): Promise<void> {
  if (/^(?:https?|mailto):/i.test(address)) {
    await vscode.env.openExternal(vscode.Uri.parse(address, true));
    return;
  }
  const place = toFilePlace(address);
  if (place !== undefined) await openFile(services, sessionId, place);
}

async function statOf(uri: vscode.Uri): Promise<vscode.FileStat | undefined> {
  try {
    return await vscode.workspace.fs.stat(uri);
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}
