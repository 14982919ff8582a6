/** "Show Missed Notices": what this person's editor has not read yet, newest first, and how it came that nobody called. */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Notice } from '../../protocol/attention/notice.ts';
import type { ClientId } from '../../protocol/wire/brand.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import { describeNoticeRow, wasMissed } from './missedText.ts';
import { iconOfNeed } from './needTree.ts';
import type { PendingOpen } from './pendingOpen.ts';
import { followPlace } from './place.ts';

export interface MissedOptions {
  readonly connection: DaemonConnection;
  readonly windowId: ClientId;
  readonly machineMemory: vscode.Memento;
  readonly pending: PendingOpen;
}

interface NoticePick extends vscode.QuickPickItem {
  readonly notice?: Notice;
  readonly isEarlier?: boolean;
}

const readerKey = 'waggle.reader';
const earlierCount = 50;

export async function showMissed(options: MissedOptions): Promise<void> {
  const { connection } = options;
  const reader = await readerOf(options.machineMemory);
  const { notices, cursor } = await connection.call('attention/listNotices', { reader });
  const chosen = await pickNotice(notices.filter(wasMissed), t('Missed Notices'), cursor > 0);
  await connection.call('attention/readNotices', { reader, cursor });
  if (chosen?.isEarlier === true) await showEarlier(options, cursor);
  else if (chosen?.notice !== undefined) await openNotice(options, chosen.notice);
}

async function showEarlier(options: MissedOptions, cursor: number): Promise<void> {
  const since = Math.max(0, cursor - earlierCount);
  const { notices } = await options.connection.call('attention/listNotices', { since });
  const chosen = await pickNotice(notices, t('Earlier Notices'), false);
  if (chosen?.notice !== undefined) await openNotice(options, chosen.notice);
}

/** Settles it, wherever its session is. */
export async function openNotice(
  { connection, windowId, pending }: Pick<MissedOptions, 'connection' | 'windowId' | 'pending'>,
  { id }: Pick<Notice, 'id'>,
): Promise<void> {
  const place = await connection.call('attention/openNotice', { noticeId: id, windowId });
  await followPlace(place, pending);
}

async function pickNotice(
  notices: readonly Notice[],
  title: string,
  hasEarlier: boolean,
): Promise<NoticePick | undefined> {
  const nowMs = Date.now();
  const rows = notices.toReversed().map((notice): NoticePick => {
    const { label, description, detail } = describeNoticeRow(notice, nowMs, t);
    const iconPath = iconOfNeed(notice.kind);
    return { notice, label: toPickLabel(label), description, detail, iconPath };
  });
  const earlier: NoticePick[] = hasEarlier
    ? [
        { label: '', kind: vscode.QuickPickItemKind.Separator },
        { label: t('Show Earlier Notices'), isEarlier: true },
      ]
    : [];
  if (rows.length + earlier.length === 0) {
    await vscode.window.showInformationMessage(t('No notice was missed.'));
    return undefined;
  }
  const placeHolder =
    rows.length === 0 ? t('No notice was missed.') : t('Open the session of which notice?');
  return vscode.window.showQuickPick([...rows, ...earlier], {
    title,
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
}

/** This machine's editor, the same over windows and restarts. */
async function readerOf(memory: vscode.Memento): Promise<string> {
  const known = memory.get<string>(readerKey);
  if (known !== undefined) return known;
  const reader = `editor-${randomUUID()}`;
  await memory.update(readerKey, reader);
  return reader;
}
