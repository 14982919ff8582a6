/** What a client may say on a channel, by the kind of the frame. */
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { decodeJson, decodeSize, leaseRequestSchema } from '../../protocol/wire/mark.ts';
import type { Channel } from './channel.ts';
import type { HostedSession } from './hostedSession.ts';

/** Throws `badFrame`, after which the connection is closed. */
export function receiveFrame(session: HostedSession, channel: Channel, frame: Frame): void {
  switch (frame.kind) {
    case 'input':
      return receiveInput(session, channel, frame);
    case 'ack':
      return session.ack(channel, frame.generation, frame.seq);
    case 'resize': {
      const size = decodeSize(frame.payload);
      if (size === undefined) throw new WaggleError('badFrame', 'Malformed size.');
      return session.resize(channel, size);
    }
    case 'lease': {
      const request = decodeJson(frame.payload, leaseRequestSchema);
      if (request === undefined) throw new WaggleError('badFrame', 'Malformed lease request.');
      const isLook = request.want === 'acquire' && request.focused === true;
      return session.requestLease(channel, isLook ? 'focus' : request.want);
    }
    case 'call':
    case 'output':
    case 'inputAnswer':
    case 'gap':
    case 'snapshot':
    case 'exit':
    case 'live':
      throw new WaggleError('badFrame', `A client does not send ${frame.kind}.`);
  }
}

function receiveInput(session: HostedSession, channel: Channel, frame: Frame): void {
  const outcome = session.write(channel, frame.seq, frame.payload);
  if (outcome !== 'pending') channel.owner.link.answer(channel, frame.seq, outcome);
}
