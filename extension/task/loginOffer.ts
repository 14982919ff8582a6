/** Asked once, when the first schedule is on: whether Waggle starts at login. */
import * as vscode from 'vscode';
import { showFailure, translate as t } from '../editor/editor.ts';
import type { TaskParts } from './parts.ts';

/** Does not wait for the person; asked again when nobody answered. */
export function offerLogin(parts: TaskParts): void {
  ask(parts).catch(showFailure);
}

async function ask({ connection, tasks, installService }: TaskParts): Promise<void> {
  const login = t('Start at Login');
  const editorOnly = t('Only with VS Code');
  const chosen = await vscode.window.showInformationMessage(
    t('Schedules run only while Waggle runs.'),
    login,
    editorOnly,
  );
  if (chosen === undefined) return;
  if (chosen === login) await installService();
  const { settings } = await connection.call('task/configure', { change: { askedLogin: true } });
  tasks.putSettings(settings);
}
