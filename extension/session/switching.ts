/** A conversation goes on as a terminal or as a chat: the same session, tab and name. */
import * as vscode from 'vscode';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError, errorCodeOf } from '../../protocol/wire/errors.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import type { WindowFeature } from '../window/window.ts';
import type { OpenTabs } from './openTabs.ts';
import type { SessionList } from './sessionList.ts';
import { isAgent } from './resume.ts';
import { nameOf } from './sessionRow.ts';

export interface SwitchingOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly window: WindowFeature;
  readonly terminals: Pick<OpenTabs, 'open' | 'takeDraft' | 'keepDraft'>;
  readonly size: () => TerminalSize;
}

type To = MethodParams<'chat/switch'>['to'];
type During = NonNullable<MethodParams<'chat/switch'>['during']>;

export function canBeSwitched(session: Session, to: To): boolean {
  const isThere = session.mode === (to === 'terminal' ? 'pty' : 'pipe');
  return isAgent(session) && session.origin !== 'imported' && !isThere;
}

/** While a turn runs the person is asked when. Rejects with the daemon's typed error. */
export async function switchSession(
  options: SwitchingOptions,
  session: Session,
  to: To,
): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new WaggleError(
      'untrusted',
      t('This folder is not trusted, so no agent or shell is started in it.'),
    );
  try {
    await go(options, session, { to, during: 'refuse' });
  } catch (error) {
    if (!isBusy(error)) throw error;
    const during = await askWhen(error);
    if (during !== undefined) await go(options, session, { to, during });
  }
}

async function go(
  { connection, sessions, window, terminals, size }: SwitchingOptions,
  { id }: Session,
  wanted: { readonly to: To; readonly during: During },
): Promise<void> {
  await Promise.all([connection.require(), window.prepareEnvironment()]);
  // Written a moment ago: it goes along with the rest of the draft.
  const draft = terminals.takeDraft(id);
  const written = draft === undefined ? {} : { draft };
  const asked = { ...wanted, ...written, sessionId: id, windowId: window.id, size: size() };
  const { session, outcome, reason } = await connection
    .call('chat/switch', asked)
    .catch((error: unknown) => {
      if (draft !== undefined) terminals.keepDraft(id);
      throw error;
    });
  sessions.put(session);
  if (outcome === 'waiting') return tellWaiting(connection, session, wanted.to);
  terminals.open(session);
  if (outcome === 'returned')
    throw new WaggleError(
      'launchFailed',
      t('It could not go on there, and is where it was: {0}', reason ?? ''),
    );
}

async function tellWaiting(connection: DaemonConnection, session: Session, to: To): Promise<void> {
  const stay = t('Stay');
  const text =
    to === 'terminal'
      ? t("'{0}' becomes a terminal after this turn.", nameOf(session))
      : t("'{0}' becomes a chat after this turn.", nameOf(session));
  const chosen = await vscode.window.showInformationMessage(text, stay);
  if (chosen === stay) await connection.call('chat/cancelSwitch', { sessionId: session.id });
}

async function askWhen(error: WaggleError): Promise<During | undefined> {
  const after = t('Switch After This Turn');
  const now = t('Interrupt and Switch');
  const chosen = await vscode.window.showInformationMessage(error.message, after, now);
  if (chosen === now) return 'interrupt';
  return chosen === after ? 'afterTurn' : undefined;
}

function isBusy(error: unknown): error is WaggleError {
  const isConflict = error instanceof WaggleError && errorCodeOf(error) === 'conflict';
  return isConflict && error.details?.['isBusy'] === true;
}
