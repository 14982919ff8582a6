/** Brings the terminals of a window back after a reload: in their groups, order and state, and the focus to nobody else. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { onDidCallCommand, readSettings, setContext } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import { focusColumn, layOutGroups, unlockColumns } from './groupLayout.ts';
import { GroupLocks } from './groupLocks.ts';
import { readStored, storePlaces } from './placeStore.ts';
import type { StoredTerminal, StoredWindow, TabFact } from './restoreMap.ts';
import { listInPanel, orderForRestore } from './restoreMap.ts';
import { listTabs, waitForTabs } from './tabs.ts';
import type { TerminalPlace, Terminals } from './terminals.ts';

export interface RestoreOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly terminals: Terminals;
  readonly memory: vscode.Memento;
  readonly log: Log;
}

interface Restoring extends RestoreOptions {
  readonly locks: GroupLocks;
}

const settleTries = 3;
/** A window that still loads takes seconds for its first terminal. */
const tabLimitMs = 20_000;
const relicWaitMs = 2000;
/** After so long the person is elsewhere, in a place that an extension cannot see. */
const focusLimitMs = 20_000;

/**
 * Brings back what is stored, then stores every change. Nothing is stored before, so that a window which could not be
 * restored (no daemon) is tried again at its next start.
 */
export function keepPlaces(options: RestoreOptions): Disposable {
  const owned = new DisposableStore();
  const locks = new GroupLocks();
  const stored = readStored(options.memory);
  owned.add(
    vscode.window.tabGroups.onDidChangeTabs(({ opened }) =>
      locks.follow(opened, options.terminals.names),
    ),
  );
  const begin = (): void => {
    if (!owned.isDisposed) owned.add(storePlaces({ ...options, locks }));
  };
  if (stored === undefined) begin();
  else owned.add(restoreWhenConnected({ ...options, locks }, stored, begin));
  return owned;
}

/** Tried at once, which starts a daemon when none runs, and again with each new connection until it went well. */
function restoreWhenConnected(
  options: Restoring,
  stored: StoredWindow,
  onDone: () => void,
): Disposable {
  let isTrying = false;
  const owned = new DisposableStore();
  const person = owned.add(watchPerson());
  const attempt = (): void => {
    if (isTrying) return;
    isTrying = true;
    restore(options, stored, person).then(
      () => {
        owned.dispose();
        onDone();
      },
      (error: unknown) => {
        isTrying = false;
        options.log.warn('terminals were not brought back', errorMessageOf(error));
      },
    );
  };
  owned.add(options.connection.onDidConnect(attempt));
  attempt();
  return owned;
}

/** The file that was active in each group, to be shown again where no terminal was. */
function listActiveFiles(): ReadonlyMap<number, vscode.Uri> {
  const entries = vscode.window.tabGroups.all.flatMap(
    ({ activeTab, viewColumn }): [number, vscode.Uri][] =>
      activeTab?.input instanceof vscode.TabInputText ? [[viewColumn, activeTab.input.uri]] : [],
  );
  return new Map(entries);
}

/** `person` is watched since the window began, also while no daemon could be had. */
async function restore(
  options: Restoring,
  window: StoredWindow,
  person: Pick<WatchedPerson, 'isBusy'>,
): Promise<void> {
  const { connection, sessions, terminals, log } = options;
  const { focus } = window;
  const link = await connection.require();
  const listed = await link.call('session/list', { history: true });
  sessions.replace(listed.sessions, listed.revision);
  await closeRelics(window.terminals);
  // Places count from what the editor itself brings back, which may still be on its way.
  const others = window.columns.reduce((sum, count) => sum + count, 0);
  await waitForTabs(() => listTabs().length >= others);
  const since = performance.now();
  const hasWaited = (): boolean => performance.now() - since > focusLimitMs;
  let hasTakenFocus = await layOutGroups(window);
  const files = listActiveFiles();
  const focused = focus === null ? vscode.window.activeTextEditor?.document.uri : undefined;
  const giveFocus = (): void => {
    // Who took it gives it back, however late that is.
    const isFree = !person.isBusy() && (hasTakenFocus || !hasWaited());
    if (focus !== null && isFree) terminals.find(focus)?.show(false);
  };
  for (const group of orderForRestore(window.terminals, focus)) {
    if (await restoreGroup(options, group)) hasTakenFocus = true;
    if (group.some(({ sessionId }) => sessionId === focus)) giveFocus();
  }
  if (hasTakenFocus) await focusColumn(window.activeColumn);
  await showFiles(window.terminals, { files, focused });
  await restoreLocks(options, window);
  closeStray(terminals, window);
  // Once more: files that the editor draws late take the keyboard, though another group is the active one. Who went to
  // another group meanwhile stays there.
  const { viewColumn } = vscode.window.tabGroups.activeTabGroup;
  if (findTab(terminals, focus ?? '')?.column === viewColumn) giveFocus();
  log.info('terminals brought back', { count: window.terminals.length });
  await setContext('cameBack', true);
}

/** The editor puts a shell of its own into a panel that is open and empty while it loads. */
function closeStray({ others }: Terminals, { terminals, othersInPanel }: StoredWindow): void {
  const isOurPanel = terminals.some(({ place }) => place === 'panel');
  if (!isOurPanel || othersInPanel !== 0) return;
  const names = listInPanel(
    others.map(({ name }) => name),
    listTabs(),
  );
  const strays = others.filter(({ name }) => names.includes(name));
  const [stray] = strays;
  if (strays.length === 1 && stray?.state.isInteractedWith === false) stray.dispose();
}

