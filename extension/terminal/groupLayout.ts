/**
 * The groups of the editor area: making those that a reload took away, and going to one of them. What the editor does for
 * the active group only takes the focus for a moment: it is given back at once, not when everything is done.
 */
import * as vscode from 'vscode';
import { waitForTabs } from './tabs.ts';
import type { StoredWindow } from './restoreMap.ts';
import { planMissingGroups } from './restoreMap.ts';

const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'];

/** False for a group that the editor has no command for: it counts eight. */
export async function focusColumn(column: number): Promise<boolean> {
  const ordinal = ordinals[column - 1];
  if (ordinal === undefined || column > vscode.window.tabGroups.all.length) return false;
  await vscode.commands.executeCommand(`workbench.action.focus${ordinal}EditorGroup`);
  return true;
}

/**
 * The groups stand as they stood, with the files in them where they were, and the one that was active is that. True when it
 * took the focus for that.
 */
export async function layOutGroups(window: StoredWindow): Promise<boolean> {
  const { columns, layout, terminals, activeColumn } = window;
  const { tabGroups } = vscode.window;
  const wanted = Math.max(
    columns.length,
    ...terminals.map(({ place, column }) => (place === 'editor' ? column : 1)),
  );
  if (tabGroups.all.length >= wanted || layout === undefined) return false;
  const survivors = columns.filter((others) => others > 0).length;
  const isAsExpected = survivors > 0 && survivors === tabGroups.all.length;
  const missing = isAsExpected ? planMissingGroups(columns) : [];
  for (const index of missing) await insertBehind(index);
  await vscode.commands.executeCommand('vscode.setEditorLayout', layout);
  if (missing.length === 0) return false;
  await focusColumn(activeColumn);
  return true;
}

/** Does what makes another group the active one, and goes back to that of `column`: which one is active is told late. */
async function keepingFocus(column: number, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } finally {
    await focusColumn(column);
  }
}

async function insertBehind(column: number): Promise<void> {
  const before = vscode.window.tabGroups.all.length;
  await focusColumn(Math.max(1, column));
  const side = column === 0 ? 'Left' : 'Right';
  await vscode.commands.executeCommand(`workbench.action.newGroup${side}`);
  await waitForTabs(() => vscode.window.tabGroups.all.length > before);
}

/** The editor locks a group that begins with a terminal; these were not locked. */
export async function unlockColumns(
  columns: readonly number[],
  activeColumn: number,
): Promise<void> {
  for (const column of columns)
    await keepingFocus(activeColumn, async () => {
      if (await focusColumn(column))
        await vscode.commands.executeCommand('workbench.action.unlockEditorGroup');
    });
}
