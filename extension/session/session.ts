/**
 * Sessions in this window: the list in step with the daemon, the tree, and the commands about them. Deliberately shows no
 * bytes (terminal/ does) and keeps no truth: everything comes from the daemon's events.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Usage } from '../../protocol/session/resources.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonFeature } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { setContext, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import { createAdoptCommands } from './adopt.ts';
import type { SessionCommandsOptions } from './sessionCommands.ts';
import { createSessionCommands } from './sessionCommands.ts';
import { watchInterrupted } from './interrupted.ts';
import { groupSessions } from './sessionGroups.ts';
import type { ContextCost } from './sessionRow.ts';
import { isRunning } from './sessionRow.ts';
import { watchModes } from './modeWatch.ts';
import { SessionTree } from './sessionTree.ts';
import { followSessions } from './subscription.ts';
import { canBeSwitched } from './switching.ts';

export { iconOfAgent } from './newSession.ts';
export type { OpenNewOptions, Order } from './openNew.ts';
export { askForOrder, openNew } from './openNew.ts';
export type { ClosedTab, OpenTabs, OpenTerminals } from './openTabs.ts';
export type { SessionCommandsOptions } from './sessionCommands.ts';
export { chooseSession, readSessionId, restartSession } from './sessionCommands.ts';
export { resumeSession } from './resume.ts';
export { importEverything, offerImport } from './importOffer.ts';
export type { ImportOfferOptions } from './importOffer.ts';
export { SessionList } from './sessionList.ts';
export { describePick, escapeMarkdown, isHistory, isRunning, nameOf } from './sessionRow.ts';

/** How long a tooltip may wait for what it could say more. */
const usageLimitMs = 1500;

export interface SessionFeatureOptions extends SessionCommandsOptions {
  readonly daemon: Pick<DaemonFeature, 'describe' | 'onDidChange'>;
  readonly onDidChangeTerminals: Event<void>;
  /** What Waggle adds to the context of a session's agent. Never rejects. */
  readonly readCost: (sessionId: Session['id']) => Promise<ContextCost | undefined>;
  readonly log: Log;
}

type SessionCommands = ReturnType<typeof createSessionCommands> &
  ReturnType<typeof createAdoptCommands>;

export interface SessionFeature extends Disposable {
  readonly commands: CommandHandlers<keyof SessionCommands>;
}

export function createSessionFeature(options: SessionFeatureOptions): SessionFeature {
  const { connection, sessions, terminals } = options;
  const owned = new DisposableStore();
  const subscription = owned.add(followSessions(connection.onDidConnect, sessions, options.log));
  const tree = owned.add(
    new SessionTree({
      read: () =>
        groupSessions(sessions.list(), {
          workspaces: subscription.workspaces.list(),
          currentRoots: listRoots(),
        }),
      isOpen: (id) => terminals.isOpen(id),
      readUsage: (id) => readUsage(options, id),
      readCost: (id) =>
        Promise.race([options.readCost(id), delay(usageLimitMs, undefined, { ref: false })]),
    }),
  );
  const view = owned.add(
    vscode.window.createTreeView('waggle.sessions', {
      treeDataProvider: tree,
      showCollapseAll: false,
    }),
  );
  const refreshAll = (): void => {
    tree.update(new Set(sessions.list().map(({ id }) => id)));
    view.description = describeLoose(options);
  };
  owned.add(
    sessions.onDidChange(({ changed }) => {
      tree.update(changed);
      view.description = describeLoose(options);
    }),
  );
  owned.add(watchInterrupted(options));
  owned.add(watchModes({ sessions, terminals }));
  const tellFront = (): void => void setContext('agentTerminal', isAgentInFront(options));
  owned.add(sessions.onDidChange(tellFront));
  owned.add(options.onDidChangeTerminals(tellFront));
  owned.add(subscription.workspaces.onDidChange(refreshAll));
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(refreshAll));
  owned.add(options.onDidChangeTerminals(refreshAll));
  owned.add(
    options.daemon.onDidChange(() => {
      view.message = options.daemon.describe() ?? '';
    }),
  );
  const commands = { ...createSessionCommands(options), ...createAdoptCommands(options) };
  return { commands, dispose: () => owned.dispose() };
}

function isAgentInFront({ sessions, terminals }: SessionFeatureOptions): boolean {
  const front = sessions.get(terminals.active ?? '');
  return front !== undefined && canBeSwitched(front, 'chat');
}

/** A tooltip without it is better than none: an older daemon does not know, a busy one may not answer. */
async function readUsage(
  { connection, log }: SessionFeatureOptions,
  sessionId: Session['id'],
): Promise<Usage | undefined> {
  try {
    const answer = connection.link?.call('session/resources', { sessionId });
    const told = await Promise.race([answer, delay(usageLimitMs, undefined)]);
    return told?.sessions.find((used) => used.sessionId === sessionId);
  } catch (error) {
    log.info('what a session uses is not known', errorMessageOf(error));
    return undefined;
  }
}

function listRoots(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
}

/** "3 running without a tab": what runs on although no window shows it. */
function describeLoose({ sessions, terminals }: SessionFeatureOptions): string {
  const loose = sessions
    .list()
    .filter((session) => isRunning(session) && !session.hidden)
    .filter(({ id, clients }) => clients === 0 && !terminals.isOpen(id));
  return loose.length === 0 ? '' : t('{0} running without a tab', loose.length);
}
