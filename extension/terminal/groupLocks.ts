import * as vscode from 'vscode';
import { readSettings } from '../editor/editor.ts';

/**
 * Which sessions stand in a group that the editor locked because it began with a terminal. The editor tells nobody which
 * groups are locked, so its own rule is followed; what a person locks or unlocks by hand is not noticed.
 */
export class GroupLocks {
  readonly #locked = new Set<string>();

  isLocked(sessionId: string): boolean {
    return this.#locked.has(sessionId);
  }

  set(sessionId: string, isLocked: boolean): void {
    if (isLocked) this.#locked.add(sessionId);
    else this.#locked.delete(sessionId);
  }

  /** Tabs came into a group, as new ones or from another. `names`: session ids by the names of their terminals. */
  follow(opened: readonly vscode.Tab[], names: ReadonlyMap<string, string>): void {
    for (const tab of opened) {
      const sessionId = findSession(tab, names);
      if (sessionId !== undefined) this.set(sessionId, this.#isIntoLocked(tab, names));
    }
  }

  #isIntoLocked({ label, group }: vscode.Tab, names: ReadonlyMap<string, string>): boolean {
    const others = group.tabs.filter((tab) => tab.label !== label);
    if (others.length === 0)
      return vscode.window.tabGroups.all.length > 1 && readSettings().locksTerminalGroups;
    return others.some((tab) => this.#locked.has(findSession(tab, names) ?? ''));
  }
}

function findSession(
  { input, label }: vscode.Tab,
  names: ReadonlyMap<string, string>,
): string | undefined {
  return input instanceof vscode.TabInputTerminal ? names.get(label) : undefined;
}
