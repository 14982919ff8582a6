/** "New Session…": asks what and where, opens it with this window's environment, and shows its terminal. */
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Agent } from '../../protocol/agent/agent.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { AgentFeature } from '../agent/agent.ts';
import { isProgram } from '../agent/agent.ts';
import { parseCommandLine } from '../commandLine.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { chooseExecutable, readSettings, translate as t } from '../editor/editor.ts';
import type { WindowFeature } from '../window/window.ts';
import type { Choice, ChoiceRow, OpenedAs } from './newSession.ts';
import { listChoices, listWays, mergeChoices } from './newSession.ts';

export interface OpenNewOptions {
  readonly connection: DaemonConnection;
  readonly agents: AgentFeature;
  readonly window: WindowFeature;
  readonly memory: vscode.Memento;
  /** Size of the last terminal, so that a program rarely starts in a wrong one. */
  readonly size: () => TerminalSize;
}

/** What to run. `command`: program and arguments, with agent `command` only. */
export interface Order {
  readonly agent: string;
  readonly command?: [string, ...string[]];
  readonly kept?: Kept;
  /** Absent: as this agent was opened last. */
  readonly as?: OpenedAs;
}

/** What stays of it; empty: as the settings say. */
export interface Kept {
  readonly private?: true;
  readonly keep?: { readonly output: 'none' | 'full' };
}

/** The version of the protocol that brought the choice. */
const keepingSince = 2;
const lastUsedKey = 'waggle.lastAgent';
/** By agent, how it was opened last. */
const openedAsKey = 'waggle.openedAs';
/** Nothing is known at the very first time: so long the first rows wait for the daemon, in order to come in their order. */
const firstRowsMs = 3000;

/** What the person picks; undefined when they turned away. */
export async function askForOrder(options: OpenNewOptions): Promise<Order | undefined> {
  requireTrust();
  const choice = await pickChoice(options);
  if (choice?.kind !== 'more') return choice && toOrder(choice);
  const kept = await askWhatIsKept();
  if (kept === undefined) return undefined;
  const again = await pickChoice(options, kept);
  if (again === undefined || again.kind === 'more') return undefined;
  const order = await toOrder(again);
  return order && { ...order, kept };
}

async function toOrder(choice: Exclude<Choice, { kind: 'more' }>): Promise<Order | undefined> {
  if (choice.kind === 'command') return askForCommand();
  if (choice.kind === 'open') {
    const { agent, as } = choice;
    return as === undefined ? { agent } : { agent, as };
  }
  return (await resolveMissing(choice.agent)) ? { agent: choice.agent.id } : undefined;
}

async function askWhatIsKept(): Promise<Kept | undefined> {
  const choices: (vscode.QuickPickItem & { readonly kept: Kept })[] = [
    {
      kept: { private: true },
      iconPath: new vscode.ThemeIcon('eye-closed'),
      label: t('Private Session…'),
      description: t('nothing of it is written to disk; forgotten when it has ended'),
    },
    {
      kept: { keep: { output: 'none' } },
      iconPath: new vscode.ThemeIcon('circle-slash'),
      label: t('Keep No Output…'),
      description: t('in the history without what it wrote'),
    },
    {
      kept: { keep: { output: 'full' } },
      iconPath: new vscode.ThemeIcon('database'),
      label: t('Keep All Output…'),
      description: t('not only the newest'),
    },
  ];
  const chosen = await vscode.window.showQuickPick(choices, { title: t('New Session') });
  return chosen?.kept;
}

/** Opens the session in the folder of this window. Rejects with the daemon's typed error. */
export async function openNew(options: OpenNewOptions, order: Order): Promise<Session | undefined> {
  requireTrust();
  const cwd = await askForFolder();
  if (cwd === undefined) return undefined;
  const { connection, window, memory } = options;
  const [link] = await Promise.all([connection.require(), window.prepareEnvironment()]);
  const as = order.as ?? wayOf(options, order.agent);
  const session =
    as === 'chat'
      ? await openChat(options, order, cwd)
      : await openTerminal(options, order, { cwd, link });
  await memory.update(lastUsedKey, order.agent);
  if (order.as !== undefined)
    await memory.update(openedAsKey, { ...readWays(memory), [order.agent]: order.as });
  return session;
}

async function openTerminal(
  { connection, agents, window, size }: OpenNewOptions,
  order: Order,
  { cwd, link }: { readonly cwd: string; readonly link: DaemonLink },
): Promise<Session> {
  const kept = order.kept ?? keptBySetting();
  if (Object.keys(kept).length > 0) refuseOlder(link);
  const path = agents.choosePath(order.agent, window.path);
  const { session } = await connection.call('session/open', {
    agent: order.agent,
    ...(order.command === undefined ? {} : { command: order.command }),
    cwd,
    environment: path === undefined ? {} : { PATH: path },
    windowId: window.id,
    size: size(),
    ...kept,
    idempotencyKey: randomUUID(),
  });
  return session;
}

async function openChat(
  { connection, agents, window }: OpenNewOptions,
  { agent, kept }: Order,
  cwd: string,
): Promise<Session> {
  const path = agents.choosePath(agent, window.path);
  const { session } = await connection.call('chat/create', {
    agent,
    cwd,
    environment: path === undefined ? {} : { PATH: path },
    windowId: window.id,
    ...(kept?.private === true ? { private: true } : {}),
    idempotencyKey: randomUUID(),
  });
  return session;
}

function readWays(memory: vscode.Memento): Record<string, OpenedAs> {
  return memory.get<Record<string, OpenedAs>>(openedAsKey, {});
}

