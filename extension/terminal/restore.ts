/** Stores which sessions this window shows and where, at each change of its tabs, and brings them back after a reload. */
import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import type { StoredTerminal, StoredWindow, TabFact } from './restoreMap.ts';
import { describeTerminals, orderForRestore, parseStoredWindow } from './restoreMap.ts';
import type { TerminalPlace, Terminals } from './terminals.ts';

export interface RestoreOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly terminals: Terminals;
  readonly memory: vscode.Memento;
  readonly log: Log;
}

const storedKey = 'waggle.window';
const settleTries = 3;
/** A window that still loads takes seconds for its first terminal; what is there already changes at once. */
const tabLimitMs = 20_000;
const changeLimitMs = 2000;

/** What the last life of this window showed; undefined when it showed nothing of ours. */
function readStored(memory: vscode.Memento): StoredWindow | undefined {
  return parseStoredWindow(memory.get<unknown>(storedKey));
}

/**
 * Brings back what is stored, then stores every change. Nothing is stored before, so that a window which could not be
 * restored (no daemon) is tried again at its next start.
 */
export function keepPlaces(options: RestoreOptions): Disposable {
  const owned = new DisposableStore();
  const stored = readStored(options.memory);
  const begin = (): void => {
    if (!owned.isDisposed) owned.add(storeChanges(options));
  };
  if (stored === undefined) begin();
  else {
    restore(options, stored).then(begin, (error: unknown) => {
      options.log.warn('terminals were not brought back', errorMessageOf(error));
    });
  }
  return owned;
}

function storeChanges({ terminals, memory, log }: RestoreOptions): Disposable {
  const owned = new DisposableStore();
  let last = '';
  const store = async (): Promise<void> => {
    const layout: unknown = await vscode.commands.executeCommand('vscode.getEditorLayout');
    const tabs = listTabs();
    const others = tabs.filter(({ isTerminal }) => !isTerminal).length;
    const window = { terminals: describeTerminals(tabs, terminals.names), others, layout };
    const text = JSON.stringify(window);
    if (text === last || owned.isDisposed) return;
    last = text;
    await memory.update(storedKey, window);
  };
  const onChange = (): void => {
    store().catch((error: unknown) => log.warn('places were not stored', errorMessageOf(error)));
  };
  owned.add(vscode.window.tabGroups.onDidChangeTabs(onChange));
  owned.add(vscode.window.tabGroups.onDidChangeTabGroups(onChange));
  owned.add(terminals.onDidChange(onChange));
  onChange();
  return owned;
}

function listTabs(): TabFact[] {
  return vscode.window.tabGroups.all.flatMap((group) =>
    group.tabs.map((tab, position) => ({
      label: tab.label,
      isTerminal: tab.input instanceof vscode.TabInputTerminal,
      column: group.viewColumn,
      position,
      isActive: tab.isActive,
      isPinned: tab.isPinned,
    })),
  );
}

/** The file that was active in each group, to be shown again where no terminal was. */
function listActiveFiles(): ReadonlyMap<number, vscode.Uri> {
  const entries = vscode.window.tabGroups.all.flatMap(
    ({ activeTab, viewColumn }): [number, vscode.Uri][] =>
      activeTab?.input instanceof vscode.TabInputText ? [[viewColumn, activeTab.input.uri]] : [],
  );
  return new Map(entries);
}

async function restore(options: RestoreOptions, window: StoredWindow): Promise<void> {
  const { connection, sessions, terminals, log } = options;
  const link = await connection.require();
  const listed = await link.call('session/list', { history: true });
  sessions.replace(listed.sessions, listed.revision);
  closeRelics(window.terminals);
  // Places count from what the editor itself brings back, which may still be on its way.
  await waitForTabs(() => listTabs().length >= window.others);
  await layOut(window);
  const files = listActiveFiles();
  const focused = vscode.window.activeTextEditor?.document.uri;
  const ordered = orderForRestore(window.terminals);
  for (const terminal of ordered) {
    const session = sessions.get(terminal.sessionId);
    if (session === undefined || terminals.isOpen(session.id)) continue;
    await showTabBefore(terminals, terminal);
    terminals.create(session, placeOf(terminal));
    await isShown(terminals, terminal);
    await settle(terminals, terminal);
  }
  for (const { sessionId, isActive } of ordered) if (isActive) terminals.reveal(sessionId);
  await showFiles(window.terminals, { files, focused });
  log.info('terminals brought back', { count: ordered.length });
}

/**
 * After a crash of the extension host the editor keeps the tabs of its terminals, but nobody is behind them any more. Ours
 * are known by their names and by having no program of their own.
 */
