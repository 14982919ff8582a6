import * as vscode from 'vscode';
import type { TabFact } from './restoreMap.ts';

/** What is there already changes at once. */
const changeLimitMs = 2000;

export function listTabs(): TabFact[] {
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

/** Settles when `isDone` holds, and at `limitMs` anyway: a tab that does not come keeps nothing else waiting for ever. */
export async function waitForTabs(isDone: () => boolean, limitMs = changeLimitMs): Promise<void> {
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
