/** What the commands of this folder share. */
import type * as vscode from 'vscode';
import type { AgentFeature } from '../agent/agent.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import type { TaskList } from './taskList.ts';

export interface TaskParts {
  readonly connection: DaemonConnection;
  readonly tasks: TaskList;
  readonly sessions: SessionList;
  readonly agents: Pick<AgentFeature, 'list' | 'known'>;
  /** What a person chose last; of this machine. */
  readonly memory: vscode.Memento;
  readonly extensionUri: vscode.Uri;
  /** Waggle starts at login from now on; says so, or rejects with what is in the way. */
  readonly installService: () => Promise<void>;
  readonly log: Log;
}
