/** What closing a tab does: a shell that is idle ends, everything else runs on, or as the person set it. */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import {
  commandIds,
  readSettings,
  showFailure,
  silenceCloseNote,
  translate as t,
  toMessage,
} from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import { isRunning, nameOf } from '../session/session.ts';
import type { ClosedTerminal, Terminals } from './terminals.ts';

export interface ClosingOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly terminals: Terminals;
  /** Shared by all windows of this machine. */
  readonly memory: vscode.Memento;
  readonly log: Log;
}

const toldKey = 'waggle.toldThatSessionsRunOn';
const hintMs = 6000;
/** How long the news may take that the closed tab no longer shows the session. */
const detachLimitMs = 3000;

export function watchClosing(options: ClosingOptions): Disposable {
  return options.terminals.onDidClose((closed) => {
    follow(options, closed).catch(showFailure);
  });
}

/** Only what a person closed: a reload, a window that is closed and an extension that is updated end nothing. */
async function follow(
  options: ClosingOptions,
  { sessionId, reason }: ClosedTerminal,
): Promise<void> {
  const session = options.sessions.get(sessionId);
  const isPerson = reason === vscode.TerminalExitReason.User;
  if (!isPerson || session === undefined || !isRunning(session)) return;
  const { onTabClose } = readSettings();
  if (onTabClose === 'end') return end(options, session);
  const isShell = onTabClose === 'smart' && session.agent === 'shell';
  const outcome = isShell ? await endWhenIdle(options, session) : 'kept';
  if (outcome === 'kept') await tellItRunsOn(options, session);
}

/** `left`: it is neither ended nor worth a word, because it is still shown somewhere. */
async function endWhenIdle(
  { connection, sessions, terminals, log }: ClosingOptions,
  session: Session,
): Promise<'ended' | 'kept' | 'left'> {
  await untilDetached(sessions, session.id);
  const { link } = connection;
  if (terminals.isOpen(session.id)) return 'left';
  if (link === undefined) return 'kept';
  try {
    const { session: now, kept } = await link.call('session/endIdle', { sessionId: session.id });
    log.info('a tab was closed', { sessionId: session.id, kept });
    sessions.put(now);
    if (kept === 'attached' || kept === 'notRunning') return 'left';
    if (kept !== undefined) return 'kept';
  } catch (error) {
    // An older daemon cannot tell what is idle; a shell that may be at work is kept.
    log.info('a shell was kept', errorCodeOf(error), errorMessageOf(error));
    return 'kept';
  }
  terminals.markEnded(session.id, session.generation);
  const name = nameOf(session);
  vscode.window.setStatusBarMessage(t("Ended '{0}', which waited at its prompt", name), hintMs);
  return 'ended';
}

function untilDetached(sessions: SessionList, sessionId: string): Promise<void> {
  const isDetached = (): boolean => (sessions.get(sessionId)?.clients ?? 0) === 0;
  if (isDetached()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, detachLimitMs);
    const subscription = sessions.onDidChange(() => {
      if (isDetached()) done();
    });
  });
}

async function end(
  { connection, sessions, terminals }: ClosingOptions,
  session: Session,
): Promise<void> {
  const { session: ended } = await connection.call('session/kill', { sessionId: session.id });
  sessions.put(ended);
  terminals.markEnded(session.id, session.generation);
  const reopen = t('Reopen');
  const message = t("'{0}' was ended.", nameOf(session));
  const chosen = await vscode.window.showInformationMessage(toMessage(message), reopen);
  if (chosen === reopen) await vscode.commands.executeCommand(commandIds.reopenClosedSession);
}

/** Once per machine. */
async function tellItRunsOn(options: ClosingOptions, session: Session): Promise<void> {
  const { terminals, memory } = options;
  if (!readSettings().noteOnClose || memory.get<boolean>(toldKey) === true) return;
  await memory.update(toldKey, true);
  const [reopen, endIt, silence] = [t('Reopen'), t('End It'), t("Don't Show Again")];
  const message = t("'{0}' keeps running.", nameOf(session));
  const chosen = await vscode.window.showInformationMessage(
    toMessage(message),
    reopen,
    endIt,
    silence,
  );
  if (chosen === reopen) terminals.open(session);
  if (chosen === endIt) await options.connection.call('session/kill', { sessionId: session.id });
  if (chosen === silence) await silenceCloseNote();
}
