import type { Keep } from '../../protocol/session/keeping.ts';
import type { Session } from '../../protocol/session/session.ts';
import { sessionSchema } from '../../protocol/session/session.ts';
import type { ChatLaunch } from '../agent/agent.ts';
import { canResume } from '../agent/agent.ts';
import type { Heard } from './heard.ts';
import { toHeard } from './heard.ts';
import type { SessionLife } from './life.ts';
import { isLive } from './life.ts';
import type { ShellFacts } from './shellMark.ts';

/** How a session is started again: what the person asked for, without any value of an environment. */
export interface LaunchWish {
  /** Empty: it was too long for its host to keep, and nothing else was left of the session. */
  readonly command: readonly string[] | null;
  readonly arguments: readonly string[];
}

/** Everything kept of a session, as plain values. */
export interface SessionRow extends SessionLife {
  readonly id: Session['id'];
  readonly ownerDaemonId: Session['ownerDaemonId'];
  readonly workspaceId: Session['workspaceId'];
  readonly roleId: Session['roleId'];
  readonly name: string;
  readonly nameSource: Session['nameSource'];
  /** The name before any title and any person. */
  readonly defaultName: string;
  readonly agent: string;
  readonly mode: Session['mode'];
  readonly attention: Session['attention'];
  readonly heard: Heard;
  /** Absent: not a shell, or one without our marks. */
  readonly shell?: ShellFacts | undefined;
  readonly tags: readonly string[];
  readonly hidden: boolean;
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly wish: LaunchWish;
  readonly size: Session['size'];
  readonly conversations: Session['conversations'];
  /** When a restart was noticed that interrupted it, and whether a client asked about it already. */
  readonly interruption?: { readonly at: string; readonly isClaimed: boolean } | null;
  /** The process of this generation was started to go on with this conversation, then (ISO instant). */
  readonly resuming?: { readonly conversationId: string; readonly at: string } | null;
  readonly origin?: 'continued' | 'mirrored' | 'imported' | null;
  /** Where its agent keeps its conversations. */
  readonly agentDirectory?: string | null;
  /** With mode `pipe`: how its process is started. */
  readonly chat?: ChatLaunch | undefined;
  /** The directory of a shell as the system saw it last; what the shell itself says is better. */
  readonly seenDirectory?: string;
  readonly backgroundProcesses: number;
  /** Names only. */
  readonly environmentNames: readonly string[];
  /** Highest right of the token inside. */
  readonly tokenRight: 'self' | 'person';
  readonly idempotencyKey: string | null;
  /** Absent: what is kept by default. */
  readonly keep?: Keep;
  /** Never in the database, and gone after its end. */
  readonly private?: boolean;
  /** Whose run it is. */
  readonly taskId?: NonNullable<Session['taskId']>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly revision: number;
}

/** The session as clients see it; `clients` is counted, not kept. */
export function toSession(row: SessionRow, clients: number): Session {
  const { id, name, nameSource, agent, mode, status, attention, hidden, cwd, generation } = row;
  const { workspaceId, roleId, ownerDaemonId, pid, size, exit, reason, conversations } = row;
  const { backgroundProcesses, createdAt, updatedAt, revision } = row;
  return {
    ...{ id, name, nameSource, agent, mode, status, attention, hidden, cwd, generation },
    ...{ workspaceId, roleId, ownerDaemonId, pid, size, exit, reason, conversations },
    ...{ backgroundProcesses, createdAt, updatedAt, revision, clients },
    tags: [...row.tags],
    argv: [...row.argv],
    ...(row.seenDirectory === undefined ? {} : { directory: row.seenDirectory }),
    ...shellFieldsOf(row),
    resumable: resumableOf(row),
    ...interruptionOf(row),
    ...(isPresent(row.origin) ? { origin: row.origin } : {}),
    ...(row.keep === undefined ? {} : { keep: row.keep }),
    ...(row.private === true ? { private: true } : {}),
    ...(row.taskId === undefined ? {} : { taskId: row.taskId }),
  };
}

/** What ended says nothing of a prompt any more. */
function shellFieldsOf({ shell, status }: SessionRow): Partial<Session> {
  if (shell === undefined) return {};
  return {
    prompt: isLive(status) ? shell.prompt : 'unknown',
    ...(shell.directory === null ? {} : { directory: shell.directory }),
    ...(shell.commandLine === '' ? {} : { commandLine: shell.commandLine }),
    ...(shell.exit === null ? {} : { commandExit: shell.exit }),
  };
}

/** What `session/resume` would do. */
export function resumableOf(row: SessionRow): NonNullable<Session['resumable']> {
  const isKnown = row.wish.command?.length !== 0 && row.origin !== 'imported';
  if (isLive(row.status) || !isKnown) return 'no';
  if (row.agent === 'shell') return 'shell';
  return row.conversations.length > 0 && canResume(row.agent) ? 'conversation' : 'command';
}

function interruptionOf({ status, interruption }: SessionRow): Pick<Session, 'interruptedAt'> {
  return status === 'interrupted' && isPresent(interruption)
    ? { interruptedAt: interruption.at }
    : {};
}

function isPresent<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

const metaArgvChars = 8192;
const metaMaxChars = 16_384;

/** What lies in the host beside the process, so that a row which was never committed can be made again. */
export function toMeta(row: SessionRow): string {
  const text = JSON.stringify({ version: 1, row: trimmed(row) });
  if (text.length <= metaMaxChars) return text;
  const bare = { ...withoutWish(row), environmentNames: [] };
  return JSON.stringify({ version: 1, row: bare });
}

function trimmed(row: SessionRow): SessionRow {
  const isShort = JSON.stringify(row.argv).length + JSON.stringify(row.wish).length < metaArgvChars;
  return isShort ? row : withoutWish(row);
}

/** An empty command is one that is not known any more: it is never run without its arguments instead. */
function withoutWish(row: SessionRow): SessionRow {
  const command = row.wish.command === null ? null : [];
  return { ...row, argv: row.argv.slice(0, 1), wish: { command, arguments: [] } };
}

/** The row behind a host's meta; undefined when it is not ours or of a later version. */
export function fromMeta(meta: string, sessionId: string): SessionRow | undefined {
  try {
    const value: unknown = JSON.parse(meta);
    if (typeof value !== 'object' || value === null || !('row' in value)) return undefined;
    if (!('version' in value) || value.version !== 1) return undefined;
    const row = fromKept(value.row as SessionRow);
    // The wire's schema checks what matters: a row that clients could not be told of is no row.
    const parsed = sessionSchema.safeParse(toSession(row, 0));
    return parsed.success && row.id === sessionId ? row : undefined;
  } catch {
    // No JSON, or a shape that no version of ours ever wrote.
    return undefined;
  }
}

/** A row as an earlier program may have kept it. */
export function fromKept(row: SessionRow): SessionRow {
  return { ...row, heard: toHeard(row.heard, row) };
}
