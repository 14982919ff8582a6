import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';

/** The last `maxBytes` of what is kept of a session's output. Rejects with the daemon's typed error. */
export async function readKept(
  link: DaemonLink,
  sessionId: SessionId,
  maxBytes: number,
): Promise<Uint8Array> {
  const { end, from: oldest } = await link.call('session/history', { sessionId, maxBytes: 1 });
  const chunks: Buffer[] = [];
  let from = Math.max(oldest, end - maxBytes);
  while (from < end) {
    const page = await link.call('session/history', { sessionId, from });
    chunks.push(Buffer.from(page.data, 'base64'));
    if (page.next <= from) break;
    from = page.next;
  }
  return Buffer.concat(chunks);
}
