import { randomHex } from '../../link/proof/proof.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import type { session } from '../../protocol/session/session.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Caller } from '../feature.ts';
import type { ConnectedHost, HostPool } from '../host/host.ts';
import type { RelayRequest } from './relay.ts';
import { Relay } from './relay.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';

type AttachParams = ParamsOut<(typeof session)['methods']['session/attach']>;
type AttachResult = ResultIn<(typeof session)['methods']['session/attach']>;

interface Ticket {
  readonly value: string;
  readonly sessionId: string;
  readonly principal: string;
}

/** Channels at once, by principal: each is a connection to a host. */
const channelsMax = { owner: 512, others: 32 };

export interface AttachingContext {
  readonly daemon: Pick<FeatureContext, 'log' | 'tokens'>;
  readonly hosts: HostPool;
  readonly sessions: Sessions;
}

/** Hands out the byte streams of sessions: a ticket for the host's socket, or a channel that is relayed. */
export class Attaching {
  readonly #context: AttachingContext;
  /** One per host, session, client, principal and right, so that reconnecting clients do not pile them up. */
  readonly #tickets = new Map<string, Ticket>();
  /** Channels that are open or being opened, by principal. */
  readonly #counts = new Map<string, number>();
  /** Principals that a host could not be told of when they were revoked. */
  readonly #owed = new Set<string>();
  readonly #relays = new Map<string, Relay>();
  readonly #owned = new DisposableStore();

  constructor(context: AttachingContext) {
    this.#context = context;
    const { daemon, hosts } = context;
    const inBackground = (work: Promise<void>): void => {
      work.catch((error: unknown) => daemon.log.error('a host was not told of it', { error }));
    };
    this.#owned.add(daemon.tokens.onDidRevoke((id) => inBackground(this.#revokePrincipal(id))));
    this.#owned.add(hosts.onDidConnect((host) => inBackground(this.#settleOwed(host))));
  }

  /** Hosts are known by then. */
  get ready(): Promise<void> {
    return this.#context.hosts.ready;
  }

  /** @throws WaggleError `notFound`, `notRunning`, `hostGone`. */
  async attach(params: AttachParams, caller: Caller): Promise<AttachResult> {
    const { sessions } = this.#context;
    await this.ready;
    const row = sessions.get(params.sessionId);
    refuseChat(row);
    const host = this.hostOf(row);
    const ticket = await this.ticketFor(row, caller, params.right);
    if (params.via === 'channel') return this.#openChannel({ params, caller, row, host, ticket });
    if (caller.transport !== 'local')
      throw new WaggleError('badRequest', 'Only clients of the same machine reach a host.');
    const { socket, id, pid, startTime, clientKey } = host.file;
    const shown = sessions.toSession(row);
    return {
      via: 'host',
      socket,
      hostId: id,
      pid,
      startTime,
      key: clientKey,
      ticket,
      session: shown,
    };
  }

  /** @throws WaggleError `notFound` when the connection has no such channel. */
  detach(channel: number, caller: Caller): void {
    const key = `${caller.connectionId}/${channel}`;
    const relay = this.#relays.get(key);
    if (relay === undefined) throw new WaggleError('notFound', 'There is no such channel.');
    relay.dispose();
    this.#relays.delete(key);
  }

