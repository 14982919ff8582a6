/** Goes where a session is: a terminal of this window, another window, or a folder that no window has open. */
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import type { MethodResult } from '../../protocol/protocol.ts';
import { runCommand } from '../editor/editor.ts';
import type { PendingOpen } from './pendingOpen.ts';

export type Place = MethodResult<'attention/openNotice'>;

export async function followPlace(place: Place, pending: PendingOpen): Promise<void> {
  const { sessionId, callback, folder } = place;
  if (place.place === 'other' && callback !== undefined) {
    // The daemon tells that window which session it is; the link only brings it to the front.
    await vscode.env.openExternal(vscode.Uri.parse(callback, true));
  } else if (place.place === 'folder' && folder !== undefined && !isOpenHere(folder)) {
    if (sessionId !== null) await pending.remember(folder, sessionId);
    const uri = vscode.Uri.file(folder);
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
  } else if (sessionId === null) {
    await vscode.commands.executeCommand('waggle.needs.focus');
  } else {
    await runCommand('openSession', sessionId);
  }
}

function isOpenHere(folder: string): boolean {
  return (vscode.workspace.workspaceFolders ?? []).some(
    ({ uri }) => resolve(uri.fsPath) === resolve(folder),
  );
}
