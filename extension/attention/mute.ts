/** "Mute…": a session or everything, for an hour or until it is taken back; and taking it back. */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import { nameOf } from '../session/session.ts';
import type { MuteBook } from './muteBook.ts';
import { describeMute } from './muteBook.ts';

export interface MuteOptions {
  readonly connection: DaemonConnection;
  readonly mutes: MuteBook;
  readonly findSession: (id: string) => Session | undefined;
}

interface MuteChoice extends vscode.QuickPickItem {
  readonly sessionId: SessionId | null;
  readonly muted: boolean;
  /** Null: until it is taken back. */
  readonly hours: number | null;
}

const hourMs = 3_600_000;

/** `sessionId`: the one that it is about, as a row or a toast names it. True when something was muted or heard again. */
export async function chooseMute(
  options: MuteOptions,
  sessionId: SessionId | undefined,
): Promise<boolean> {
  const { connection, mutes } = options;
  const rows = [...listChoices(options, sessionId), ...listMuted(options)];
  const chosen = await vscode.window.showQuickPick(rows, { title: t('Mute Notices') });
  if (chosen === undefined) return false;
  const { hours, muted } = chosen;
  const until = hours === null ? null : new Date(Date.now() + hours * hourMs).toISOString();
  const change = { sessionId: chosen.sessionId, muted, until };
  const changed = await connection.call('attention/mute', change);
  mutes.set(changed.mutes);
  return true;
}

function listChoices({ findSession }: MuteOptions, sessionId: SessionId | undefined): MuteChoice[] {
  const session = sessionId === undefined ? undefined : findSession(sessionId);
  const everything = { sessionId: null, muted: true, iconPath: new vscode.ThemeIcon('bell-slash') };
  const all: MuteChoice[] = [
    { ...everything, label: t('Everything for 1 Hour'), hours: 1 },
    { ...everything, label: t('Everything until I Unmute It'), hours: null },
  ];
  if (session === undefined) return all;
  const one = { ...everything, sessionId: session.id };
  const name = toPickLabel(nameOf(session));
  return [
    { ...one, label: t("'{0}' for 1 Hour", name), hours: 1 },
    ...all.slice(0, 1),
    { ...one, label: t("'{0}' until I Unmute It", name), hours: null },
    ...all.slice(1),
  ];
}

function listMuted({ mutes, findSession }: MuteOptions): MuteChoice[] {
  return mutes.list(Date.now()).map((mute) => {
    const session = mute.sessionId === null ? undefined : findSession(mute.sessionId);
    const name = session === undefined ? mute.sessionId?.slice(0, 8) : nameOf(session);
    return {
      sessionId: mute.sessionId,
      muted: false,
      hours: null,
      label: name === undefined ? t('Unmute Everything') : t("Unmute '{0}'", toPickLabel(name)),
      description: describeMute(mute, t),
      iconPath: new vscode.ThemeIcon('bell'),
    };
  });
}