  /** @throws WaggleError `notRunning`, `hostGone`. */
  hostOf(row: SessionRow): ConnectedHost {
    if (row.hostId === null)
      throw new WaggleError('notRunning', undefined, {
        fix: 'Restart it, or read its history.',
      });
    const host = this.#context.hosts.find(row.hostId);
    if (host?.isConnected === true) return host;
    if (host !== undefined || this.#context.hosts.mayLive(row.hostId))
      throw new WaggleError('hostGone', 'The process that holds the session does not answer.', {
        fix: 'Try again in a moment.',
      });
    throw new WaggleError('notRunning', undefined, { fix: 'Restart it, or read its history.' });
  }

  /** A ticket that the host knows. */
  async ticketFor(
    row: SessionRow,
    caller: Pick<Caller, 'clientId' | 'principal'>,
    right: 'write' | 'observe',
  ): Promise<string> {
    const host = this.hostOf(row);
    const { clientId, principal } = caller;
    const key = [host.id, row.id, clientId, principal.id, right].join('/');
    const known = this.#tickets.get(key)?.value;
    const value = known ?? randomHex(32);
    // Kept before the host answers: what is revoked meanwhile is not used again.
    this.#tickets.set(key, { value, sessionId: row.id, principal: principal.id });
    await host.link.call('host/addTicket', {
      ticket: value,
      session: row.id,
      right,
      principal: principal.id,
      client: clientId,
    });
    return value;
  }

  /** Takes a ticket back that is not needed again. */
  async revoke(host: ConnectedHost, ticket: string): Promise<void> {
    for (const [key, { value }] of this.#tickets) if (value === ticket) this.#tickets.delete(key);
    await host.link.call('host/revokeTicket', { ticket });
  }

  /** The session is gone: so are its tickets. */
  forget(sessionId: string): void {
    for (const [key, ticket] of this.#tickets)
      if (ticket.sessionId === sessionId) this.#tickets.delete(key);
  }

  dispose(): void {
    this.#owned.dispose();
    for (const relay of this.#relays.values()) relay.dispose();
    this.#relays.clear();
    this.#tickets.clear();
  }

  /** The token of a principal counts no more: nor do its streams, also those that go past the daemon. */
  async #revokePrincipal(principal: string): Promise<void> {
    for (const [key, ticket] of this.#tickets)
      if (ticket.principal === principal) this.#tickets.delete(key);
    await Promise.all(
      this.#context.hosts.list().map(async (host) => {
        if (!host.isConnected) return void this.#owed.add(principal);
        await host.link.call('host/revokeTicket', { principal });
      }),
    );
  }

  /** Tells a host that is connected again what it missed. */
  async #settleOwed(host: ConnectedHost): Promise<void> {
    for (const principal of this.#owed) await host.link.call('host/revokeTicket', { principal });
  }

  async #openChannel(request: {
    readonly params: AttachParams;
    readonly caller: Caller;
    readonly row: SessionRow;
    readonly host: ConnectedHost;
    readonly ticket: string;
  }): Promise<AttachResult> {
    const { params, caller, row, host, ticket } = request;
    const relay = await this.#openRelay({ host, ticket, caller, cursor: params.cursor });
    const key = `${caller.connectionId}/${relay.number}`;
    this.#relays.set(key, relay);
    relay.onDidEnd(() => this.#relays.delete(key));
    const { generation, start, liveAt, size, approximate, lastInput } = relay.opened;
    return {
      ...{ via: 'channel', channel: relay.number, generation, start, liveAt, size },
      ...{ approximate, lastInput, session: this.#context.sessions.toSession(row) },
    };
  }

  /** @throws WaggleError `limitReached`. */
  async #openRelay(request: RelayRequest): Promise<Relay> {
    const { id, right } = request.caller.principal;
    const max = right === 'owner' ? channelsMax.owner : channelsMax.others;
    if ((this.#counts.get(id) ?? 0) >= max)
      throw new WaggleError('limitReached', `At most ${max} sessions are shown at once.`, {
        fix: 'Close one that is shown.',
      });
    this.#count(id, 1);
    try {
      const relay = await Relay.open(request);
      relay.onDidEnd(() => this.#count(id, -1));
      return relay;
    } catch (error) {
      this.#count(id, -1);
      throw error;
    }
  }

  #count(principal: string, step: 1 | -1): void {
    const count = (this.#counts.get(principal) ?? 0) + step;
    if (count === 0) this.#counts.delete(principal);
    else this.#counts.set(principal, count);
  }
}

/** Its stream is events for the daemon: whoever wrote into it could answer what only a person may. */
export function refuseChat({ mode, id }: Pick<SessionRow, 'mode' | 'id'>): void {
  if (mode !== 'pipe') return;
  throw new WaggleError('conflict', 'This session is a chat, it has no terminal.', {
    fix: `Open it as a chat: waggle chat ${id}`,
    details: { mode },
  });
}
