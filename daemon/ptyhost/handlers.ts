/** The methods of the host protocol. Each translates; what happens is in sessions, tickets and channels. */
import { z } from 'zod';
import type { HostMethodName } from '../../protocol/host/host.ts';
import { host } from '../../protocol/host/host.ts';
import type { HandlersOf } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { framePayloadMax } from '../../protocol/wire/frame.ts';
import { isSameProcess, readForegroundGroup } from '../../link/process/process.ts';
import { attach } from './attach.ts';
import type { Connection } from './connection.ts';
import { countDescriptors } from './descriptors.ts';
import type { HostedSession } from './hostedSession.ts';
import type { Sessions } from './sessions.ts';
import type { Tickets } from './tickets.ts';

export interface HandlerContext {
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  /** Authenticated connections. */
  countClients(): number;
  countSheds(): number;
  /** A session went away, or none may come any more. */
  shrunk(): void;
}

type Handlers = HandlersOf<typeof host, Connection>;

export function createHandlers(context: HandlerContext): Handlers {
  return { ...sessionHandlers(context), ...ticketHandlers(context), ...keepingHandlers(context) };
}

/** Checks method, right and shape, then calls. Throws a WaggleError. */
export function dispatch(
  handlers: Handlers,
  connection: Connection,
  request: { readonly method: string; readonly params: unknown },
): unknown {
  const { method } = request;
  if (!isMethod(method)) throw new WaggleError('methodNotFound', 'Unknown method.');
  const { right, params: schema } = host.methods[method];
  if (right === 'owner' && !connection.isControl) throw new WaggleError('forbidden');
  const parsed = schema.safeParse(request.params ?? {});
  if (!parsed.success) throw new WaggleError('badRequest', z.prettifyError(parsed.error));
  const handler = handlers[method] as (params: unknown, caller: Connection) => unknown;
  return handler(parsed.data, connection);
}

function isMethod(name: string): name is HostMethodName {
  return Object.hasOwn(host.methods, name);
}

type SessionMethods =
  | 'host/spawn'
  | 'host/list'
  | 'host/countTyped'
  | 'host/attach'
  | 'host/detach'
  | 'host/readErrors'
  | 'host/eof'
  | 'host/signal';

function sessionHandlers({ sessions, tickets }: HandlerContext): Pick<Handlers, SessionMethods> {
  return {
    'host/spawn': (params) => {
      const { session, already } = sessions.spawn(params);
      const { pid, startTime } = session.describe();
      return { pid, startTime, already };
    },
    'host/list': () => ({
      sessions: sessions.list().map((session) => session.describe()),
      draining: sessions.isDraining,
    }),
    'host/attach': (params, connection) => attach({ sessions, tickets, connection }, params),
    'host/detach': ({ channel }, connection) => {
      if (!connection.detach(channel)) throw new WaggleError('notFound', 'No such channel.');
      return {};
    },
    'host/readErrors': ({ session: id }) => {
      const { generation, errors } = sessions.get(id);
      const { start, end } = errors;
      return { generation, start, end, data: errors.copy(start, end).toString('base64') };
    },
    'host/eof': ({ session: id }) => {
      const session = sessions.get(id);
      if (session.exit !== undefined) throw new WaggleError('notRunning');
      session.child?.endInput();
      return {};
    },
    'host/countTyped': ({ session: id }) => ({ bytes: sessions.get(id).typedBytes }),
    'host/signal': ({ session: id, signal }) => ({
      delivered: sendSignal(sessions.get(id), signal),
    }),
  };
}

/** Verified by the start time, because the pid of an ended process may be another's. */
function sendSignal({ exit, child }: HostedSession, signal: NodeJS.Signals): boolean {
  if (exit !== undefined || child === undefined) return false;
  if (!isSameProcess(child.pid, child.startTime)) return false;
  // Who is to repaint is the program in the foreground, not the shell that waits for it.
  const group = signal === 'SIGWINCH' ? readForegroundGroup(child.pid) : undefined;
  try {
    return process.kill(group === undefined ? child.pid : -group, signal);
  } catch {
    return false;
  }
}

function ticketHandlers({
  sessions,
  tickets,
}: HandlerContext): Pick<Handlers, 'host/addTicket' | 'host/revokeTicket'> {
  return {
    'host/addTicket': (params) => {
      sessions.get(params.session);
      tickets.add(params);
      return {};
    },
    'host/revokeTicket': (which) => {
      const revoked = new Set(tickets.revoke(which).map(({ ticket }) => ticket));
      const channels = sessions
        .list()
        .flatMap((session) => [...session.channels])
        .filter(({ owner }) => owner.ticket !== undefined && revoked.has(owner.ticket));
      for (const channel of channels) channel.owner.link.close(channel, 'revoked');
      return { closed: channels.length };
    },
  };
}

type KeepingMethods =
  | 'host/putCheckpoint'
  | 'host/getCheckpoint'
  | 'host/sendScreen'
  | 'host/describeLost'
  | 'host/hold'
  | 'host/stats'
  | 'host/collect'
  | 'host/drain';

function keepingHandlers(context: HandlerContext): Pick<Handlers, KeepingMethods> {
  const { sessions, tickets } = context;
  return {
    'host/putCheckpoint': ({ session: id, generation, seq, size, data }) => {
      const session = sessions.find(id);
      const bytes = Buffer.from(data, 'base64');
      const isUsable =
        session?.generation === generation &&
        seq <= session.output.ring.end &&
        seq >= (session.checkpoint?.seq ?? 0) &&
        bytes.length <= framePayloadMax;
      if (isUsable) session.checkpoint = { generation, seq, size, data: bytes };
      return { stored: isUsable };
    },
    'host/getCheckpoint': ({ session: id }) => {
      const { checkpoint } = sessions.get(id);
      if (checkpoint === undefined) return { checkpoint: null };
      const { generation, seq, size, data } = checkpoint;
      const text = Buffer.from(data).toString('base64');
      return { checkpoint: { generation, seq, size, data: text } };
    },
    'host/sendScreen': ({ session: id, generation, exact }) => {
      const session = sessions.get(id);
      const isCurrent = session.checkpoint?.generation === generation;
      return { clients: isCurrent ? session.sendScreen(exact) : 0 };
    },
    'host/describeLost': ({ session: id, generation, from, to }) => {
      const { generation: current, output } = sessions.get(id);
      const traces = current === generation ? output.trace?.describe(from, to) : undefined;
      return traces ?? { isKnown: false, looks: true, saves: true, switches: true, replay: '' };
    },
    'host/hold': ({ session: id, held }) => {
      sessions.get(id).held = held;
      return {};
    },
    'host/stats': () => ({
      rssBytes: process.memoryUsage.rss(),
      ringBytes: sessions.ringBytes,
      sessions: sessions.size,
      clients: context.countClients(),
      descriptors: countDescriptors(),
      sheds: context.countSheds(),
    }),
    'host/collect': ({ session: id }) => {
      const session = sessions.collect(id);
      if (session === undefined) return { collected: false };
      for (const channel of [...session.channels]) channel.owner.link.close(channel, 'collected');
      session.dispose();
      tickets.dropSession(id);
      context.shrunk();
      return { collected: true };
    },
    'host/drain': () => {
      sessions.isDraining = true;
      context.shrunk();
      return {};
    },
  };
}
