/** What was done with memory is told with a button that takes it back. */
import * as vscode from 'vscode';
import type { MemoryChangeId } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { showFailure, toMessage, translate as t } from '../editor/editor.ts';

const toldMs = 4000;

/** Null: nothing changed, so there is nothing to take back. Does not wait for the person. */
export function tellDone(
  connection: DaemonConnection,
  message: string,
  changes: MemoryChangeId | null | readonly MemoryChangeId[],
): void {
  const ids = [changes ?? []].flat();
  const undo = t('Undo');
  const buttons = ids.length === 0 ? [] : [undo];
  const offer = async (): Promise<void> => {
    const chosen = await vscode.window.showInformationMessage(toMessage(message), ...buttons);
    if (chosen === undo) for (const id of ids.toReversed()) await undoChange(connection, id);
  };
  offer().catch(showFailure);
}

/** Without an id: the last thing that a person did. */
export async function undoChange(
  connection: DaemonConnection,
  changeId?: MemoryChangeId,
): Promise<void> {
  const params = changeId === undefined ? {} : { changeId };
  const { undone } = await connection.call('memory/undo', params);
  const said = t('Undone: {0}', toPlainLine(undone.summary, 120));
  vscode.window.setStatusBarMessage(said, toldMs);
}
