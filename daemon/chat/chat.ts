/**
 * Chats: sessions whose agent speaks in events. What an agent writes becomes a journal that is on disk before it is shown
 * as final; what a person says waits in a queue, what an agent asks waits for an answer. Draws nothing, and knows no agent
 * by name: that is `provider/`.
 */
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { AgentFeature } from '../agent/agent.ts';
import type { AttentionFeature } from '../attention/attention.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { ChatSessions, ImportSource } from '../session/session.ts';
import { Answering } from './answering.ts';
import type { FoundInChat, SearchedFor } from './chat.handlers.ts';
import { createHandlers, searchChats } from './chat.handlers.ts';
import { Chats } from './chats.ts';
import type { ChatImport } from './importing.ts';
import { beginImport } from './importing.ts';
import { HandOver } from './handOver.ts';
import { Opening } from './opening.ts';
import { Rules } from './rules.ts';
import type { TaskChats } from './taskChats.ts';
import { createTaskChats } from './taskChats.ts';
import type { Turns } from './turns.ts';
import { noteHeld } from './turns.ts';
import { VersionCheck } from './versionCheck.ts';

export type { ChatImport } from './importing.ts';
export type { FoundInChat, SearchedFor } from './chat.handlers.ts';
export { fold, snippetIn, toMatch, toWords } from './searching.ts';
export type { ChatLook, TaskChats } from './taskChats.ts';
export type { EndedTurn, LimitsOfChat, Turns } from './turns.ts';

export interface ChatNouns {
  readonly sessions: ChatSessions;
  readonly attention: Pick<AttentionFeature, 'register'>;
  readonly agents: Pick<AgentFeature, 'findAgent' | 'labelOf'>;
}

export interface ChatFeature extends Feature<'chat'> {
  /** A chat that holds what was said elsewhere, and goes on with it. */
  beginImport(source: ImportSource): Promise<ChatImport>;
  readonly tasks: TaskChats;
  readonly turns: Turns;
  /** Entries in which words stand, the best first. */
  search(wanted: SearchedFor): Promise<FoundInChat[]>;
  /** Ends the turn of a chat that runs, says why, and lets it wait for a person. */
  hold(sessionId: SessionId, reason: string): Promise<void>;
}

export function createChatFeature(context: FeatureContext, nouns: ChatNouns): ChatFeature {
  const { sessions, attention, agents } = nouns;
  const rules = new Rules(context);
  const labelOf = (agent: string): string | undefined => agents.labelOf(agent);
  const needs = attention.register({
    kinds: ['permission', 'question'],
    async answer({ id, sessionId }, action) {
      if (sessionId !== null) await answering.answerNeed(sessionId, id, action);
    },
  });
  const chats = new Chats({ daemon: context, sessions, rules, needs, labelOf });
  const answering = new Answering(chats, rules);
  const versions = new VersionCheck(agents);
  const opening = new Opening({ chats, sessions, versions, labelOf });
  const handOver = new HandOver({ daemon: context, chats, sessions });
  chats.lookWith((conversing) => handOver.look(conversing));
  sessions.readWith(chats);
  return {
    noun: 'chat',
    tasks: createTaskChats({ chats, opening, sessions }),
    beginImport: (source) => beginImport({ chats, sessions }, source),
    turns: chats.turns,
    search: async (wanted) => (await searchChats(chats, wanted)).found,
    async hold(sessionId, reason) {
      const conversing = chats.get(sessionId);
      noteHeld(conversing.chat.journal, reason);
      await conversing.hold(reason);
    },
    handlers: createHandlers({ chats, opening, answering, rules, handOver }),
    async start() {
      await chats.load();
      chats.begin();
    },
    stop: () => chats.stop(),
    dispose: () => chats.dispose(),
  };
}