/** As the setting says, else as it was opened last; the first time as a terminal where it can be one. */
function wayOf({ memory, agents }: OpenNewOptions, id: string): OpenedAs {
  const ways = listWays(
    id,
    agents.known.find((agent) => agent.id === id),
  );
  const { openAs } = readSettings();
  const wanted = openAs === 'lastUsed' ? (readWays(memory)[id] ?? 'terminal') : openAs;
  return ways.includes(wanted) ? wanted : (ways[0] ?? 'terminal');
}

function keptBySetting(): Pick<MethodParams<'session/open'>, 'keep'> {
  const { keep } = readSettings();
  return keep === undefined ? {} : { keep: { output: keep } };
}

/** An older daemon would not read the wish, and keep everything. */
function refuseOlder({ info }: DaemonLink): void {
  if (info.protocol >= keepingSince) return;
  throw new WaggleError(
    'versionMismatch',
    t('The daemon is too old to choose what is kept. Restart it, then try again.'),
  );
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new WaggleError(
    'untrusted',
    t('This folder is not trusted, so no agent or shell is started in it.'),
  );
}

interface Row extends vscode.QuickPickItem {
  readonly choice: Choice;
}

/** Shown at once with what is known; what the daemon answers is added without moving what is shown. */
function pickChoice(options: OpenNewOptions, kept?: Kept): Promise<Choice | undefined> {
  const { agents, memory } = options;
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = kept?.private === true ? t('New Private Session') : t('New Session');
  pick.placeholder = t('What should run here? It keeps running when you close VS Code.');
  pick.busy = true;
  let shown: readonly ChoiceRow[] = [];
  const show = (known: readonly Agent[]): void => {
    const active = pick.activeItems[0]?.label;
    const listed = listChoices(known, memory.get<string>(lastUsedKey), t);
    const offered = listed.filter(({ choice }) => kept === undefined || choice.kind !== 'more');
    shown = mergeChoices(shown, offered);
    pick.items = shown.map((row) => toRow(row, options));
    const again = pick.items.find(({ label }) => label === active);
    if (again !== undefined) pick.activeItems = [again];
  };
  const early = setTimeout(() => show(agents.known), agents.known.length > 0 ? 0 : firstRowsMs);
  return new Promise((resolve, reject) => {
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0];
      if (chosen !== undefined) resolve(chosen.choice);
      pick.hide();
    });
    pick.onDidTriggerItemButton(({ item: { choice }, button }) => {
      if (choice.kind !== 'open') return;
      resolve({ ...choice, as: button === asChat ? 'chat' : 'terminal' });
      pick.hide();
    });
    pick.onDidHide(() => {
      clearTimeout(early);
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
    agents.list().then(
      (listed) => {
        clearTimeout(early);
        show(listed);
        pick.busy = false;
      },
      (error: unknown) => {
        clearTimeout(early);
        reject(error instanceof Error ? error : new Error(String(error)));
        pick.dispose();
      },
    );
  });
}

const asTerminal: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('terminal'),
  tooltip: t('as Terminal'),
};
const asChat: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('comment-discussion'),
  tooltip: t('as Chat'),
};

/** An agent has a button for each way; Enter takes the one that was taken last. */
function toRow({ choice, icon, label, description }: ChoiceRow, options: OpenNewOptions): Row {
  const row = { choice, label, description, iconPath: new vscode.ThemeIcon(icon) };
  if (choice.kind !== 'open') return row;
  const found = options.agents.known.find(({ id }) => id === choice.agent);
  if (listWays(choice.agent, found).length < 2) return row;
  const isChat = wayOf(options, choice.agent) === 'chat';
  const said = [description, isChat ? t('as chat') : ''].filter(Boolean).join(' · ');
  return { ...row, description: said, buttons: [asTerminal, asChat] };
}

async function askForCommand(): Promise<Order | undefined> {
  const line = await vscode.window.showInputBox({
    title: t('New Session: Command'),
    prompt: t('A program and its arguments. No shell reads them.'),
    validateInput: (value) =>
      value.trim() !== '' && parseCommandLine(value) === undefined
        ? t('A quote is not closed.')
        : undefined,
  });
  const command = line === undefined ? undefined : parseCommandLine(line);
  return command === undefined ? undefined : { agent: 'command', command };
}

/** An agent that was not found: true once the person chose its program. */
async function resolveMissing(agent: Agent): Promise<boolean> {
  const choose = t('Choose Executable…');
  const install = t('How to Install');
  const labels = agent.installUrl === null ? [choose] : [choose, install];
  const chosen = await vscode.window.showQuickPick(labels, {
    title: t('{0} was not found', agent.label),
    placeHolder: agent.hint ?? '',
  });
  if (chosen === install && agent.installUrl !== null) {
    await vscode.env.openExternal(vscode.Uri.parse(agent.installUrl, true));
  }
  if (chosen !== choose) return false;
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('Choose the executable of {0}', agent.label),
    })) ?? [];
  if (file === undefined) return false;
  if (!isProgram(file.fsPath)) {
    throw new WaggleError(
      'commandNotFound',
      t('{0} is not a program that can be run.', file.fsPath),
    );
  }
  await chooseExecutable(agent.id, file.fsPath);
  return true;
}

/** The open folder, the one that is picked of several, or the home directory. */
async function askForFolder(): Promise<string | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === 'file',
  );
  const [only] = folders;
  if (only === undefined) return homedir();
  if (folders.length === 1) return only.uri.fsPath;
  const picked = await vscode.window.showWorkspaceFolderPick({
    placeHolder: t('In which folder?'),
  });
  return picked?.uri.fsPath;
}
