import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Workspace } from '../../protocol/workspace/workspace.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { Log } from '../log.ts';
import type { SessionList } from './sessionList.ts';

/** The repositories that the daemon knows; asked again when a session of an unknown one appears. */
export interface WorkspaceList {
  list(): readonly Workspace[];
  readonly onDidChange: Event<void>;
}

export interface Subscription extends Disposable {
  readonly workspaces: WorkspaceList;
}

/** Keeps `sessions` in step with the daemon over every new connection: events first, then the list they lie on. */
export function followSessions(
  onDidConnect: Event<DaemonLink>,
  sessions: SessionList,
  log: Log,
): Subscription {
  const owned = new DisposableStore();
  const changed = owned.add(new Emitter<void>());
  let workspaces: readonly Workspace[] = [];
  const readWorkspaces = async (link: DaemonLink): Promise<void> => {
    ({ workspaces } = await link.call('workspace/list', {}));
    changed.fire();
  };
  const report = (error: unknown): void => log.warn('a list was not read', errorMessageOf(error));
  owned.add(
    onDidConnect((link) => {
      const isUnknown = (id: string): boolean => workspaces.every((one) => one.id !== id);
      const put = ({ session }: { session: Parameters<SessionList['put']>[0] }): void => {
        sessions.put(session);
        if (isUnknown(session.workspaceId)) readWorkspaces(link).catch(report);
      };
      link.onEvent('session/opened', put);
      link.onEvent('session/changed', put);
      link.onEvent('session/deleted', ({ sessionId, revision }) =>
        sessions.remove(sessionId, revision),
      );
      const subscribe = async (): Promise<void> => {
        const listed = await link.call('session/subscribe', { history: true });
        await readWorkspaces(link);
        sessions.replace(listed.sessions, listed.revision);
      };
      subscribe().catch(report);
    }),
  );
  return {
    workspaces: { list: () => workspaces, onDidChange: changed.event },
    dispose: () => owned.dispose(),
  };
}
