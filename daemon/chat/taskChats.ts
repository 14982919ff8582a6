import type { SessionId, TaskId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Principal } from '../feature.ts';
import type { AwayMode } from '../provider/provider.ts';
import { findAwayMode, findProvider } from '../provider/provider.ts';
import type { ChatSessions } from '../session/session.ts';
import type { Chats } from './chats.ts';
import type { Asked } from './conversing.ts';
import type { KeptChat } from './kept.ts';
import type { Opening } from './opening.ts';

/** A conversation that a run of a task begins. */
export interface NewTaskChat {
  readonly taskId: TaskId;
  readonly agent: string;
  readonly model: string | null;
  readonly away: AwayMode;
  readonly cwd: string;
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The same key is the same chat, also after a restart of the daemon. */
  readonly key: string;
}

export interface Said {
  readonly messageId: string;
  readonly text: string;
  readonly away: AwayMode;
  readonly environment: Readonly<Record<string, string>>;
}

/** A chat as who waits for the end of a turn sees it. */
export interface ChatLook {
  readonly turns: number;
  readonly isTurn: boolean;
  /** The agent did something since it was told. */
  readonly isHeard: boolean;
  readonly isQueued: boolean;
  /** Work of the agent that goes on without a turn. */
  readonly background: number;
  readonly paused: string | null;
  readonly lastEnd: KeptChat['lastEnd'];
  readonly tokens: number;
  readonly dollars: number | null;
}

/** Chats as runs of tasks need them. */
export interface TaskChats {
  /** Whether this agent can be handed a prompt with this right. @throws WaggleError `badRequest`. */
  refuseUnable(agent: string, away: AwayMode): void;
  /** Rejects as opening a chat does. */
  open(wanted: NewTaskChat, by: Principal): Promise<SessionId>;
  /** Puts it at the end of the queue, once. Rejects as sending does. */
  say(id: SessionId, said: Said, by: Principal): Promise<void>;
  /** Undefined: there is no such chat. */
  look(id: SessionId): ChatLook | undefined;
  /** A person may be asked again, and its process ends when it has nothing to do. */
  rest(id: SessionId): Promise<void>;
  /** The last words of the agent; words of others. */
  readText(id: SessionId): Promise<readonly string[]>;
  readonly onDidAdvance: Event<SessionId>;
}

const denial =
  'Nobody is there to be asked, and this task may not do that. Go on without it, or say what you would have done.';
const readEntries = 200;

export function createTaskChats(parts: {
  readonly chats: Chats;
  readonly opening: Opening;
  readonly sessions: ChatSessions;
}): TaskChats {
  const { chats, opening, sessions } = parts;
  const asked = (environment: Said['environment'], principal: Principal): Asked => ({
    asker: { environment },
    caller: { principal },
  });
  const find = (id: SessionId) => chats.list().find(({ chat }) => chat.sessionId === id);
  return {
    refuseUnable,
    async open({ taskId, agent, model, away, key, ...wanted }, principal) {
      refuseUnable(agent, away);
      const chat = { model, mode: findAwayMode(agent, away) ?? null, forkOf: null };
      const { session } = await opening.open(
        { ...wanted, agent, arguments: [], tags: ['task'], idempotencyKey: key },
        { chat: { ...chat, denies: deniesFor(away) }, taskId },
        { principal },
      );
      return sessionIdSchema.parse(session.id);
    },
    async say(id, { messageId, text, away, environment }, principal) {
      const conversing = chats.get(id);
      await sessions.choose(id, { denies: deniesFor(away) });
      await conversing.send(
        { id: messageId, text, attachments: [] },
        asked(environment, principal),
      );
      if (conversing.chat.kept.paused !== null)
        await conversing.continue(asked(environment, principal));
    },
    look(id) {
      const found = find(id);
      return found === undefined ? undefined : lookAt(found.chat.kept);
    },
    async rest(id) {
      await sessions.choose(id, { denies: null });
      const found = find(id);
      if (found?.idleMs !== undefined) await found.sleep();
    },
    async readText(id) {
      const found = find(id);
      if (found === undefined) return [];
      await found.chat.flush();
      const { entries } = await chats.store.read({
        sessionId: id,
        from: found.chat.journal.end + 1,
        back: true,
        limit: readEntries,
      });
      const turn = entries.at(-1)?.turn;
      return entries.flatMap(({ content, turn: of }) =>
        of === turn && content.kind === 'text' ? content.text.split('\n') : [],
      );
    },
    onDidAdvance: chats.onDidAdvance,
  };
}

function deniesFor(away: AwayMode): string | null {
  return away === 'ask' ? null : denial;
}

function refuseUnable(agent: string, away: AwayMode): void {
  const provider = findProvider(agent);
  if (provider === undefined)
    throw new WaggleError('badRequest', 'This agent cannot be handed a prompt.', {
      fix: 'Choose one that can be in a chat: waggle agents',
    });
  if (findAwayMode(agent, away) !== undefined || away === 'ask') return;
  throw new WaggleError(
    'badRequest',
    `${provider.label} cannot be held to what a task may do when nobody is there.`,
    { fix: 'Let it ask and wait.' },
  );
}

function lookAt(kept: KeptChat): ChatLook {
  const { turn, turns, queue, background, paused, lastEnd, usage } = kept;
  return {
    ...{ turns, background, paused, lastEnd },
    isTurn: turn !== null,
    isHeard: turn !== null && turn.message === null,
    isQueued: queue.length > 0,
    tokens: usage.inputTokens + usage.outputTokens,
    dollars: usage.costUsd,
  };
}