function closeRelics(stored: readonly StoredTerminal[]): void {
  const names = new Set(stored.map(({ name }) => name).filter((name) => name !== ''));
  for (const terminal of vscode.window.terminals) {
    const { creationOptions } = terminal;
    const hasProgram = 'shellPath' in creationOptions && creationOptions.shellPath !== undefined;
    if (names.has(terminal.name) && !hasProgram) terminal.dispose();
  }
}

/** Groups that held nothing but terminals are gone after a reload. */
async function layOut({ terminals, layout }: StoredWindow): Promise<void> {
  const columns = terminals.map(({ place, column }) => (place === 'editor' ? column : 0));
  if (Math.max(0, ...columns) <= vscode.window.tabGroups.all.length || layout === undefined) return;
  await vscode.commands.executeCommand('vscode.setEditorLayout', layout);
}

function placeOf({ place, column }: StoredTerminal): TerminalPlace {
  if (place === 'panel') return vscode.TerminalLocation.Panel;
  return { viewColumn: column, preserveFocus: true };
}

/** A new tab opens to the right of the active one: the one that stood before it is made that, without the focus. */
async function showTabBefore(terminals: Terminals, terminal: StoredTerminal): Promise<void> {
  const { place, column, position } = terminal;
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === column);
  const tab = group?.tabs[position - 1];
  if (place === 'panel' || tab === undefined || tab.isActive) return;
  if (tab.input instanceof vscode.TabInputText) await showFile(tab.input.uri, column);
  const sessionId = terminals.names.get(tab.label);
  if (sessionId !== undefined) terminals.reveal(sessionId);
}

async function showFile(
  uri: vscode.Uri,
  viewColumn: vscode.ViewColumn,
  focus = false,
): Promise<void> {
  await vscode.window.showTextDocument(uri, { viewColumn, preserveFocus: !focus, preview: true });
}

function findTab(terminals: Terminals, sessionId: string): TabFact | undefined {
  const name = terminals.find(sessionId)?.name;
  return listTabs().find(({ isTerminal, label }) => isTerminal && label === name);
}

/** Tabs are made one after the other, so that they come in order. */
async function isShown(terminals: Terminals, { sessionId, place }: StoredTerminal): Promise<void> {
  if (place === 'panel') return;
  await waitForTabs(() => findTab(terminals, sessionId) !== undefined, tabLimitMs);
}

/** Settles when `isDone` holds, and at `limitMs` anyway: a tab that does not come keeps nothing else waiting for ever. */
async function waitForTabs(isDone: () => boolean, limitMs = changeLimitMs): Promise<void> {
  if (isDone()) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
      resolve();
    };
    const look = (): void => {
      if (isDone()) done();
    };
    const timer = setTimeout(done, limitMs);
    const { onDidChangeTabs, onDidChangeTabGroups } = vscode.window.tabGroups;
    const subscriptions = [onDidChangeTabs(look), onDidChangeTabGroups(look)];
  });
}

/** What the editor does for the focused tab only: pin it, and move it before the first one. Tried again while it loads. */
async function settle(terminals: Terminals, terminal: StoredTerminal): Promise<void> {
  const { sessionId, position, isPinned, place } = terminal;
  const isSettled = (): boolean => {
    const tab = findTab(terminals, sessionId);
    return tab === undefined || (tab.position === position && tab.isPinned === isPinned);
  };
  for (let tries = 0; tries < settleTries && place === 'editor' && !isSettled(); tries += 1) {
    const isInFront = (): boolean => findTab(terminals, sessionId)?.isActive === true;
    terminals.find(sessionId)?.show(false);
    await waitForTabs(isInFront);
    if (!isInFront()) continue;
    if (isPinned) await vscode.commands.executeCommand('workbench.action.pinEditor');
    const to = { to: 'position', by: 'tab', value: position + 1 };
    await vscode.commands.executeCommand('moveActiveEditor', to);
    await waitForTabs(isSettled);
  }
}

interface ShownFiles {
  readonly files: ReadonlyMap<number, vscode.Uri>;
  readonly focused: vscode.Uri | undefined;
}

/** Each group shows what it showed: its terminal, or the file that the editor itself brought back. */
async function showFiles(
  stored: readonly StoredTerminal[],
  { files, focused }: ShownFiles,
): Promise<void> {
  const inColumn = (viewColumn: number): StoredTerminal[] =>
    stored.filter(({ place, column }) => place === 'editor' && column === viewColumn);
  for (const [viewColumn, uri] of files) {
    const terminals = inColumn(viewColumn);
    if (terminals.length === 0 || terminals.some(({ isActive }) => isActive)) continue;
    await showFile(uri, viewColumn, uri.toString() === focused?.toString());
  }
}
