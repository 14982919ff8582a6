/** Bringing back what does not run: one session, or those that a person chose. */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import type { WindowFeature } from '../window/window.ts';
import type { SessionList } from './sessionList.ts';
import { describeRow, isRunning, nameOf } from './sessionRow.ts';

export interface ResumeOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly window: WindowFeature;
}

/** So many are started at once: each starts a program, and all of them at once would stand in each other's way. */
const atOnce = 3;
const shownFailures = 3;

export function isInterrupted(session: Session): boolean {
  return session.status === 'interrupted';
}

/** Something that goes on by itself once it runs again. */
export function isAgent({ agent }: Session): boolean {
  return agent !== 'shell' && agent !== 'command';
}

/**
 * Starts it again with this window's environment: an agent in its last conversation, as far as the daemon can.
 * @throws WaggleError the daemon's, `untrusted` in a window whose folder is not trusted.
 */
export async function resumeSession(
  { connection, sessions, window }: ResumeOptions,
  { id }: Session,
): Promise<Session> {
  requireTrust();
  const [link] = await Promise.all([connection.require(), window.prepareEnvironment()]);
  const request = { sessionId: id, windowId: window.id };
  const canResume = sessions.get(id)?.resumable !== undefined;
  const method = canResume ? 'session/resume' : 'session/restart';
  const { session } = await link.call(method, request);
  sessions.put(session);
  return session;
}

/** What fails is told once, with the reasons; the others run. */
export async function resumeSessions(
  options: ResumeOptions,
  chosen: readonly Session[],
): Promise<void> {
  const failures: string[] = [];
  const left = [...chosen];
  const startNext = async (): Promise<void> => {
    for (let session = left.shift(); session !== undefined; session = left.shift()) {
      if (isRunning(options.sessions.get(session.id) ?? session)) continue;
      try {
        await resumeSession(options, session);
      } catch (error) {
        failures.push(`'${nameOf(session)}': ${toPlainLine(errorMessageOf(error), 160)}`);
      }
    }
  };
  const title = t('Resuming {0} sessions…', chosen.length);
  const progress = { location: vscode.ProgressLocation.Window, title };
  await vscode.window.withProgress(progress, async () => {
    await Promise.all(Array.from({ length: atOnce }, startNext));
  });
  if (failures.length > 0) throw describeFailures(failures);
}

function describeFailures(failures: readonly string[]): WaggleError {
  const shown = failures.slice(0, shownFailures).join(' ');
  const more = failures.length - shownFailures;
  const rest = more > 0 ? ` ${t('And {0} more.', more)}` : '';
  return new WaggleError('launchFailed', t('Not resumed: {0}', `${shown}${rest}`));
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new WaggleError(
    'untrusted',
    t('This folder is not trusted, so nothing is resumed from this window.'),
  );
}

interface ResumeRow extends vscode.QuickPickItem {
  readonly session: Session;
}

/** Which of them; agents are ticked already. Undefined when the person turned away. */
export async function chooseSessions(
  interrupted: readonly Session[],
): Promise<Session[] | undefined> {
  const nowMs = Date.now();
  const rows = sortForResume(interrupted).map((session): ResumeRow => ({
    session,
    label: nameOf(session),
    description: describeRow(session, { nowMs, t }),
    detail: toPlainLine(session.cwd, 200),
    picked: isAgent(session),
  }));
  const chosen = await vscode.window.showQuickPick(rows, {
    title: t('Resume Sessions'),
    placeHolder: t('What is not ticked stays interrupted.'),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.map(({ session }) => session);
}

/** Agents first, the one that worked last before the others. */
function sortForResume(sessions: readonly Session[]): Session[] {
  return [...sessions].sort(
    (left, right) =>
      Number(isAgent(right)) - Number(isAgent(left)) ||
      right.updatedAt.localeCompare(left.updatedAt),
  );
}
