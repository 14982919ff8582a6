/** "Go to Next Session That Needs You": over all windows as the daemon ranks them, and round again. */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { ClientId, SessionId } from '../../protocol/wire/brand.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';
import { chooseNext } from './nextNeed.ts';
import type { PendingOpen } from './pendingOpen.ts';
import { followPlace } from './place.ts';

export interface GoNextOptions {
  readonly connection: DaemonConnection;
  readonly windowId: ClientId;
  readonly needs: () => readonly Need[];
  readonly pending: PendingOpen;
}

const noteMs = 3000;

/** Each call of what it returns goes one further. */
export function createGoNext(options: GoNextOptions): () => Promise<void> {
  let after: SessionId | undefined;
  return async () => {
    const { place } = await askNext(options, after);
    if (place === null) {
      after = undefined;
      vscode.window.setStatusBarMessage(t('Nothing needs you.'), noteMs);
      return;
    }
    after = place.sessionId ?? undefined;
    await followPlace(place, options.pending);
  };
}

async function askNext(
  { connection, windowId, needs }: GoNextOptions,
  after: SessionId | undefined,
): Promise<MethodResult<'attention/next'>> {
  const last = after === undefined ? {} : { after };
  try {
    return await connection.call('attention/next', { windowId, ...last });
  } catch (error) {
    if (errorCodeOf(error) !== 'methodNotFound') throw error;
    // An older daemon knows what needs the person, not where: then it is opened here.
    const need = chooseNext(needs(), after) ?? null;
    return { need, place: need && { sessionId: need.sessionId, place: 'here' } };
  }
}
