/** One item in the status bar: who needs the person, else how many work. A click lists the sessions. */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore, toDisposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { commandIds, translate as t } from '../editor/editor.ts';
import type { SessionList } from '../session/session.ts';
import { describePick, escapeMarkdown, isHistory, nameOf } from '../session/session.ts';
import { describeStatus, rankSessions } from './statusText.ts';

export interface StatusOptions {
  readonly sessions: SessionList;
  readonly needs: () => readonly Need[];
  readonly onDidChangeNeeds: Event<void>;
  readonly usage: {
    /** What was used today, one line; empty when nothing was. */
    readonly today: () => string;
    readonly onDidChange: Event<void>;
  };
}

const tooltipRows = 12;
/** Ages in the tooltip go on without an event. */
const refreshMs = 30_000;

export function createStatusFeature(options: StatusOptions): Disposable {
  const owned = new DisposableStore();
  const item = owned.add(
    vscode.window.createStatusBarItem('waggle.status', vscode.StatusBarAlignment.Left, 0),
  );
  item.name = t('Waggle Sessions');
  item.command = commandIds.openSession;
  const show = (): void => showStatus(item, options);
  owned.add(options.sessions.onDidChange(show));
  owned.add(options.onDidChangeNeeds(show));
  owned.add(options.usage.onDidChange(show));
  const timer = setInterval(show, refreshMs);
  owned.add(toDisposable(() => clearInterval(timer)));
  show();
  item.show();
  return owned;
}

function showStatus(item: vscode.StatusBarItem, { sessions, needs, usage }: StatusOptions): void {
  const running = sessions.list().filter((session) => !isHistory(session) && !session.hidden);
  const { text, asking } = describeStatus(running, needs(), t);
  item.text = text === '' ? '$(waggle-cell)' : `$(waggle-cell) ${text}`;
  item.backgroundColor = asking
    ? new vscode.ThemeColor('statusBarItem.warningBackground')
    : undefined;
  const nowMs = Date.now();
  const rows = rankSessions(running)
    .slice(0, tooltipRows)
    .map((session) => `${nameOf(session)} · ${describePick(session, { nowMs, t })}`);
  const lines = rows.length > 0 ? rows : [t('Nothing runs')];
  const used = usage.today();
  const parts = ['Waggle', ...lines, ...(used === '' ? [] : [used])];
  item.tooltip = new vscode.MarkdownString(parts.map(escapeMarkdown).join('\n\n'));
  item.accessibilityInformation = { label: `Waggle, ${text || t('quiet')}`, role: 'button' };
}
