/**
 * After a restart of the machine: one window says once what was interrupted and offers to go on. Starts nothing unless the
 * person said so, now or in the settings.
 */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import { readSettings, setContext, showFailure, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { ResumeOptions } from './resume.ts';
import { chooseSessions, isAgent, isInterrupted, resumeSessions } from './resume.ts';
import { isRunning, nameOf } from './sessionRow.ts';

export interface InterruptedOptions extends ResumeOptions {
  readonly log: Log;
}

/** What a restart interrupted comes in one after the other while the daemon looks around. */
const settleMs = 600;

export function watchInterrupted(options: InterruptedOptions): Disposable {
  const owned = new DisposableStore();
  const { connection, sessions, log } = options;
  let timer: NodeJS.Timeout | undefined;
  /** Interruptions that this window asked the daemon about: `id@when`. */
  let asked = new Set<string>();
  const listNew = (): string[] =>
    sessions
      .list()
      .filter(isInterrupted)
      .map(({ id, interruptedAt }) => `${id}@${interruptedAt ?? ''}`)
      .filter((key) => !asked.has(key));
  const look = (): void => {
    void setContext('interrupted', sessions.list().filter(isShown).length);
    const mayAsk = vscode.window.state.focused && vscode.workspace.isTrusted;
    if (!mayAsk || timer !== undefined || listNew().length === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      asked = new Set([...asked, ...listNew()]);
      tell(options).catch((error: unknown) => {
        if (errorCodeOf(error) !== 'methodNotFound') return showFailure(error);
        log.info('an older daemon does not tell what was interrupted', errorMessageOf(error));
        return undefined;
      });
    }, settleMs);
  };
  owned.add({ dispose: () => clearTimeout(timer) });
  owned.add(sessions.onDidChange(look));
  owned.add(connection.onDidConnect(look));
  owned.add(vscode.window.onDidChangeWindowState(look));
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(look));
  look();
  return owned;
}

/** Claims what nobody told yet; one of several windows gets it. */
async function tell(options: InterruptedOptions): Promise<void> {
  const { connection, sessions } = options;
  const { resumeAfterRestart } = readSettings();
  const { link } = connection;
  if (resumeAfterRestart === 'never' || link === undefined) return;
  const listed = await link.call('session/listInterrupted', { claim: true });
  const claimed = listed.sessions.filter(
    ({ id, hidden }) => listed.claimed.includes(id) && !hidden,
  );
  if (claimed.length === 0) return;
  for (const session of claimed) sessions.put(session);
  const agents = claimed.filter(isAgent);
  if (resumeAfterRestart === 'ask') return ask(options, claimed);
  if (agents.length > 0) await resumeSessions(options, agents);
}

async function ask(options: InterruptedOptions, interrupted: readonly Session[]): Promise<void> {
  const [only] = interrupted;
  const agents = interrupted.filter(isAgent);
  const isOne = interrupted.length === 1 && only !== undefined;
  const resume = isOne ? t('Resume') : nameAgents(agents.length);
  const choose = t('Choose…');
  const buttons = [
    ...(isOne || agents.length > 0 ? [resume] : []),
    ...(isOne ? [] : [choose]),
    t('Not Now'),
  ];
  const message = isOne
    ? t("'{0}' was interrupted by a restart.", nameOf(only))
    : t('{0} sessions were interrupted by a restart.', interrupted.length);
  const chosen = await vscode.window.showInformationMessage(message, ...buttons);
  if (chosen === resume) await resumeSessions(options, isOne ? [only] : agents);
  if (chosen === choose) await chooseAndResume(options, stillInterrupted(options, interrupted));
}

function nameAgents(count: number): string {
  return count === 1 ? t('Resume 1 Agent') : t('Resume {0} Agents', count);
}

async function chooseAndResume(
  options: ResumeOptions,
  interrupted: readonly Session[],
): Promise<void> {
  const chosen = await chooseSessions(interrupted);
  if (chosen !== undefined && chosen.length > 0) await resumeSessions(options, chosen);
}

/** Some may have been brought back by hand since the question was put. */
function stillInterrupted({ sessions }: ResumeOptions, interrupted: readonly Session[]): Session[] {
  return interrupted.filter((session) => !isRunning(sessions.get(session.id) ?? session));
}

/** Everything that is interrupted, after the person has seen what that is. */
export async function resumeAll(options: ResumeOptions): Promise<void> {
  const interrupted = options.sessions.list().filter(isShown);
  if (interrupted.length === 0) {
    await vscode.window.showInformationMessage(t('No session is interrupted.'));
    return;
  }
  await resumeSessions(options, interrupted);
}

function isShown(session: Session): boolean {
  return isInterrupted(session) && !session.hidden;
}
