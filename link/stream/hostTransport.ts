/** Attaches straight to a pty host's socket with a ticket: the way of clients on the same machine. */
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { HelloParams } from '../../protocol/wire/hello.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { HostLink } from '../host/host.ts';
import { connectHost } from '../host/host.ts';
import { isSameProcess } from '../process/process.ts';
import type { StreamChannel, StreamTransport } from './transport.ts';

/** What `session/attach` with `via: host` answers, and who we are. */
export interface HostRoute {
  readonly socket: string;
  readonly key: string;
  readonly ticket: string;
  readonly pid: number;
  readonly startTime: number;
  readonly clientId: string;
  readonly kind: HelloParams['kind'];
}

/** What no further attempt repairs: the session or the ticket is gone. */
const finalCodes = new Set<WaggleError['code']>([
  'notFound',
  'forbidden',
  'unauthenticated',
  'versionMismatch',
  'badRequest',
  'stopped',
]);

/** The ticket is good until it is revoked, so a lost connection is repaired without the daemon. */
export function createHostTransport(route: HostRoute): StreamTransport {
  return {
    async open({ cursor, pace, signal }) {
      const link = await connectHost({
        socket: route.socket,
        tokenId: 'client',
        secret: route.key,
        clientId: route.clientId,
        kind: route.kind,
        expected: { pid: route.pid, startTime: route.startTime },
        signal,
      });
      try {
        // A channel may be closed in the same breath in which it was opened.
        const ended = new Map<number, WaggleError>();
        link.onEvent('host/channelClosed', ({ channel, reason }) =>
          ended.set(channel, reasonOf(reason)),
        );
        const params = { ticket: route.ticket, pace, ...(cursor === undefined ? {} : { cursor }) };
        const opened = await link.call('host/attach', params, { signal });
        const reason = ended.get(opened.channel);
        if (reason !== undefined) throw reason;
        return toChannel(link, opened);
      } catch (error) {
        link.dispose();
        throw error;
      }
    },
    isFinal(error) {
      if (finalCodes.has(error.code)) return true;
      return error.code === 'hostGone' && !isSameProcess(route.pid, route.startTime);
    },
  };
}

function reasonOf(reason: 'revoked' | 'collected'): WaggleError {
  return reason === 'revoked'
    ? new WaggleError('forbidden', 'The right to this session was revoked.')
    : new WaggleError('notFound', 'The session was removed.');
}

function toChannel(
  link: HostLink,
  opened: StreamChannel['opened'] & { readonly channel: number },
): StreamChannel {
  const closed = new Emitter<WaggleError>();
  link.onDidClose((reason) => closed.fire(reason));
  link.onEvent('host/channelClosed', ({ channel, reason }) => {
    if (channel !== opened.channel) return;
    closed.fire(reasonOf(reason));
    link.dispose();
  });
  return {
    opened,
    onFrame: (listener) => link.onFrame(opened.channel, listener),
    onDidClose: closed.event,
    send: (frame) => link.send({ ...frame, channel: opened.channel }),
    dispose() {
      closed.dispose();
      link.dispose();
    },
  };
}
