/**
 * Chats: sessions whose agent speaks in events. What an agent writes becomes a journal that is on disk before it is shown
 * as final; what a person says waits in a queue, what an agent asks waits for an answer. Draws nothing, and knows no agent
 * by name: that is `provider/`.
 */
import type { AgentFeature } from '../agent/agent.ts';
import type { AttentionFeature } from '../attention/attention.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { ChatSessions, ImportSource } from '../session/session.ts';
import { Answering } from './answering.ts';
import { createHandlers } from './chat.handlers.ts';
import { Chats } from './chats.ts';
import type { ChatImport } from './importing.ts';
import { beginImport } from './importing.ts';
import { Opening } from './opening.ts';

import { Rules } from './rules.ts';
import type { TaskChats } from './taskChats.ts';
import { createTaskChats } from './taskChats.ts';
import { VersionCheck } from './versionCheck.ts';

export type { ChatImport } from './importing.ts';
export type { ChatLook, NewTaskChat, Said, TaskChats } from './taskChats.ts';

export interface ChatNouns {
  readonly sessions: ChatSessions;
  readonly attention: Pick<AttentionFeature, 'register'>;
  readonly agents: Pick<AgentFeature, 'findAgent'>;
}

export interface ChatFeature extends Feature<'chat'> {
  /** A chat that holds what was said elsewhere, and goes on with it. */
  beginImport(source: ImportSource): Promise<ChatImport>;
  readonly tasks: TaskChats;
}

export function createChatFeature(context: FeatureContext, nouns: ChatNouns): ChatFeature {
  const { sessions, attention, agents } = nouns;
  const rules = new Rules(context);
  const needs = attention.register({
    kinds: ['permission', 'question'],
    async answer({ id, sessionId }, action) {
      if (sessionId !== null) await answering.answerNeed(sessionId, id, action);
    },
  });
  const chats = new Chats({ daemon: context, sessions, rules, needs });
  const answering = new Answering(chats, rules);
  const opening = new Opening({ chats, sessions, versions: new VersionCheck(agents) });
  sessions.readWith(chats);
  return {
    noun: 'chat',
    tasks: createTaskChats({ chats, opening, sessions }),
    beginImport: (source) => beginImport({ chats, sessions }, source),
    handlers: createHandlers({ chats, opening, answering, rules }),
    async start() {
      await chats.load();
      chats.begin();
    },
    stop: () => chats.stop(),
    dispose: () => chats.dispose(),
  };
}
