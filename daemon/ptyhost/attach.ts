/** Where a new channel begins: at its cursor, at the stored screen, or at what the ring still holds. */
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import type { HostMethods } from '../../protocol/host/host.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { ChannelOwner, ChannelStart } from './channel.ts';
import { Channel } from './channel.ts';
import type { Connection } from './connection.ts';
import type { HostedSession } from './hostedSession.ts';
import type { Sessions } from './sessions.ts';
import type { Ticket, Tickets } from './tickets.ts';

type AttachParams = ParamsOut<HostMethods['host/attach']>;
type AttachResult = ResultIn<HostMethods['host/attach']>;

/** Attached sessions of one connection. */
const clientChannelsMax = 64;
const controlChannelsMax = 8192;

export interface AttachContext {
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  readonly connection: Connection;
}

/** Throws `notFound`, `forbidden` (ticket unknown or missing), `limitReached`, `badRequest` (cursor beyond the end). */
export function attach(context: AttachContext, params: AttachParams): AttachResult {
  const { connection } = context;
  const channelsMax = connection.isControl ? controlChannelsMax : clientChannelsMax;
  if (connection.channelCount >= channelsMax) {
    throw new WaggleError('limitReached', `A connection has at most ${channelsMax} channels.`);
  }
  const { session, ticket } = authorise(context, params);
  const start = findStart(session, params);
  const channel = new Channel(toOwner(connection, params, ticket), session.output, start);
  connection.open({ channel, session: session.id });
  session.attach(channel);
  const { exit } = session;
  return {
    channel: channel.owner.number,
    generation: session.generation,
    start: start.seq,
    liveAt: channel.liveAt,
    size: session.size,
    writer: session.writer,
    approximate: start.isPartial,
    exit: exit === undefined ? null : { code: exit.code, signal: exit.signal },
    lastInput: session.ledger.highestOf(channel.owner.client),
  };
}

function authorise(
  { sessions, tickets, connection }: AttachContext,
  params: AttachParams,
): { readonly session: HostedSession; readonly ticket: Ticket | undefined } {
  const ticket = params.ticket === undefined ? undefined : tickets.find(params.ticket);
  if (ticket !== undefined) return { session: sessions.get(ticket.session), ticket };
  if (params.ticket !== undefined || !connection.isControl) {
    throw new WaggleError('forbidden', 'This ticket is unknown or was revoked.');
  }
  if (params.session === undefined) {
    throw new WaggleError('badRequest', 'Name a session or show a ticket.');
  }
  return { session: sessions.get(params.session), ticket };
}

function toOwner(
  link: Connection,
  { pace }: AttachParams,
  ticket: Ticket | undefined,
): ChannelOwner {
  return {
    link,
    number: link.takeChannelNumber(),
    client: ticket?.client ?? link.peer?.clientId ?? '',
    principal: ticket?.principal ?? 'control',
    right: ticket?.right ?? 'write',
    pace,
    ticket: ticket?.ticket,
    isControl: link.isControl && ticket === undefined,
  };
}

function findStart(
  { generation, output, checkpoint }: HostedSession,
  { cursor, pace }: Pick<AttachParams, 'cursor' | 'pace'>,
): ChannelStart & { readonly isPartial: boolean } {
  const { ring, marks } = output;
  const isCurrent = cursor?.generation === generation;
  if (cursor && (cursor.generation > generation || (isCurrent && cursor.seq > ring.end))) {
    throw new WaggleError('badRequest', 'The cursor is beyond the end of the output.');
  }
  if (cursor && isCurrent && cursor.seq >= ring.start) {
    return { generation, seq: cursor.seq, gapFrom: undefined, screen: undefined, isPartial: false };
  }
  const lostFrom = isCurrent ? cursor.seq : 0;
  const gapFrom = cursor === undefined ? undefined : lostFrom;
  // Who follows in the background wants every byte that is left, not a screen.
  const isReader = pace === 'background' && cursor !== undefined;
  if (!isReader && checkpoint?.generation === generation && checkpoint.seq >= ring.start) {
    const { seq, size, data } = checkpoint;
    const state = { ...marks.stateAt(seq), size };
    const isPartial = checkpoint.isExact === false;
    return { generation, seq, gapFrom, screen: { state, data }, isPartial };
  }
  const seq = output.findStart();
  return { generation, seq, gapFrom, screen: undefined, isPartial: seq > 0 };
}
