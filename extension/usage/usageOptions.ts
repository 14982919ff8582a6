import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';

export interface UsageOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly log: Log;
}
