/** What the commands of this folder share. */
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import type { Conflicts } from './conflict.ts';
import type { Library } from './library.ts';

export interface MemoryParts {
  readonly connection: DaemonConnection;
  readonly library: Library;
  readonly conflicts: Conflicts;
  readonly log: Log;
}
