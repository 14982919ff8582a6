import type { DaemonConnection } from '../daemon/daemon.ts';
import type { SessionList } from '../session/session.ts';

export interface FileOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
}
