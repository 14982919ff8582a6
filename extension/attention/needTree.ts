/** The rows of "Needs You". */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { commandIds, translate as t } from '../editor/editor.ts';
import { describeAge, escapeMarkdown, nameOf } from '../session/session.ts';

const icons: Record<Need['kind'], readonly [string, string]> = {
  permission: ['bell', 'charts.orange'],
  question: ['question', 'charts.orange'],
  signIn: ['key', 'charts.orange'],
  failed: ['error', 'charts.red'],
  finished: ['pass-filled', 'charts.green'],
  notice: ['info', 'charts.blue'],
};

export class NeedTree implements vscode.TreeDataProvider<Need> {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #findSession: (id: string) => Session | undefined;
  #needs: readonly Need[] = [];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(findSession: (id: string) => Session | undefined) {
    this.#findSession = findSession;
  }

  get needs(): readonly Need[] {
    return this.#needs;
  }

  show(needs: readonly Need[]): void {
    this.#needs = needs;
    this.#changed.fire(undefined);
  }

  getChildren(need?: Need): Need[] {
    return need === undefined ? [...this.#needs] : [];
  }

  getTreeItem(need: Need): vscode.TreeItem {
    const session = need.sessionId === null ? undefined : this.#findSession(need.sessionId);
    const name = session === undefined ? '' : nameOf(session);
    const [icon, color] = icons[need.kind];
    const text = toPlainLine(need.text, 120);
    const item = new vscode.TreeItem(text || name);
    item.id = need.id;
    item.description = [name, describeAge(need.since, Date.now(), t)].filter(Boolean).join(' · ');
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
    item.contextValue = need.actions.length > 0 ? 'need.answer' : 'need';
    item.tooltip = new vscode.MarkdownString(
      [text, name, new Date(need.since).toLocaleString()].map(escapeMarkdown).join('\n\n'),
    );
    if (need.sessionId !== null) {
      item.command = {
        command: commandIds.openSession,
        title: t('Open'),
        arguments: [need.sessionId],
      };
    }
    return item;
  }
}
