import type { Keep } from '../../protocol/session/keeping.ts';
import type { Session, session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { ParamsOut } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { NounHandlers } from '../../protocol/protocol.ts';
import type { Caller } from '../feature.ts';
import { toName, toTags } from './label.ts';
import type { Attaching } from './attaching.ts';
import { endIdle } from './endIdle.ts';
import type { Ending } from './ending.ts';
import { forgetNotification } from './heard.ts';
import { automaticName } from './hearing.ts';
import type { Keeping } from './keeping.ts';
import type { Launching } from './launching.ts';
import type { Resources } from './resources.ts';
import type { Resuming } from './resuming.ts';
import type { SessionRow } from './row.ts';
import { refuseInDialog, sendText } from './sending.ts';
import type { Sequences } from './sequence.ts';
import type { RowPatch, Sessions } from './sessions.ts';
import type { WindowLinks } from './windowLinks.ts';
import type { Spool } from './spool.ts';
import type { Watch } from './watching.ts';

export interface HandlerParts {
  readonly sessions: Sessions;
  readonly launching: Launching;
  readonly windowLinks: WindowLinks;
  readonly resuming: Resuming;
  readonly ending: Ending;
  readonly attaching: Attaching;
  readonly watch: Watch;
  readonly spool: Spool;
  readonly keeping: Keeping;
  readonly resources: Resources;
  /** Operations of one session run one after the other. */
  readonly sequences: Sequences;
}

async function open(
  { launching, attaching, windowLinks }: HandlerParts,
  params: ParamsOut<(typeof session)['methods']['session/open']>,
  caller: Caller,
) {
  const session = await launching.open(params, caller);
  if (params.attach === undefined) return { session };
  const way = { sessionId: session.id, right: 'write', via: 'host' } as const;
  const route = await attaching.attach(way, caller).catch(leaveToAttach);
  if (route?.via !== 'host') return { session };
  windowLinks.follow(session.id, caller.clientId);
  return { session, route };
}

/** The session was opened all the same, and whoever attaches to it is told why there is no way. */
function leaveToAttach(_error: unknown): undefined {
  return undefined;
}

/** Translates requests; agents see and touch only their own session. */
export function createHandlers(parts: HandlerParts): NounHandlers<'session', Caller> {
  const { sessions, launching, resuming, ending, attaching, windowLinks, sequences } = parts;
  return {
    'session/open': (params, caller) => open(parts, params, caller),
    'session/list': ({ history }, caller) => listFor(sessions, caller, history),
    'session/subscribe': ({ history }, caller) => {
      caller.subscribe('session');
      return listFor(sessions, caller, history);
    },
    'session/get': ({ sessionId }, caller) => {
      refuseOthers(caller, sessionId);
      return { session: sessions.toSession(sessions.get(sessionId)) };
    },
    'session/attach': async (params, caller) => {
      const result = await attaching.attach(params, caller);
      windowLinks.follow(params.sessionId, caller.clientId);
      return result;
    },
    'session/detach': ({ channel }, caller) => {
      attaching.detach(channel, caller);
      return {};
    },
    'session/send': async (params, caller) => {
      refuseInDialog(sessions.get(params.sessionId));
      await sendText({ sessions, attaching }, params, caller);
      await sessions.change(params.sessionId, forgetCall);
      return { acknowledgement: 'delivered' };
    },
    'session/rename': ({ sessionId, name }) =>
      changed(sessions, sessionId, (row) =>
        name === null ? automaticName(row) : { name: toName(name), nameSource: 'person' },
      ),
    'session/tag': ({ sessionId, tags, hidden }) =>
      changed(sessions, sessionId, () => ({
        ...(tags === undefined ? {} : { tags: toTags(tags) }),
        ...(hidden === undefined ? {} : { hidden }),
      })),
    'session/kill': ({ sessionId }) => sequences.run(sessionId, () => ending.kill(sessionId)),
    'session/endIdle': ({ sessionId }) => sequences.run(sessionId, () => endIdle(parts, sessionId)),
    'session/restart': (params, caller) =>
      sequences.run(params.sessionId, async () => ({
        session: await launching.restart(params, caller),
      })),
    'session/resume': (params, caller) =>
      sequences.run(params.sessionId, () => resuming.resume(params, caller)),
    'session/listInterrupted': ({ claim }) => resuming.listInterrupted(claim),
    'session/delete': ({ sessionId }) =>
      sequences.run(sessionId, async () => {
        await ending.delete(sessionId);
        attaching.forget(sessionId);
        return {};
      }),
    'session/keep': (params) => changeKept(parts, params),
    'session/resources': ({ sessionId }) => parts.resources.read(sessionId),
    'session/history': (params, caller) => {
      refuseOthers(caller, params.sessionId);
      return readHistory(parts, params);
    },
  };
}

/** Who was answered does not call any more. */
function forgetCall(row: SessionRow): RowPatch {
  const heard = forgetNotification(row.heard);
  return heard === row.heard ? {} : { heard };
}

async function changeKept(
  { keeping, sequences }: HandlerParts,
  { sessionId, change }: ParamsOut<(typeof session)['methods']['session/keep']>,
): Promise<{ keep: Keep }> {
  const apply = async () => ({ keep: await keeping.change(sessionId, change) });
  return sessionId === undefined ? apply() : sequences.run(sessionId, apply);
}

async function readHistory(
  { sessions, watch, spool }: HandlerParts,
  request: {
    readonly sessionId: SessionId;
    readonly generation?: number | undefined;
    readonly from: number;
    readonly maxBytes: number;
  },
): Promise<{
  generation: number;
  from: number;
  data: string;
  next: number;
  end: number;
  gaps: { from: number; to: number }[];
}> {
  const { sessionId, generation, from, maxBytes } = request;
  const row = sessions.get(sessionId);
  // A terminal at the host may have seen the end before the spool has it.
  await watch.settle(row).catch(hostIsGone);
  await watch.followers.flush(sessionId);
  const wanted = generation ?? row.generation;
  const page = await spool.read(sessionId, { generation: wanted, from, maxBytes });
  return { ...page, data: page.data.toString('base64'), gaps: [...page.gaps] };
}

/** Then what was received is all that there is. */
function hostIsGone(): undefined {
  return undefined;
}

function listFor(
  sessions: Sessions,
  caller: Caller,
  history: boolean,
): { sessions: Session[]; revision: number } {
  const rows = sessions
    .rows()
    .filter((row) => mayTouch(caller, row.id))
    .filter((row) => history || !isHistory(row));
  return { sessions: rows.map((row) => sessions.toSession(row)), revision: sessions.revision };
}

/** Over, and nobody has to look at it any more; or brought from elsewhere and not gone on with yet. */
export function isHistory({ status, attention, origin, exit }: SessionRow): boolean {
  const isUntouched = status === 'asleep' && origin === 'continued' && exit === null;
  const isOver = status === 'ended' || status === 'killed' || isUntouched;
  return isOver && attention.state !== 'failed' && attention.state !== 'finished';
}

function mayTouch({ principal }: Caller, id: SessionId): boolean {
  return principal.right !== 'self' || principal.sessionId === id;
}

function refuseOthers(caller: Caller, id: SessionId): void {
  if (!mayTouch(caller, id)) throw new WaggleError('forbidden');
}

async function changed(
  sessions: Sessions,
  id: SessionId,
  patchOf: (row: SessionRow) => RowPatch,
): Promise<{ session: Session }> {
  sessions.get(id);
  const row = await sessions.change(id, patchOf);
  if (row === undefined) throw new WaggleError('notFound', 'There is no such session.');
  return { session: sessions.toSession(row) };
}
