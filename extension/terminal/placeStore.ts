import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Log } from '../log.ts';
import type { GroupLocks } from './groupLocks.ts';
import type { StoredWindow } from './restoreMap.ts';
import { describeWindow, parseStoredWindow } from './restoreMap.ts';
import { listTabs } from './tabs.ts';
import type { Terminals } from './terminals.ts';

export interface PlaceStoreOptions {
  readonly terminals: Terminals;
  readonly memory: vscode.Memento;
  readonly locks: GroupLocks;
  readonly log: Log;
}

const storedKey = 'waggle.window';
/** The edge between two groups is dragged in many small steps. */
const resizeMs = 300;

/** What the last life of this window showed; undefined when it showed nothing of ours. */
export function readStored(memory: vscode.Memento): StoredWindow | undefined {
  return parseStoredWindow(memory.get<unknown>(storedKey));
}

/** Stores every change of what this window shows and where. */
export function storePlaces({ terminals, memory, locks, log }: PlaceStoreOptions): Disposable {
  const owned = new DisposableStore();
  const { tabGroups } = vscode.window;
  let last = readStored(memory);
  let text = '';
  const store = async (): Promise<void> => {
    const layout: unknown = await vscode.commands.executeCommand('vscode.getEditorLayout');
    const isLocked = (sessionId: string): boolean => locks.isLocked(sessionId);
    const counts = {
      others: terminals.others.map(({ name }) => name),
      columns: tabGroups.all.length,
      activeColumn: tabGroups.activeTabGroup.viewColumn,
    };
    const facts = { tabs: listTabs(), open: terminals.names, ...counts, layout, isLocked };
    const window = describeWindow(facts, last);
    if (JSON.stringify(window) === text || owned.isDisposed) return;
    text = JSON.stringify(window);
    last = window;
    await memory.update(storedKey, window);
  };
  const onChange = (): void => {
    store().catch((error: unknown) => log.warn('places were not stored', errorMessageOf(error)));
  };
  let timer: NodeJS.Timeout | undefined;
  owned.add({ dispose: () => clearTimeout(timer) });
  owned.add(
    terminals.onDidResize(() => {
      clearTimeout(timer);
      timer = setTimeout(onChange, resizeMs);
    }),
  );
  owned.add(tabGroups.onDidChangeTabs(onChange));
  owned.add(tabGroups.onDidChangeTabGroups(onChange));
  owned.add(terminals.onDidChange(onChange));
  onChange();
  return owned;
}
