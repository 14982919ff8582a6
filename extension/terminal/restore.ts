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

/** What the last life of this window showed; undefined when it showed nothing of ours. */
export function readStored(memory: vscode.Memento): StoredWindow | undefined {
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
    const window = { terminals: describeTerminals(listTabs(), terminals.names), layout };
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

async function restore(
  options: RestoreOptions,
  { terminals: stored, layout }: StoredWindow,
): Promise<void> {
  const { connection, sessions, terminals } = options;
  const link = await connection.require();
  const listed = await link.call('session/list', { history: true });
  sessions.replace(listed.sessions, listed.revision);
  const columns = Math.max(
    0,
    ...stored.map(({ place, column }) => (place === 'editor' ? column : 0)),
  );
  if (columns > vscode.window.tabGroups.all.length && layout !== undefined) {
    await vscode.commands.executeCommand('vscode.setEditorLayout', layout);
  }
  const files = listActiveFiles();
  const focused = vscode.window.tabGroups.activeTabGroup.viewColumn;
  const active: StoredTerminal[] = [];
  for (const terminal of orderForRestore(stored)) {
    const session = sessions.get(terminal.sessionId);
    if (session === undefined || terminals.isOpen(session.id)) continue;
    terminals.create(session, placeOf(terminal));
    await isShown(terminals, terminal);
    if (terminal.isActive) active.push(terminal);
  }
  await arrange({ options, stored, files, active });
  options.log.info('terminals brought back', { count: stored.length, focused });
}

function placeOf({ place, column }: StoredTerminal): TerminalPlace {
  if (place === 'panel') return vscode.TerminalLocation.Panel;
  return { viewColumn: column, preserveFocus: true };
}

/** Tabs are made one after the other, so that they come in order. */
async function isShown(terminals: Terminals, { sessionId, place }: StoredTerminal): Promise<void> {
  if (place === 'panel') return;
  const isThere = (): boolean => {
    const name = terminals.find(sessionId)?.name;
    return listTabs().some(({ isTerminal, label }) => isTerminal && label === name);
  };
  if (isThere()) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, 2000);
    const subscription = vscode.window.tabGroups.onDidChangeTabs(() => {
      if (isThere()) done();
    });
  });
}

interface Arrangement {
  readonly options: RestoreOptions;
  readonly stored: readonly StoredTerminal[];
  readonly files: ReadonlyMap<number, vscode.Uri>;
  readonly active: readonly StoredTerminal[];
}

/** Each group shows what it showed: its terminal, or the file that the editor itself brought back. */
async function arrange({ options, stored, files, active }: Arrangement): Promise<void> {
  for (const { sessionId } of active) options.terminals.reveal(sessionId);
  for (const [viewColumn, uri] of files) {
    const hasTerminals = stored.some(
      ({ place, column }) => place === 'editor' && column === viewColumn,
    );
    const hasActive = active.some(({ column }) => column === viewColumn);
    if (!hasTerminals || hasActive) continue;
    await vscode.window.showTextDocument(uri, { viewColumn, preserveFocus: true, preview: false });
  }
}
