/** The rows of "Needs You". */
import * as vscode from 'vscode';
import type { Need, NeedKind } from '../../protocol/attention/attention.ts';
import { kindOfNeed } from '../../protocol/attention/attention.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { commandIds, translate as t } from '../editor/editor.ts';
import { escapeMarkdown, nameOf } from '../session/session.ts';
import { actionOf, describeNeed } from './needRow.ts';

const icons: Record<NeedKind, readonly [string, string]> = {
  permission: ['bell', 'waggle.askingForeground'],
  question: ['question', 'waggle.askingForeground'],
  signIn: ['key', 'waggle.askingForeground'],
  failed: ['error', 'charts.red'],
  review: ['checklist', 'charts.green'],
  finished: ['pass-filled', 'charts.green'],
  notice: ['megaphone', 'charts.blue'],
};
const refreshMs = 30_000;

export function iconOfNeed(kind: NeedKind): vscode.ThemeIcon {
  const [icon, color] = icons[kind];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

export class NeedTree implements vscode.TreeDataProvider<Need>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #findSession: (id: string) => Session | undefined;
  readonly #timer = setInterval(() => this.update(), refreshMs);
  #needs: readonly Need[] = [];
  /** What the rows said when the editor read them last. */
  #said = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(findSession: (id: string) => Session | undefined) {
    this.#findSession = findSession;
  }

  get needs(): readonly Need[] {
    return this.#needs;
  }

  show(needs: readonly Need[]): void {
    this.#needs = needs;
    this.#said = this.#sayAll();
    this.#changed.fire(undefined);
  }

  getChildren(need?: Need): Need[] {
    return need === undefined ? [...this.#needs] : [];
  }

  getTreeItem(need: Need): vscode.TreeItem {
    const name = this.#nameOf(need);
    const { label, description, spoken } = this.#describe(need);
    const item = new vscode.TreeItem(label);
    item.id = need.id;
    item.description = description;
    item.iconPath = iconOfNeed(kindOfNeed(need));
    item.contextValue = contextOf(need);
    item.accessibilityInformation = { label: spoken };
    const lines = [toPlainLine(need.text), name, new Date(need.since).toLocaleString()];
    item.tooltip = new vscode.MarkdownString(
      lines.filter(Boolean).map(escapeMarkdown).join('\n\n'),
    );
    const { taskId, sessionId } = need;
    const command = taskId === null ? commandIds.openSession : commandIds.openTask;
    const argument = taskId ?? sessionId;
    if (argument !== null) item.command = { command, title: t('Open'), arguments: [argument] };
    return item;
  }

  /** Names of sessions may have come or changed, and time goes on: only what says something else is read anew. */
  update(): void {
    if (this.#sayAll() !== this.#said) this.show(this.#needs);
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#changed.dispose();
  }

  #sayAll(): string {
    return JSON.stringify(this.#needs.map((need) => this.#describe(need)));
  }

  #describe(need: Need): ReturnType<typeof describeNeed> {
    return describeNeed(need, { name: this.#nameOf(need), nowMs: Date.now(), t });
  }

  /** A task is named by the text itself. */
  #nameOf({ sessionId, taskId }: Need): string {
    if (taskId !== null) return '';
    const session = sessionId === null ? undefined : this.#findSession(sessionId);
    return session === undefined ? '' : nameOf(session);
  }
}

/** What the manifest's `when` clauses read. */
function contextOf(need: Need): string {
  const { taskId, sessionId } = need;
  const kind = kindOfNeed(need);
  return [
    'need',
    actionOf(need),
    ...(taskId === null ? [] : ['task']),
    ...(taskId !== null && kind === 'review' ? ['done'] : []),
    ...(sessionId === null ? [] : ['session']),
  ].join('.');
}
