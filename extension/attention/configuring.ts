/** Gives the daemon what the person set about notices, and takes over what is muted. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { NotifyValues } from '../editor/editor.ts';
import { onDidChangeNotify, readSetNotify } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { MuteBook } from './muteBook.ts';
import { toNoticeChange } from './noticeChange.ts';

export interface ConfiguringOptions {
  readonly connection: DaemonConnection;
  readonly mutes: MuteBook;
  readonly log: Log;
}

export function followSettings(options: ConfiguringOptions): Disposable {
  const { connection, mutes } = options;
  const owned = new DisposableStore();
  owned.add(
    connection.onDidConnect((link) => {
      link.onEvent('attention/configured', (configured) => mutes.set(configured.mutes));
      void configure(options, link, readSetNotify());
    }),
  );
  owned.add(
    onDidChangeNotify((values) => {
      if (connection.link !== undefined) void configure(options, connection.link, values);
    }),
  );
  return owned;
}

async function configure(
  { mutes, log }: ConfiguringOptions,
  link: DaemonLink,
  values: NotifyValues,
): Promise<void> {
  const { change, refused } = toNoticeChange(values);
  if (refused.length > 0) log.warn('settings that are not understood', { refused });
  try {
    const isEmpty = Object.keys(change).length === 0;
    const told = await link.call('attention/configure', isEmpty ? {} : { change });
    mutes.set(told.mutes);
  } catch (error) {
    if (errorCodeOf(error) === 'methodNotFound') return;
    log.warn('the settings for notices were not taken', errorMessageOf(error));
  }
}
