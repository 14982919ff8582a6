import type { NounHandlers } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller } from '../feature.ts';
import type { Calling } from './calling.ts';
import type { Need } from './needs.ts';
import type { Place } from './places.ts';
import type { Registry } from './registry.ts';

type CallingMethod =
  | 'attention/notify'
  | 'attention/listNotices'
  | 'attention/readNotices'
  | 'attention/mute'
  | 'attention/configure'
  | 'attention/openNotice'
  | 'attention/next';

export type CallingHandlers = Pick<NounHandlers<'attention', Caller>, CallingMethod>;

export function createCallingHandlers(calling: Calling, registry: Registry): CallingHandlers {
  return {
    'attention/notify': (wish, caller) => calling.notifying.notify(wish, caller),
    'attention/listNotices'({ reader, since, limit }) {
      const { log } = calling;
      const read = reader === undefined ? 0 : log.cursorOf(reader);
      return log.list(since ?? read, limit);
    },
    async 'attention/readNotices'({ reader, cursor }) {
      await calling.log.read(reader, cursor);
      return {};
    },
    async 'attention/mute'({ sessionId, muted, until }) {
      if (muted && sessionId !== null && calling.describe(sessionId) === undefined)
        throw new WaggleError('notFound', 'There is no such session.');
      await calling.choices.mute({ sessionId, until }, muted);
      return { mutes: calling.choices.mutes };
    },
    async 'attention/configure'({ change }) {
      if (change !== undefined) await calling.choices.change(change);
      const { settings, mutes } = calling.choices;
      return { settings, mutes };
    },
    'attention/openNotice'({ noticeId, windowId }) {
      const notice = calling.log.find(noticeId);
      if (notice === undefined) throw new WaggleError('notFound', 'That notice is gone.');
      calling.open(notice);
      return reveal(calling, notice.sessionId, windowId);
    },
    'attention/next'({ windowId, after }) {
      const need = findNext(registry.list().needs, after);
      if (need === undefined) return { need: null, place: null };
      return { need, place: reveal(calling, need.sessionId, windowId) };
    },
  };
}

/** Says where it is opened, and tells that window when it is another one. */
function reveal(
  calling: Calling,
  sessionId: SessionId | null,
  windowId: string | undefined,
): Place {
  const { place, window } = calling.findPlace(sessionId, windowId);
  if (window !== undefined && sessionId !== null)
    window.notify('attention/revealed', { sessionId });
  return place;
}

/** Ranked; the one after the session that was shown last, and after the last one the first again. */
function findNext(needs: readonly Need[], after: SessionId | undefined): Need | undefined {
  const seen = new Set<SessionId>();
  const sessions = needs.filter(({ sessionId }) => {
    if (sessionId === null || seen.has(sessionId)) return false;
    seen.add(sessionId);
    return true;
  });
  const at = sessions.findIndex(({ sessionId }) => sessionId === after);
  return sessions[(at + 1) % sessions.length];
}
