import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { SessionList } from './sessionList.ts';

export interface ModeWatchOptions {
  readonly sessions: SessionList;
  readonly terminals: {
    isOpen(sessionId: string): boolean;
    open(session: Session): void;
    detach(sessionId: string): void;
  };
}

/** A conversation that goes on in another form, wherever that was asked for, is shown in it where it was shown before. */
export function watchModes({ sessions, terminals }: ModeWatchOptions): Disposable {
  const modes = new Map(
    sessions.list().map(({ id, mode }): [string, Session['mode']] => [id, mode]),
  );
  return sessions.onDidChange(({ changed }) => {
    for (const id of changed) {
      const session = sessions.get(id);
      const before = modes.get(id);
      if (session === undefined) modes.delete(id);
      else modes.set(id, session.mode);
      if (session === undefined || before === undefined || before === session.mode) continue;
      if (!terminals.isOpen(id)) continue;
      terminals.detach(id);
      terminals.open(session);
    }
  });
}
