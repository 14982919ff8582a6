/** Attaches through the daemon's connection: for sessions whose host cannot be reached from here. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { StreamChannel, StreamTransport } from '../../link/stream/stream.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

const finalCodes: ReadonlySet<string> = new Set(['notFound', 'forbidden', 'notRunning', 'stopped']);

/** `getLink`: the connection of the moment, made again when it broke. */
export function createChannelTransport(
  sessionId: SessionId,
  getLink: () => Promise<DaemonLink>,
): StreamTransport {
  return {
    async open({ cursor }) {
      const link = await getLink();
      const answer = await link.call('session/attach', {
        sessionId,
        via: 'channel',
        right: 'write',
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (answer.via !== 'channel') throw new WaggleError('badFrame');
      return toChannel(link, answer);
    },
    isFinal: (error) => finalCodes.has(error.code),
  };
}

function toChannel(
  link: DaemonLink,
  opened: StreamChannel['opened'] & { readonly channel: number },
): StreamChannel {
  const { channel } = opened;
  const closed = new Emitter<WaggleError>();
  const subscriptions = [
    link.onDidClose(({ error }) => closed.fire(error)),
    link.onEvent('session/channelClosed', (event) => {
      if (event.channel === channel) closed.fire(new WaggleError('hostGone', event.reason));
    }),
  ];
  return {
    opened,
    onFrame: (listener) => link.onFrame(channel, listener),
    onDidClose: closed.event,
    send: (frame) => link.send({ ...frame, channel }),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      closed.dispose();
      if (!link.isClosed) link.call('session/detach', { channel }).catch(ignoreClosedChannel);
    },
  };
}

/** The channel may have ended first; then there is nothing to detach. */
function ignoreClosedChannel(_error: unknown): void {
  return undefined;
}
