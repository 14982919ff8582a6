import * as vscode from 'vscode';
import { compareAttention } from '../../protocol/session/attentionState.ts';
import type { Session } from '../../protocol/session/session.ts';
import { readSettings, translate as t } from '../editor/editor.ts';
import { describeRow, iconOf, nameOf } from './sessionRow.ts';

interface SessionPick extends vscode.QuickPickItem {
  readonly session: Session;
}

/** Asks for one of `sessions`, who asks first. Undefined when the person turned away. */
export async function pickSession(
  sessions: readonly Session[],
  placeHolder: string,
): Promise<Session | undefined> {
  const nowMs = Date.now();
  const still = readSettings().reduceMotion;
  const rows = [...sessions]
    .sort((left, right) => compareAttention(left.attention, right.attention))
    .map((session): SessionPick => {
      const icon = iconOf(session, still);
      const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
      return {
        session,
        label: nameOf(session),
        iconPath: new vscode.ThemeIcon(icon.id, color),
        description: describeRow(session, { nowMs, t }),
      };
    });
  if (rows.length === 0) {
    await vscode.window.showInformationMessage(t('There is no session for that.'));
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder, matchOnDescription: true });
  return chosen?.session;
}
