/** Taking over what began elsewhere: a conversation of an agent, a pane of tmux, a transcript as history. */
import * as vscode from 'vscode';
import type { KeptConversation } from '../../protocol/conversation/conversation.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { toMessage, translate as t } from '../editor/editor.ts';
import type { AdoptRow } from './adoptRows.ts';
import { conversationRow, paneRow } from './adoptRows.ts';
import type { SessionCommandsOptions } from './sessionCommands.ts';
import { nameOf } from './sessionRow.ts';

type AdoptOptions = Pick<
  SessionCommandsOptions,
  'connection' | 'sessions' | 'terminals' | 'window' | 'openNew'
>;
type AdoptCommandName = 'continueConversation' | 'mirrorPane' | 'importHistory';

const lookAgainMs = 1000;

export function createAdoptCommands(options: AdoptOptions): CommandHandlers<AdoptCommandName> {
  return {
    continueConversation: () => continueConversation(options),
    mirrorPane: () => mirrorPane(options),
    importHistory: () => importHistory(options),
  };
}

/** Who asks: agents and tmux are looked for in the environment of this window. */
async function prepare({ connection, window }: AdoptOptions): Promise<{ windowId: string }> {
  if (!vscode.workspace.isTrusted)
    throw new WaggleError(
      'untrusted',
      t('This folder is not trusted, so no agent or shell is started in it.'),
    );
  await Promise.all([connection.require(), window.prepareEnvironment()]);
  return { windowId: window.id };
}

async function continueConversation(options: AdoptOptions): Promise<void> {
  const chosen = await pickConversation(options, t('Continue which conversation?'));
  if (chosen === undefined) return;
  const folder = chosen.directoryExists ? undefined : await askForFolder(chosen);
  if (!chosen.directoryExists && folder === undefined) return;
  const { running } = chosen;
  const isFree = running === null || (await askToWait(running.pid));
  const session = isFree ? await start(options, chosen, folder) : undefined;
  if (session !== undefined) show(options, session);
}

function show({ sessions, terminals }: AdoptOptions, session: Session): void {
  sessions.put(session);
  terminals.open(session);
}

async function askForFolder({ directory }: KeptConversation): Promise<string | undefined> {
  const title =
    directory === null
      ? t('Where does the conversation go on?')
      : t('{0} is gone. Where does the conversation go on?', directory);
  const [folder] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: t('Continue Here'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder?.fsPath;
}

/** Nobody's process is ended from here: the person does it where it runs. */
async function askToWait(pid: number): Promise<boolean> {
  const wait = t('Continue When It Ends');
  const chosen = await vscode.window.showWarningMessage(
    t('Process {0} is in this conversation.', pid),
    {
      modal: true,
      detail: t('A process in another terminal cannot be moved here. End it there first.'),
    },
    wait,
  );
  return chosen === wait;
}

/** Tries until no process is in the conversation any more; undefined when the person gave up. */
async function start(
  options: AdoptOptions,
  { id, agent }: KeptConversation,
  folder: string | undefined,
): Promise<Session | undefined> {
  const { connection, openNew } = options;
  const asker = await prepare(options);
  const request = {
    ...{ ...asker, conversationId: id, agent, size: openNew.size() },
    ...(folder === undefined ? {} : { cwd: folder }),
  };
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Continuing the conversation…'),
      cancellable: true,
    },
    async (_progress, cancelled) => {
      while (!cancelled.isCancellationRequested) {
        try {
          return (await connection.call('conversation/continue', request)).session;
        } catch (error) {
          if (!isHeld(error)) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      }
      return undefined;
    },
  );
}

function isHeld(error: unknown): boolean {
  return error instanceof WaggleError && typeof error.details?.['pid'] === 'number';
}

async function mirrorPane(options: AdoptOptions): Promise<void> {
  const { connection, openNew } = options;
  const listed = prepare(options).then((asker) => connection.call('pane/list', asker));
  const { panes, tmux } = await whileLooking(t('Looking for tmux panes…'), listed);
  if (panes.length === 0) {
    const none = tmux === null ? t('tmux was not found.') : t('No tmux server runs here.');
    await vscode.window.showInformationMessage(none);
    return;
  }
  const placeHolder = t('Mirror which pane? Its process stays in tmux.');
  const chosen = await pick(panes.map(paneRow), placeHolder);
  if (chosen === undefined) return;
  const asker = await prepare(options);
  const order = { ...asker, pane: chosen.id, size: openNew.size() };
  const { session } = await connection.call('pane/mirror', order);
  show(options, session);
}

async function importHistory(options: AdoptOptions): Promise<void> {
  const file = t('Choose File…');
  const chosen = await pickConversation(options, t('Import which conversation?'), file);
  if (chosen === undefined) return;
  const path = chosen === file ? await askForTranscript() : undefined;
  if (chosen === file && path === undefined) return;
  const asker = await prepare(options);
  const source = typeof chosen === 'string' ? { path: path ?? '' } : { conversationId: chosen.id };
  const importing = options.connection.call('conversation/import', { ...asker, ...source });
  await tellImported(options, await whileLooking(t('Importing…'), importing));
}

async function askForTranscript(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('Import a transcript of Claude Code or Codex'),
      filters: { [t('Transcripts')]: ['jsonl'] },
    })) ?? [];
  return file?.fsPath;
}

async function tellImported(
  options: AdoptOptions,
  { session, messages, malformed }: MethodResult<'conversation/import'>,
): Promise<void> {
  options.sessions.put(session);
  const open = t('Open');
  const name = nameOf(session);
  const message =
    malformed === 0
      ? t("Imported '{0}': {1} messages.", name, messages)
      : t("Imported '{0}': {1} messages; {2} lines could not be read.", name, messages, malformed);
  const chosen = await vscode.window.showInformationMessage(toMessage(message), open);
  if (chosen === open) options.terminals.open(session);
}

function pickConversation(
  options: AdoptOptions,
  placeHolder: string,
): Promise<KeptConversation | undefined>;
function pickConversation<F extends string>(
  options: AdoptOptions,
  placeHolder: string,
  first: F,
): Promise<KeptConversation | F | undefined>;
async function pickConversation(
  options: AdoptOptions,
  placeHolder: string,
  first?: string,
): Promise<KeptConversation | string | undefined> {
  const { connection } = options;
  const listed = prepare(options).then((asker) => connection.call('conversation/list', asker));
  const { conversations } = await whileLooking(t('Looking for conversations…'), listed);
  if (conversations.length === 0 && first === undefined) {
    const none = t('No conversations of Claude Code or Codex were found on this machine.');
    await vscode.window.showInformationMessage(none);
    return undefined;
  }
  const telling = { nowMs: Date.now(), t };
  const rows: AdoptRow<KeptConversation | string>[] = conversations.map((one) =>
    conversationRow(one, telling),
  );
  const file = { value: first ?? '', icon: 'file', label: first ?? '', description: '' };
  return pick(first === undefined ? rows : [file, ...rows], placeHolder);
}

async function pick<T>(rows: readonly AdoptRow<T>[], placeHolder: string): Promise<T | undefined> {
  const items = rows.map(({ value, icon, label, description }) => ({
    ...{ value, label, description },
    iconPath: new vscode.ThemeIcon(icon),
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    placeHolder,
    matchOnDescription: true,
  });
  return chosen?.value;
}

/** Hundreds of files are looked at: the person sees that something happens. */
function whileLooking<T>(title: string, work: Promise<T>): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title },
    () => work,
  );
}
