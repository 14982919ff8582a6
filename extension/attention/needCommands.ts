/** What can be done about an entry of "Needs You": answer it, dismiss it, look at it. */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import { kindOfNeed, needSchema } from '../../protocol/attention/attention.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { runCommand, toPickLabel, translate as t } from '../editor/editor.ts';
import { nameOf } from '../session/session.ts';
import { actionOf, describeNeed } from './needRow.ts';
import { iconOfNeed } from './needTree.ts';

export interface NeedCommandsOptions {
  readonly connection: DaemonConnection;
  readonly needs: () => readonly Need[];
  readonly findSession: (id: string) => Session | undefined;
}

interface NeedPick extends vscode.QuickPickItem {
  readonly need: Need;
}

export function createNeedCommands(
  options: NeedCommandsOptions,
): CommandHandlers<'answerNeed' | 'dismissNeed' | 'reviewNeed'> {
  return {
    answerNeed: (argument) => answer(options, argument),
    dismissNeed: (argument) => dismiss(options, argument),
    async reviewNeed(argument) {
      const parsed = needSchema.safeParse(argument);
      if (!parsed.success) return;
      const { taskId, sessionId } = parsed.data;
      if (taskId === null) await runCommand('openSession', sessionId ?? undefined);
      else await runCommand('openTask', taskId);
    },
  };
}

/** The revision says which state the person saw. */
async function answer({ connection }: NeedCommandsOptions, argument: unknown): Promise<void> {
  const parsed = needSchema.safeParse(argument);
  if (!parsed.success) return;
  const { id, revision, actions, text, sessionId } = parsed.data;
  const rows = actions.map((action) => ({
    label: toPickLabel(toPlainLine(action.label, 64)),
    id: action.id,
  }));
  const chosen = await vscode.window.showQuickPick(rows, { title: toPlainLine(text, 120) });
  if (chosen === undefined) return;
  if (chosen.id === 'review') {
    await runCommand('openSession', sessionId ?? undefined);
    return;
  }
  await connection.call('attention/answer', { id, action: chosen.id, revision });
}

/** The one of a row; those that are ticked when the command came without. */
async function dismiss(options: NeedCommandsOptions, argument: unknown): Promise<void> {
  const parsed = needSchema.safeParse(argument);
  const needs = parsed.success ? [parsed.data] : await pickDismissed(options);
  const answers = needs.map(({ id, revision }) =>
    options.connection.call('attention/answer', { id, action: 'dismiss', revision }),
  );
  await Promise.all(answers);
}

async function pickDismissed({ needs, findSession }: NeedCommandsOptions): Promise<Need[]> {
  const dismissible = needs().filter((need) => actionOf(need) === 'dismiss');
  if (dismissible.length === 0) {
    await vscode.window.showInformationMessage(t('Nothing can be dismissed.'));
    return [];
  }
  const nowMs = Date.now();
  const rows = dismissible.map((need): NeedPick => {
    const session = need.sessionId === null ? undefined : findSession(need.sessionId);
    const name = session === undefined ? '' : nameOf(session);
    const { label, description } = describeNeed(need, { name, nowMs, t });
    const iconPath = iconOfNeed(kindOfNeed(need));
    return { need, label: toPickLabel(label), description, iconPath, picked: true };
  });
  const options = {
    title: t('Dismiss'),
    placeHolder: t('Dismiss which?'),
    canPickMany: true,
  } as const;
  const chosen = await vscode.window.showQuickPick(rows, options);
  return (chosen ?? []).map(({ need }) => need);
}