async function restoreGroup(
  options: Restoring,
  group: readonly StoredTerminal[],
): Promise<boolean> {
  let hasTakenFocus = false;
  for (const terminal of group) if (await restoreOne(options, terminal)) hasTakenFocus = true;
  for (const { sessionId, isActive } of group) if (isActive) options.terminals.reveal(sessionId);
  return hasTakenFocus;
}

/** True when it took the focus to put a tab in its place. */
async function restoreOne(options: Restoring, terminal: StoredTerminal): Promise<boolean> {
  const { sessions, terminals } = options;
  const session = sessions.get(terminal.sessionId);
  if (session === undefined || terminals.isOpen(session.id)) return false;
  await showTabBefore(terminals, terminal);
  terminals.create(session, placeOf(terminal), terminal.name);
  await isShown(terminals, terminal);
  return settle(terminals, terminal);
}

/** Groups that were made anew are locked by the editor, as it does with those that a terminal begins. */
async function restoreLocks({ locks }: Restoring, window: StoredWindow): Promise<void> {
  const stand = window.terminals.filter(
    ({ place, isMovedOut }) => place === 'editor' && !isMovedOut,
  );
  const isWanted = (column: number): boolean =>
    stand.some((terminal) => terminal.column === column && terminal.isLocked);
  const isMade = (column: number): boolean => (window.columns[column - 1] ?? 1) === 0;
  // Not asked of `locks`: while a window loads, a tab may come before its name does.
  const wrong = readSettings().locksTerminalGroups
    ? stand.filter(({ column }) => isMade(column) && !isWanted(column))
    : [];
  for (const { sessionId, column } of stand) locks.set(sessionId, isWanted(column));
  await unlockColumns([...new Set(wrong.map(({ column }) => column))], window.activeColumn);
}

/**
 * Whoever types or clicks into a file, or calls a command of ours, while terminals come back keeps the focus, and so does
 * who had to wait long for what took it from nobody.
 */
function watchPerson(): WatchedPerson {
  let isBusy = false;
  const byHand = new Set<vscode.TextEditorSelectionChangeKind | undefined>([
    vscode.TextEditorSelectionChangeKind.Keyboard,
    vscode.TextEditorSelectionChangeKind.Mouse,
  ]);
  const owned = new DisposableStore();
  owned.add(
    vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
      isBusy ||= byHand.has(kind);
    }),
  );
  owned.add(onDidCallCommand(() => (isBusy = true)));
  return { isBusy: () => isBusy, dispose: () => owned.dispose() };
}

interface WatchedPerson extends Disposable {
  isBusy(): boolean;
}

/**
 * After a crash of the extension host the editor keeps the tabs of its terminals, but nobody is behind them any more. Ours
 * are known by their names and by having no program of their own.
 */
async function closeRelics(stored: readonly StoredTerminal[]): Promise<void> {
  const names = new Set(stored.map(({ name }) => name).filter((name) => name !== ''));
  await Promise.all(
    vscode.window.terminals.map(async (terminal) => {
      const { creationOptions, processId } = terminal;
      const hasProgram = 'shellPath' in creationOptions && creationOptions.shellPath !== undefined;
      if (!names.has(terminal.name) || hasProgram || 'pty' in creationOptions) return;
      const pid = await Promise.race([processId, delay(relicWaitMs)]);
      // What an extension showed has -1. One of the editor's own that it still brings back has none yet: a stale tab costs
      // less than a job.
      if (pid !== undefined && pid <= 0) terminal.dispose();
    }),
  );
}

function placeOf({ place, column }: StoredTerminal): TerminalPlace {
  if (place === 'panel') return vscode.TerminalLocation.Panel;
  return { viewColumn: column, preserveFocus: true };
}

/** A new tab opens to the right of the active one: the one that stood before it is made that, without the focus. */
async function showTabBefore(terminals: Terminals, terminal: StoredTerminal): Promise<void> {
  const { place, column, position, isMovedOut } = terminal;
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === column);
  const tab = isMovedOut ? group?.tabs.at(-1) : group?.tabs[position - 1];
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

/** What the editor does for the focused tab only: pin it, and move it before the first one. Tried again while it loads. */
async function settle(terminals: Terminals, terminal: StoredTerminal): Promise<boolean> {
  const { sessionId, position, isPinned, place, isMovedOut } = terminal;
  const isSettled = (): boolean => {
    const tab = findTab(terminals, sessionId);
    return tab === undefined || (tab.position === position && tab.isPinned === isPinned);
  };
  const isLoose = place === 'panel' || isMovedOut;
  const isInFront = (): boolean => findTab(terminals, sessionId)?.isActive === true;
  const trySettling = async (): Promise<void> => {
    terminals.find(sessionId)?.show(false);
    await waitForTabs(isInFront);
    if (!isInFront()) return;
    if (isPinned) await vscode.commands.executeCommand('workbench.action.pinEditor');
    const to = { to: 'position', by: 'tab', value: position + 1 };
    await vscode.commands.executeCommand('moveActiveEditor', to);
    await waitForTabs(isSettled);
  };
  const hasWork = !isLoose && !isSettled();
  for (let tries = 0; tries < settleTries && hasWork && !isSettled(); tries += 1)
    await trySettling();
  return hasWork;
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
