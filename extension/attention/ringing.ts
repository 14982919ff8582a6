/** What this window does when it is the one that rings: one toast, and the system's notice where that is its part. */
import * as vscode from 'vscode';
import type { EventParams } from '../../protocol/protocol.ts';
import type { Notice } from '../../protocol/attention/notice.ts';
import type { Need } from '../../protocol/attention/attention.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore, toDisposable } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { runCommand, showFailure, toMessage, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { MissedOptions } from './missed.ts';
import { openNotice } from './missed.ts';
import type { MuteBook } from './muteBook.ts';
import { raiseCommand } from '../window/window.ts';
import { ToastSlot } from './toastSlot.ts';
import { describeToast, describeWords, latestOfEach } from './toastText.ts';

export interface RingingOptions extends Omit<MissedOptions, 'machineMemory'> {
  readonly needs: () => readonly Need[];
  readonly mutes: MuteBook;
  readonly mute: (notice: Notice) => Promise<boolean>;
  /** The link that leads back to this window; null while it has none. */
  readonly callback: () => string | null;
  readonly log: Log;
}

const brand = 'Waggle';

export function followRinging(options: RingingOptions): Disposable {
  const { connection, mutes, needs, log } = options;
  const owned = new DisposableStore();
  const slot = owned.add(
    new ToastSlot({
      show: (notices) => showToast(options, notices).catch(showFailure),
      isCurrent: (notice) => needs().some((need) => isAbout(need, notice)),
      isFocused: () => vscode.window.state.focused,
      schedule(run, delayMs) {
        const timer = setTimeout(run, delayMs);
        return toDisposable(() => clearTimeout(timer));
      },
    }),
  );
  owned.add(vscode.window.onDidChangeWindowState(() => slot.update()));
  owned.add(
    mutes.onDidChange(() => {
      const muted = mutes.list(Date.now()).map(({ sessionId }) => sessionId);
      slot.drop(({ sessionId }) => muted.includes(null) || muted.includes(sessionId));
    }),
  );
  owned.add(
    connection.onDidConnect((link) => {
      link.onEvent('attention/rang', (rang) => {
        if (rang.toast) slot.ring(rang.notices);
        if (rang.system) raise(options, rang);
      });
      link.onEvent('attention/revealed', ({ sessionId }) => {
        log.debug('told to show a session', { sessionId });
        runCommand('openSession', sessionId).then(undefined, showFailure);
      });
    }),
  );
  return owned;
}

async function showToast(options: RingingOptions, notices: readonly Notice[]): Promise<void> {
  const [newest] = notices;
  if (newest === undefined) return;
  const [open, mute] = [t('Open'), t('Mute')];
  const message = toMessage(describeToast(notices, t));
  const chosen = await vscode.window.showInformationMessage(message, open, mute);
  if (chosen === mute) await options.mute(newest);
  if (chosen !== open) return;
  if (latestOfEach(notices).length === 1) await openNotice(options, newest);
  else await runCommand('openSession');
}

/** A message is a need of its own, by its id; everything else is one of its session. */
function isAbout(need: Need, { id, sessionId }: Notice): boolean {
  return need.id === id || (sessionId !== null && need.sessionId === sessionId);
}

/** By the second extension, which runs where the person sits. */
function raise(
  { callback, log }: RingingOptions,
  { notices, sound }: EventParams<'attention/rang'>,
): void {
  const [newest] = notices;
  const link = callback();
  if (newest === undefined) return;
  const isOne = latestOfEach(notices).length === 1;
  const order = {
    title: isOne ? toPlainLine(newest.title, 80) || brand : brand,
    body: isOne ? describeWords(newest, t) : describeToast(notices, t),
    urgency: newest.kind === 'finished' ? 'low' : 'normal',
    openLabel: t('Open'),
    sound,
    ...(link === null ? {} : { link: addNotice(link, newest.id) }),
  };
  vscode.commands
    .executeCommand(raiseCommand, order)
    .then(undefined, (error: unknown) =>
      log.warn('the notice was not raised', errorMessageOf(error)),
    );
}

function addNotice(link: string, id: string): string {
  return `${link}${link.includes('?') ? '&' : '?'}notice=${id}`;
}
