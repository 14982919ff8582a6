import type { Session } from '../../protocol/session/session.ts';
import { session } from '../../protocol/session/session.ts';
import type { ClientId, SessionId, TaskId } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ChatLaunch } from '../agent/agent.ts';
import type { Caller } from '../feature.ts';
import type { HostPool } from '../host/host.ts';
import type { Reading } from '../signal/signal.ts';
import { toSignal } from '../signal/signal.ts';
import type { Asker } from './conversationSessions.ts';
import { addConversation } from './conversations.ts';
import { takeSignal } from './heard.ts';
import type { ImportingContext, ImportSource } from './importing.ts';
import { addChat } from './importing.ts';
import type { Launching } from './launching.ts';
import { isLive } from './life.ts';
import type { Moving } from './moving.ts';
import type { PipeReader, Pipes } from './pipes.ts';
import type { SessionRow } from './row.ts';
import type { ToolServers } from './toolServers.ts';
import type { Sequences } from './sequence.ts';
import type { Watch } from './watching.ts';

/** What is asked for with a new chat. */
export interface NewChat {
  readonly agent: string;
  readonly cwd: string;
  readonly name?: string | undefined;
  readonly arguments: readonly string[];
  readonly tags?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly windowId?: ClientId | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly private?: boolean | undefined;
}

/** Who starts something. */
type Starter = Pick<Caller, 'principal'>;

/** How a new one is started, and the task whose run it is. */
export interface ChatStart {
  readonly chat: ChatLaunch;
  readonly taskId?: TaskId | undefined;
}

/** Sessions of mode `pipe`, as whoever understands them needs them. */
export interface ChatSessions {
  readWith(reader: PipeReader): void;
  /** Rejects as opening a session does. */
  open(wanted: NewChat, start: ChatStart, caller: Starter): Promise<Session>;
  /** One without a process, for what was said elsewhere. */
  adopt(source: ImportSource): Promise<SessionRow>;
  /** Leaves nothing of one that was adopted. */
  discard(id: SessionId): Promise<void>;
  /** A new generation of one that has no process. Rejects as restarting a session does. */
  start(id: SessionId, asker: Asker, caller: Starter): Promise<void>;
  /** How it is started from now on. */
  choose(id: SessionId, launch: Partial<ChatLaunch>): Promise<void>;
  /** Where its agent finds our tools when it is told in its protocol; undefined: it is not. */
  toolsUrlOf(row: SessionRow): string | undefined;
  /** What a process would inherit that this client opens. */
  environmentFor(asker: Asker): Readonly<Record<string, string>>;
  find(id: SessionId): SessionRow | undefined;
  list(): SessionRow[];
  /** @throws WaggleError `notFound`. */
  toSession(id: SessionId): Session;
  /** What its events say of its state. */
  claim(row: Pick<SessionRow, 'id' | 'generation'>, reading: Reading): Promise<void>;
  /** The conversation that it is in, in its own words. */
  observe(row: Pick<SessionRow, 'id' | 'generation'>, conversationId: string): Promise<void>;
  /** A name that gives way to a person's. */
  nameBy(id: SessionId, prompt: string): Promise<void>;
  /** Lets it end by itself, and ends it when it does not. Resolves when it is asleep. */
  sleep(row: SessionRow): Promise<void>;
  /** False: there is no process to be told. */
  signal(row: SessionRow, signal: 'SIGINT' | 'SIGTERM'): Promise<boolean>;
  /** Between a terminal and a chat. */
  readonly moving: Pick<
    Moving,
    | 'move'
    | 'restore'
    | 'end'
    | 'isReady'
    | 'showsConversation'
    | 'untilStill'
    | 'hasBegun'
    | 'type'
    | 'pressEnter'
    | 'countTyped'
  >;
  readonly onDidChange: Event<SessionRow>;
}

