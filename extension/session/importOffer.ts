/**
 * "Found 412 earlier conversations of Claude Code and Codex. Search Them": once, when the first session of this machine runs.
 * Imports nothing unless the person says so; then all of them as chats, which can be stopped and goes on another time.
 */
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { KeptConversation } from '../../protocol/conversation/conversation.ts';
import type { ClientId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { runCommand, showFailure, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from './sessionList.ts';
import { isRunning } from './sessionRow.ts';

export interface ImportOfferOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly window: { readonly id: ClientId; prepareEnvironment(): Promise<void> };
  /** Of this machine's editor. */
  readonly machineMemory: vscode.Memento;
  readonly log: Log;
}

const offeredKey = 'waggle.offeredImport';
const listed = 1000;
/** The first session is looked at first. */
const settleMs = 3000;

export function offerImport(options: ImportOfferOptions): Disposable {
  const { sessions, machineMemory, log } = options;
  const owned = new DisposableStore();
  let timer: NodeJS.Timeout | undefined;
  const isDue = (): boolean =>
    options.connection.link !== undefined &&
    machineMemory.get(offeredKey) !== true &&
    vscode.workspace.isTrusted &&
    vscode.window.state.focused &&
    sessions.list().some(isRunning);
  const look = (): void => {
    if (timer !== undefined || !isDue()) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (!isDue()) return;
      offer(options).catch((error: unknown) =>
        log.info('earlier conversations were not offered', errorMessageOf(error)),
      );
    }, settleMs);
  };
  owned.add({ dispose: () => clearTimeout(timer) });
  owned.add(sessions.onDidChange(look));
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(look));
  owned.add(vscode.window.onDidChangeWindowState(look));
  look();
  return owned;
}

async function offer(options: ImportOfferOptions): Promise<void> {
  const { link } = options.connection;
  // An offer starts no daemon that a person stopped.
  if (link === undefined) return;
  const fresh = await listFresh(link, options.window);
  await options.machineMemory.update(offeredKey, true);
  if (fresh.length === 0) return;
  const searchThem = t('Search Them');
  const chosen = await vscode.window.showInformationMessage(
    fresh.length === 1
      ? t('Found 1 earlier conversation of {0}.', agentsOf(fresh))
      : t('Found {0} earlier conversations of {1}.', fresh.length, agentsOf(fresh)),
    searchThem,
    t('Not Now'),
  );
  if (chosen !== searchThem) return;
  importAll(options, fresh)
    .then(() => runCommand('search'))
    .catch(showFailure);
}

/** All that are in no session yet, whenever a person asks. */
export async function importEverything(options: ImportOfferOptions): Promise<void> {
  const link = await options.connection.require();
  const fresh = await listFresh(link, options.window);
  if (fresh.length === 0) {
    await vscode.window.showInformationMessage(
      t('Every conversation of Claude Code and Codex is here already, or there is none.'),
    );
    return;
  }
  await importAll(options, fresh);
}

async function listFresh(
  link: DaemonLink,
  window: ImportOfferOptions['window'],
): Promise<KeptConversation[]> {
  await window.prepareEnvironment();
  const asker = { windowId: window.id, limit: listed };
  const { conversations } = await link.call('conversation/list', asker);
  return conversations.filter(({ sessionId, running }) => sessionId === null && running === null);
}

const names: Readonly<Record<string, string>> = { claude: 'Claude Code', codex: 'Codex' };

function agentsOf(conversations: readonly KeptConversation[]): string {
  const found = [...new Set(conversations.map(({ agent }) => names[agent] ?? agent))].toSorted();
  return found.length === 2 ? t('{0} and {1}', found[0] ?? '', found[1] ?? '') : found.join(', ');
}

/** One that cannot be read does not keep the others out. */
async function importAll(
  { connection, window, log }: ImportOfferOptions,
  conversations: readonly KeptConversation[],
): Promise<void> {
  const total = conversations.length;
  let [imported, failed] = [0, 0];
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Importing conversations'),
      cancellable: true,
    },
    async (progress, cancelled) => {
      for (const { id, agent } of conversations) {
        if (cancelled.isCancellationRequested) return;
        const message = t('{0} of {1}', imported + failed + 1, total);
        progress.report({ message, increment: 100 / total });
        const wanted = { windowId: window.id, agent, conversationId: id, as: 'chat' } as const;
        try {
          await connection.call('conversation/import', wanted);
          imported += 1;
        } catch (error) {
          failed += 1;
          log.warn('a conversation was not imported', errorMessageOf(error));
        }
      }
    },
  );
  const said =
    failed === 0
      ? t('Imported {0} conversations.', imported)
      : t('Imported {0} conversations; {1} could not be read.', imported, failed);
  vscode.window.setStatusBarMessage(said, 6000);
}
