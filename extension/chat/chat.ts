/**
 * Chats in the editor area: a page per chat, what it shows and asks for, and what files of this window give to one. Keeps
 * no truth: the journal is the daemon's, and a tab that is shown again reads it anew.
 */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { AgentFeature } from '../agent/agent.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import { chooseSession, nameOf } from '../session/session.ts';
import type { Terminals } from '../terminal/terminal.ts';
import { nameTerminal } from '../terminal/terminal.ts';
import type { WindowFeature } from '../window/window.ts';
import { registerChanges } from './changes.ts';
import { Chats } from './chats.ts';
import type { ChatServices } from './chatServices.ts';
import { Drafts } from './chatServices.ts';
import { explainProblem, registerExplaining, sendSelection } from './giving.ts';
import { showRules } from './rules.ts';
import { followEditors, openOther } from './writing.ts';

export { Chats } from './chats.ts';
export { Tabs } from './tabs.ts';

export interface ChatsOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly agents: AgentFeature;
  readonly window: WindowFeature;
  readonly windowMemory: vscode.Memento;
  readonly extensionUri: vscode.Uri;
  readonly log: Log;
}

export interface ChatFeatureOptions {
  readonly chats: Chats;
  readonly services: ChatServices;
  readonly terminals: Terminals;
  readonly startChat: () => Promise<Session | undefined>;
}

type ChatCommandName =
  | 'sendSelection'
  | 'explainProblem'
  | 'showRules'
  | 'findInChat'
  | 'lastQuestion'
  | 'focusPermission'
  | 'forkChat'
  | 'exportChat';

export interface ChatFeature extends Disposable {
  readonly commands: CommandHandlers<ChatCommandName>;
}

/** The chats of this window, and what they are made with. */
export function createChats(options: ChatsOptions): { chats: Chats; services: ChatServices } {
  const { connection, sessions, agents, windowMemory, log } = options;
  const nameOfId = (id: SessionId): string => {
    const session = sessions.get(id);
    return session === undefined ? t('Chat') : nameOf(session);
  };
  const services: ChatServices = {
    ...options,
    drafts: new Drafts({
      memory: windowMemory,
      isPrivate: (id) => sessions.get(id)?.private === true,
      // Typing starts no daemon that a person stopped: what is written stands in this window.
      tell: (sessionId, text) =>
        void connection.link
          ?.call('chat/setDraft', { sessionId, text })
          .catch((error: unknown) => log.debug('a draft was not told', errorMessageOf(error))),
    }),
    places: new Map(),
    nameOf: nameOfId,
    titleOf(id) {
      const session = sessions.get(id);
      const named = session && { ...session, name: nameOf(session) };
      return named === undefined ? nameOfId(id) : nameTerminal(named, new Set());
    },
    labelOf: (agent) => agents.known.find(({ id }) => id === agent)?.label ?? agent,
    open: (id) => Promise.resolve(chats.open({ id })),
  };
  const chats = new Chats(services);
  return { chats, services };
}

export function createChatFeature(options: ChatFeatureOptions): ChatFeature {
  const { chats, services } = options;
  const owned = new DisposableStore();
  owned.add(services.drafts);
  owned.add(followEditors());
  owned.add(registerChanges(services.connection));
  owned.add(registerExplaining());
  return { commands: createCommands(options, chats), dispose: () => owned.dispose() };
}

function createCommands(
  options: ChatFeatureOptions,
  chats: Chats,
): CommandHandlers<ChatCommandName> {
  const { services } = options;
  const { connection, sessions } = services;
  const giving = { ...options, chats };
  const choose = async (argument: unknown): Promise<Session | undefined> => {
    const active = chats.active;
    const among = ({ mode }: Session): boolean => mode === 'pipe';
    return chooseSession({ connection, sessions }, argument ?? active, {
      placeHolder: t('Which chat?'),
      among,
    });
  };
  const inFront = (what: 'find' | 'lastQuestion' | 'permission'): void => {
    const id = chats.active ?? chats.lastActive;
    if (id !== undefined) chats.tell(id, { type: 'act', what });
  };
  return {
    sendSelection: () => sendSelection(giving),
    explainProblem: (argument) => explainProblem(giving, argument),
    showRules: () => showRules(connection),
    findInChat: () => inFront('find'),
    lastQuestion: () => inFront('lastQuestion'),
    focusPermission: () => inFront('permission'),
    async forkChat(argument) {
      const session = await choose(argument);
      if (session === undefined) return;
      const id = sessionIdSchema.parse(session.id);
      const windowId = services.window.id;
      const forked = await connection.call('chat/fork', { sessionId: id, windowId });
      sessions.put(forked.session);
      chats.open(forked.session);
    },
    async exportChat(argument) {
      const session = await choose(argument);
      if (session !== undefined) await openOther(services, session.id);
    },
  };
}
