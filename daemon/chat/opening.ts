import type { chat as chatNoun } from '../../protocol/chat/chat.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Asked } from './conversing.ts';
import type { Caller } from '../feature.ts';
import { listProviders, providerOf } from '../provider/provider.ts';
import type { ChatSessions, ChatStart, NewChat } from '../session/session.ts';
import type { Chats } from './chats.ts';
import type { VersionCheck } from './versionCheck.ts';

type Methods = (typeof chatNoun)['methods'];
type Created = ResultIn<Methods['chat/create']>;

export interface OpeningContext {
  readonly chats: Chats;
  readonly sessions: ChatSessions;
  readonly versions: VersionCheck;
  /** Of the agents that there are. */
  readonly labelOf: (agent: string) => string | undefined;
}

/** Begins chats. */
export class Opening {
  readonly #context: OpeningContext;

  constructor(context: OpeningContext) {
    this.#context = context;
  }

  /** @throws WaggleError as opening a session does, `badRequest` for an agent without chats, `versionMismatch` for an old one. */
  async create(params: ParamsOut<Methods['chat/create']>, caller: Caller): Promise<Created> {
    const { model = null, mode = null, ...rest } = params;
    return this.open(rest, { chat: { model, mode, forkOf: null } }, caller);
  }

  /** @throws WaggleError `conflict` when there is nothing to go on from yet. */
  async fork(
    { sessionId, name, environment, windowId }: ParamsOut<Methods['chat/fork']>,
    caller: Caller,
  ): Promise<Created> {
    const { chat } = this.#context.chats.get(sessionId);
    const { row, provider, kept } = chat;
    const conversationId = row?.conversations.at(-1)?.id;
    if (row === undefined || !provider.abilities.fork)
      throw new WaggleError('badRequest', `${provider.label} cannot fork a conversation.`);
    if (row.private === true)
      throw new WaggleError('conflict', 'A private chat is not copied: the copy would be kept.');
    if (kept.turn !== null)
      throw new WaggleError('conflict', 'A turn still runs.', { fix: 'Fork when it is over.' });
    if (conversationId === undefined || kept.turns === kept.copied)
      throw new WaggleError('conflict', 'Nothing was said yet.', { fix: 'Open a new chat.' });
    await chat.flush();
    const { model = null, mode = null } = row.chat ?? {};
    const opened = {
      agent: row.agent,
      cwd: row.cwd,
      arguments: [...row.wish.arguments],
      ...{ environment, windowId },
      name: name ?? `${row.name} (fork)`.slice(0, 128),
    };
    const forkOf = { conversationId, sessionId };
    return this.open(opened, { chat: { model, mode, forkOf } }, caller);
  }

  /** Rejects as `create` does. */
  async open(wanted: NewChat, start: ChatStart, caller: Asked['caller']): Promise<Created> {
    const { chats, sessions, versions } = this.#context;
    const { agent, environment, windowId, cwd } = wanted;
    const asker = { environment, windowId };
    const label = this.#context.labelOf(agent);
    if (label === undefined)
      throw new WaggleError('badRequest', 'This agent cannot be in a chat.', {
        fix: `Known are ${listProviders()
          .map((known) => known.agent)
          .join(', ')}, and what the setting waggle.agents.custom names.`,
      });
    const provider = providerOf(agent, label);
    await versions.refuseOld(provider, sessions.environmentFor(asker), cwd);
    await chats.makeRoom();
    const session = await sessions.open(wanted, start, caller);
    const conversing = chats.get(session.id);
    conversing.remember({ asker, caller });
    return { session: sessions.toSession(session.id), chat: conversing.toChat() };
  }
}
