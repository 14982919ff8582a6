/** "Learned 4 things. Review": one line when a session that learned something has ended, in one window, and only once. */
import * as vscode from 'vscode';
import type { Learned } from '../../protocol/memory/memory.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import {
  offersReview,
  runCommand,
  showFailure,
  silenceReviewOffer,
  toMessage,
  translate as t,
} from '../editor/editor.ts';
import type { SessionList } from '../session/session.ts';
import type { Library } from './library.ts';

export interface ReviewOfferOptions {
  readonly library: Library;
  readonly sessions: SessionList;
  readonly isOpen: (sessionId: string) => boolean;
}

export function offerReviews({ library, sessions, isOpen }: ReviewOfferOptions): Disposable {
  const isOurs = ({ sessionId }: Learned): boolean => {
    const id = sessions.get(sessionId)?.workspaceId;
    const current = library.sort().current;
    return isOpen(sessionId) || current.some((workspace) => workspace.id === id);
  };
  return library.onDidLearn((learned) => {
    if (learned.toReview === 0 || !offersReview()) return;
    if (isOurs(learned) || vscode.window.state.focused) offer(learned).catch(showFailure);
  });
}

async function offer({ sessionId, sessionName, toReview }: Learned): Promise<void> {
  const [reviewNow, never] = [t('Review'), t('Don’t Offer Again')];
  const name = toPlainLine(sessionName, 60);
  const message =
    toReview === 1
      ? t("'{0}' learned 1 thing.", name)
      : t("'{0}' learned {1} things.", name, toReview);
  const chosen = await vscode.window.showInformationMessage(toMessage(message), reviewNow, never);
  if (chosen === reviewNow) await runCommand('reviewMemory', { learnedBy: sessionId });
  if (chosen === never) await silenceReviewOffer();
}
