import type { Session, SessionStatus } from '../../protocol/session/session.ts';

export type SessionExit = NonNullable<Session['exit']>;

/** The part of a session that follows its process. `startTime` recognises a re-used pid. */
export interface SessionLife {
  readonly status: SessionStatus;
  readonly generation: number;
  readonly pid: number | null;
  readonly startTime: number | null;
  readonly hostId: string | null;
  readonly exit: SessionExit | null;
  readonly reason: string | null;
}

export type LifeAction =
  | { readonly type: 'started' }
  | {
      readonly type: 'spawned';
      readonly pid: number;
      readonly startTime: number;
      readonly hostId: string;
    }
  | { readonly type: 'launchFailed'; readonly reason: string }
  | { readonly type: 'exited'; readonly exit: SessionExit }
  | { readonly type: 'killed'; readonly exit: SessionExit }
  | { readonly type: 'slept'; readonly exit: SessionExit }
  | { readonly type: 'hostLost'; readonly reason: string }
  /** What was started to go on with a conversation said that it cannot; it may be tried again. */
  | { readonly type: 'resumeFailed'; readonly exit: SessionExit; readonly reason: string };

export const newLife: SessionLife = {
  status: 'starting',
  generation: 0,
  pid: null,
  startTime: null,
  hostId: null,
  exit: null,
  reason: null,
};

/** True while a process of the current generation runs or is about to. */
export function isLive(status: SessionStatus): boolean {
  return status === 'starting' || status === 'running';
}

/**
 * The only transitions there are. An action that does not fit the status leaves the life as it is: events of a host may
 * arrive late or twice.
 */
export function reduce(life: SessionLife, action: LifeAction): SessionLife {
  switch (action.type) {
    case 'started':
      if (isLive(life.status)) return life;
      return { ...newLife, generation: life.generation + 1 };
    case 'spawned':
      if (life.status !== 'starting') return life;
      return {
        ...life,
        status: 'running',
        pid: action.pid,
        startTime: action.startTime,
        hostId: action.hostId,
      };
    case 'launchFailed':
      if (life.status !== 'starting') return life;
      return { ...life, status: 'ended', reason: action.reason };
    case 'exited':
      return end(life, 'ended', action.exit);
    case 'killed':
      return end(life, 'killed', action.exit);
    case 'slept':
      return end(life, 'asleep', action.exit);
    case 'hostLost':
      if (!isLive(life.status)) return life;
      return { ...life, status: 'interrupted', pid: null, reason: action.reason };
    case 'resumeFailed':
      if (!isLive(life.status)) return life;
      return { ...end(life, 'interrupted', action.exit), reason: action.reason };
  }
}

function end(life: SessionLife, status: SessionStatus, exit: SessionExit): SessionLife {
  return isLive(life.status) ? { ...life, status, pid: null, exit, reason: null } : life;
}
