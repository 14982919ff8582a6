/** One item in the status bar: who needs the person, else how many work. A click lists the sessions. */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { describeAge } from '../clock.ts';
import { commandIds, translate as t } from '../editor/editor.ts';
import type { SessionList } from '../session/session.ts';
import { describeState, escapeMarkdown, isHistory, nameOf } from '../session/session.ts';
import { describeStatus, rankSessions } from './statusText.ts';

export interface StatusOptions {
  readonly sessions: SessionList;
  readonly needs: () => readonly Need[];
  readonly onDidChangeNeeds: Event<void>;
}

const tooltipRows = 12;

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
  show();
  item.show();
  return owned;
}

function showStatus(item: vscode.StatusBarItem, { sessions, needs }: StatusOptions): void {
  const running = sessions.list().filter((session) => !isHistory(session) && !session.hidden);
  const { text, asking } = describeStatus(running, needs(), t);
  item.text = text === '' ? '$(waggle-cell)' : `$(waggle-cell) ${text}`;
  item.backgroundColor = asking
    ? new vscode.ThemeColor('statusBarItem.warningBackground')
    : undefined;
  const nowMs = Date.now();
  const rows = rankSessions(running)
    .slice(0, tooltipRows)
    .map((session) => {
      const age = describeAge(session.attention.since, nowMs, t);
      return `${nameOf(session)} · ${describeState(session, { nowMs, t })} · ${age}`;
    });
  const lines = rows.length > 0 ? rows : [t('Nothing runs')];
  item.tooltip = new vscode.MarkdownString(['Waggle', ...lines].map(escapeMarkdown).join('\n\n'));
  item.accessibilityInformation = { label: `Waggle, ${text || t('quiet')}`, role: 'button' };
}