export interface ChatSessionsContext extends ImportingContext {
  readonly hosts: HostPool;
  readonly launching: Launching;
  readonly sequences: Sequences;
  readonly watch: Watch;
  readonly pipes: Pipes;
  readonly moving: Moving;
  readonly tools: Pick<ToolServers, 'urlInProtocol'>;
}

/** Pipes have no size; a row has one. */
const size = { cols: 80, rows: 24 };
const endLimitMs = 10_000;
const nameMaxChars = 60;
const itsOwnChoice: ChatLaunch = { model: null, mode: null, forkOf: null };

export function createChatSessions(context: ChatSessionsContext): ChatSessions {
  const { sessions, launching, sequences, pipes, daemon } = context;
  const { 'session/open': open, 'session/restart': restart } = session.methods;
  const now = (): string => new Date(daemon.clock.now()).toISOString();
  return {
    readWith: (reader) => pipes.readWith(reader),
    open: (wanted, start, caller) =>
      launching.open(open.params.parse({ ...wanted, size }), caller, start),
    adopt: (source) => addChat(context, { ...source, chat: itsOwnChoice }),
    discard: (id) => sessions.remove(id),
    async start(id, { environment, windowId }, caller) {
      const asked = restart.params.parse({ sessionId: id, environment, windowId });
      await sequences.run(id, () => launching.restart(asked, caller));
    },
    async choose(id, launch) {
      await sessions.change(id, ({ chat }) =>
        chat === undefined ? {} : { chat: { ...chat, ...launch } },
      );
    },
    toolsUrlOf: (row) => context.tools.urlInProtocol(row),
    environmentFor: ({ environment, windowId }) => launching.inherit(windowId, environment),
    find: (id) => sessions.find(id),
    list: () => sessions.rows().filter(({ mode }) => mode === 'pipe'),
    toSession: (id) => sessions.toSession(sessions.get(id)),
    async claim({ id, generation }, reading) {
      await sessions.change(id, (row) => {
        if (row.generation !== generation) return {};
        const signal = toSignal('events', reading, { at: now(), generation, seq: null });
        const heard = takeSignal(row.heard, signal);
        return heard === row.heard ? {} : { heard };
      });
    },
    async observe({ id, generation }, conversationId) {
      await sessions.change(id, (row) =>
        row.generation === generation
          ? addConversation(row, conversationId, { at: now(), source: 'hook' })
          : {},
      );
    },
    async nameBy(id, prompt) {
      const name = toPlainLine(prompt, nameMaxChars);
      await sessions.change(id, ({ nameSource }) =>
        nameSource !== 'default' || name === '' ? {} : { name, nameSource: 'title' },
      );
    },
    sleep: (row) => putToSleep(context, row),
    signal: (row, signal) => sendSignal(context, row, signal),
    moving: context.moving,
    onDidChange: sessions.onDidChange,
  };
}

async function putToSleep(context: ChatSessionsContext, row: SessionRow): Promise<void> {
  const { watch, hosts, sessions } = context;
  const host = row.hostId === null ? undefined : hosts.find(row.hostId);
  if (host === undefined || !isLive(row.status)) return;
  watch.sleeping.add(row.id);
  try {
    await host.link.call('host/eof', { session: row.id });
    await watch.waitForExit(row.id, endLimitMs);
    const still = sessions.find(row.id);
    if (still === undefined || !isLive(still.status)) return;
    await sendSignal(context, still, 'SIGTERM');
    await watch.waitForExit(row.id, endLimitMs);
  } finally {
    watch.sleeping.delete(row.id);
  }
}

async function sendSignal(
  { hosts }: Pick<ChatSessionsContext, 'hosts'>,
  row: SessionRow,
  signal: 'SIGINT' | 'SIGTERM',
): Promise<boolean> {
  const host = row.hostId === null ? undefined : hosts.find(row.hostId);
  if (host?.isConnected !== true) return false;
  return (await host.link.call('host/signal', { session: row.id, signal })).delivered;
}
