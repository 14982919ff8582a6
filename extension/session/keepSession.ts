/** "Choose What Is Kept…": what stays on disk of the output of one session. */
import * as vscode from 'vscode';
import type { Keep } from '../../protocol/session/keeping.ts';
import type { Session } from '../../protocol/session/session.ts';
import { translate as t } from '../editor/editor.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { nameOf } from './sessionRow.ts';

interface KeepRow extends vscode.QuickPickItem {
  readonly output: Keep['output'];
}

/** Asks before something is removed. Rejects with the daemon's typed error, for a private session too. */
export async function chooseKept(connection: DaemonConnection, session: Session): Promise<void> {
  const sessionId = session.id;
  const { keep } = await connection.call('session/keep', { sessionId });
  const chosen = await vscode.window.showQuickPick(rowsFor(keep), {
    title: t("What Is Kept of '{0}'", nameOf(session)),
    placeHolder: t('Of its output, on disk, for its history'),
  });
  if (chosen === undefined || chosen.output === keep.output) return;
  if (chosen.output === 'none' && !(await confirmRemoval(session))) return;
  await connection.call('session/keep', { sessionId, change: { output: chosen.output } });
}

function rowsFor({ output, days, bytes }: Keep): KeepRow[] {
  const megabytes = Math.round(bytes / 1024 / 1024);
  const until = days === null ? t('until it is deleted') : t('for {0} days', days);
  const rows: KeepRow[] = [
    { output: 'none', label: t('Nothing'), description: t('removes what is there') },
    { output: 'tail', label: t('The Newest'), description: `${megabytes} MiB, ${until}` },
    { output: 'full', label: t('All'), description: until },
  ];
  return rows.map((row) => ({
    ...row,
    iconPath: new vscode.ThemeIcon(row.output === output ? 'check' : 'blank'),
  }));
}

async function confirmRemoval(session: Session): Promise<boolean> {
  const button = t('Remove');
  const chosen = await vscode.window.showWarningMessage(
    t("Keep nothing of '{0}'?", nameOf(session)),
    { modal: true, detail: t('Its output is removed for good.') },
    button,
  );
  return chosen === button;
}
