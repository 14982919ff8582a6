/** Model and mode, in the editor's own quick pick. */
import * as vscode from 'vscode';
import type { Choice } from '../../protocol/chat/chat.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import type { ChatServices } from './chatServices.ts';

interface ChoiceRow extends vscode.QuickPickItem {
  readonly id: string | null;
}

export async function pickModel({ connection }: ChatServices, sessionId: SessionId): Promise<void> {
  const { chat } = await connection.call('chat/get', { sessionId });
  const own = { id: null, label: t('Its Own Choice'), description: t('from its next start on') };
  const other = { id: '', label: t('Another Model…') };
  const rows = [...chat.models.map((choice) => toRow(choice, chat.model)), own, other];
  const chosen = await vscode.window.showQuickPick(rows, { title: t('Choose the Model') });
  if (chosen === undefined) return;
  const model = chosen.id === '' ? await askForModel(chat.model ?? '') : chosen.id;
  if (model !== undefined) await connection.call('chat/setModel', { sessionId, model });
}

async function askForModel(value: string): Promise<string | undefined> {
  const asked = await vscode.window.showInputBox({
    title: t('Choose the Model'),
    prompt: t('Its name, as the agent knows it.'),
    value,
  });
  return asked?.trim() ? asked.trim().slice(0, 128) : undefined;
}

export async function pickMode({ connection }: ChatServices, sessionId: SessionId): Promise<void> {
  const { chat } = await connection.call('chat/get', { sessionId });
  const rows = chat.modes.map((choice) => toRow(choice, chat.mode));
  const title = t('What may it do without asking?');
  const chosen = await vscode.window.showQuickPick(rows, { title, matchOnDetail: true });
  const mode = chosen?.id;
  if (typeof mode === 'string') await connection.call('chat/setMode', { sessionId, mode });
}

function toRow({ id, label, description }: Choice, current: string | null): ChoiceRow {
  return {
    id,
    label: toPickLabel(toPlainLine(label || id, 80)),
    detail: toPickLabel(toPlainLine(description, 200)),
    ...(id === current ? { description: t('now') } : {}),
  };
}
