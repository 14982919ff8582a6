import * as vscode from 'vscode';
import { compareAttention } from '../../protocol/session/attentionState.ts';
import type { Session } from '../../protocol/session/session.ts';
import { readSettings, toPickLabel, translate as t } from '../editor/editor.ts';
import { describePick, iconOf, isHistory, nameOf, needsPerson } from './sessionRow.ts';

interface SessionPick extends vscode.QuickPickItem {
  readonly session?: Session;
}

/** Asks for one of `sessions`, those that need the person first. Undefined when the person turned away. */
export async function pickSession(
  sessions: readonly Session[],
  placeHolder: string,
): Promise<Session | undefined> {
  if (sessions.length === 0) {
    await vscode.window.showInformationMessage(t('There is no session for that.'));
    return undefined;
  }
  const ranked = sessions.toSorted((left, right) =>
    compareAttention(left.attention, right.attention),
  );
  const needing = ranked.filter(needsPerson);
  const over = ranked.filter((session) => isHistory(session) && !needsPerson(session));
  const others = ranked.filter((session) => !needing.includes(session) && !over.includes(session));
  const groups = [
    { label: t('Needs You'), sessions: needing },
    { label: t('Others'), sessions: others },
    { label: t('History'), sessions: over },
  ].filter((group) => group.sessions.length > 0);
  const rows = groups.flatMap(({ label, sessions: found }) => [
    ...(groups.length > 1 ? [toSeparator(label)] : []),
    ...found.map(toRow),
  ]);
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder, matchOnDescription: true });
  return chosen?.session;
}

function toSeparator(label: string): SessionPick {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function toRow(session: Session): SessionPick {
  const icon = iconOf(session, readSettings().reduceMotion);
  const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
  return {
    session,
    label: toPickLabel(nameOf(session)),
    iconPath: new vscode.ThemeIcon(icon.id, color),
    description: toPickLabel(describePick(session, { nowMs: Date.now(), t })),
  };
}
