import type { Session } from '../../protocol/session/session.ts';
import { session } from '../../protocol/session/session.ts';
import type { SessionId, TaskId } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import type { Principal } from '../feature.ts';
import type { Ending } from './ending.ts';
import type { Launching } from './launching.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';
import type { Sessions } from './sessions.ts';
import type { SessionTextContext } from './sessionText.ts';
import { readSessionText } from './sessionText.ts';

/** A program that a run of a task starts. */
export interface NewCommand {
  readonly taskId: TaskId;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The same key is the same session, also after a restart of the daemon. */
  readonly key: string;
}

/** How the process of a session ended, as it was seen. */
export interface SessionEnd {
  readonly how: 'exited' | 'killed' | 'lost';
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: string | null;
}

/** Sessions as runs of tasks need them. */
export interface TaskSessions {
  /** What a schedule's processes inherit: an allow-list. */
  environment(): Readonly<Record<string, string>>;
  /** Rejects as opening a session does. */
  openCommand(wanted: NewCommand, by: Principal): Promise<SessionId>;
  /** The session that a key made. */
  findByKey(key: string): SessionId | undefined;
  /** The task whose run it is; undefined: of none. */
  taskOf(id: SessionId): TaskId | undefined;
  /** Undefined: no agent that can be in a chat. */
  agentOf(id: SessionId): string | undefined;
  /** Undefined while it runs. */
  endOf(id: SessionId): SessionEnd | undefined;
  /** Ends everything of it. Resolves when it is gone. */
  kill(id: SessionId): Promise<void>;
  /** The end of what it printed, as plain lines; words of others. */
  readText(id: SessionId): Promise<readonly string[]>;
  readonly onDidChange: Event<SessionId>;
}

export interface TaskSessionsContext extends SessionTextContext {
  readonly sessions: Sessions;
  readonly launching: Launching;
  readonly ending: Ending;
}

const size = { cols: 120, rows: 30 };

export function createTaskSessions(context: TaskSessionsContext): TaskSessions {
  const { sessions, launching, ending } = context;
  const { params } = session.methods['session/open'];
  return {
    environment: () => launching.inherit(undefined, {}),
    async openCommand({ taskId, key, command, ...wanted }, principal) {
      const asked = { ...wanted, command: [...command], size, agent: 'command', tags: ['task'] };
      const opened: Session = await launching.open(
        params.parse({ ...asked, idempotencyKey: key }),
        { principal },
        { taskId },
      );
      return opened.id;
    },
    findByKey: (key) => sessions.rows().find((row) => row.idempotencyKey === key)?.id,
    taskOf: (id) => sessions.find(id)?.taskId,
    agentOf(id) {
      const { agent } = sessions.find(id) ?? {};
      return agent === 'shell' || agent === 'command' ? undefined : agent;
    },
    endOf: (id) => endOf(sessions.find(id)),
    async kill(id) {
      if (sessions.find(id) !== undefined) await ending.kill(id);
    },
    async readText(id) {
      const row = sessions.find(id);
      if (row === undefined) return [];
      return (await readSessionText(context, row, new AbortController().signal)).lines;
    },
    onDidChange: (listener) => sessions.onDidChange(({ id }) => listener(id)),
  };
}

function endOf(row: SessionRow | undefined): SessionEnd | undefined {
  if (row === undefined) return { how: 'lost', code: null, signal: null, reason: null };
  if (isLive(row.status)) return undefined;
  const { exit, reason, status } = row;
  const seen = { code: exit?.code ?? null, signal: exit?.signal ?? null, reason };
  if (status === 'killed') return { how: 'killed', ...seen };
  return { how: status === 'interrupted' ? 'lost' : 'exited', ...seen };
}
