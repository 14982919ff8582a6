import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { readSettings, showFailure, silenceCloseNote, translate as t } from '../editor/editor.ts';
import type { SessionList } from '../session/session.ts';
import { isRunning, nameOf } from '../session/session.ts';
import type { ClosedTerminal, Terminals } from './terminals.ts';

export interface CloseNoteOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly terminals: Terminals;
  /** Shared by all windows of this machine. */
  readonly memory: vscode.Memento;
}

const toldKey = 'waggle.toldThatSessionsRunOn';

/** Says once per machine that closing a tab ends nothing. */
export function noteOnClose(options: CloseNoteOptions): Disposable {
  return options.terminals.onDidClose((closed) => {
    tell(options, closed).catch(showFailure);
  });
}

async function tell(
  options: CloseNoteOptions,
  { sessionId, reason }: ClosedTerminal,
): Promise<void> {
  const { sessions, terminals, connection, memory } = options;
  const session = sessions.get(sessionId);
  if (reason !== vscode.TerminalExitReason.User || session === undefined || !isRunning(session))
    return;
  if (!readSettings().noteOnClose || memory.get<boolean>(toldKey) === true) return;
  await memory.update(toldKey, true);
  const [reopen, end, silence] = [t('Reopen'), t('End It'), t("Don't Show Again")];
  const message = t("'{0}' keeps running.", nameOf(session));
  const chosen = await vscode.window.showInformationMessage(message, reopen, end, silence);
  if (chosen === reopen) terminals.open(session);
  if (chosen === end) await connection.call('session/kill', { sessionId });
  if (chosen === silence) await silenceCloseNote();
}
