/**
 * A link of a notice was followed: `…/notice?notice=<id>`. The id is opaque and was made by our own daemon, so nobody is
 * asked; one that the daemon does not know leads nowhere.
 */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { noticeSchema } from '../../protocol/attention/notice.ts';
import type { ClientId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import type { PendingOpen } from './pendingOpen.ts';
import { followPlace } from './place.ts';

export interface NoticeLinkOptions {
  readonly connection: DaemonConnection;
  readonly windowId: ClientId;
  readonly pending: PendingOpen;
  readonly log: Log;
}

/** A window that has just loaded is not connected yet. */
const connectLimitMs = 20_000;

export async function followNoticeLink(
  { connection, windowId, pending, log }: NoticeLinkOptions,
  query: string,
): Promise<void> {
  const id = noticeSchema.shape.id.safeParse(new URLSearchParams(query).get('notice'));
  // Without one it only brings the window to the front.
  if (!id.success) return;
  const link = await waitForLink(connection);
  if (link === undefined) {
    log.info('a link came while no daemon runs');
    return;
  }
  try {
    const place = await link.call('attention/openNotice', { noticeId: id.data, windowId });
    await followPlace(place, pending);
  } catch (error) {
    log.info('a link led to no notice', errorMessageOf(error));
  }
}

function waitForLink(connection: DaemonConnection): Promise<DaemonLink | undefined> {
  if (connection.link !== undefined) return Promise.resolve(connection.link);
  return new Promise((resolve) => {
    const done = (link?: DaemonLink): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve(link);
    };
    const timer = setTimeout(done, connectLimitMs);
    const subscription = connection.onDidConnect(done);
  });
}
