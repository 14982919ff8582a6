import type { Answer, Permission } from '../../protocol/chat/permission.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Principal } from '../feature.ts';
import { overError, refuseUnfitting, withAnswer } from './asking.ts';
import type { Chats } from './chats.ts';
import type { LiveChat } from './liveChat.ts';
import type { Rules } from './rules.ts';

/** What is answered, as it was seen. */
export interface Seen {
  readonly sessionId: SessionId;
  readonly permissionId: string;
  readonly hash: string;
}

/** A person's answers to what agents ask. Each is on disk, with its way to the agent, before anybody is told of it. */
export class Answering {
  readonly #chats: Chats;
  readonly #rules: Rules;

  constructor(chats: Chats, rules: Rules) {
    this.#chats = chats;
    this.#rules = rules;
  }

  /** @throws WaggleError `notFound`, `conflict`, `badRequest`. */
  async answer(seen: Seen, answer: Answer, by: Principal): Promise<Permission> {
    const { chat } = this.#chats.get(seen.sessionId);
    const { permission } = getAsked(chat, seen);
    refuseUnfitting(permission, seen.hash, answer);
    const wish = answer.behavior === 'allow' ? answer.always : undefined;
    const place = chat.row;
    if (wish?.scope === 'session' && place?.private === true)
      throw new WaggleError('badRequest', 'Of a private chat nothing is kept, no rule either.', {
        fix: 'Allow it once, or for the repository.',
      });
    if (wish !== undefined && place !== undefined)
      await this.#rules.add(wish, { tool: permission.tool, place, by });
    // Somebody else may have been quicker meanwhile.
    const current = getAsked(chat, seen);
    refuseUnfitting(current.permission, seen.hash, answer);
    const { process } = chat;
    if (process === undefined || process.hasEnded) throw overError('void');
    const answered = withAnswer(permission, { answer, at: chat.now() });
    const { entry } = current;
    chat.journal.change(entry, { kind: 'permission', permission: answered }, false);
    const requestId = entry.key.slice(entry.key.indexOf('/ask/') + '/ask/'.length);
    chat.apply(chat.provider.answer(process.state, { ...permission, requestId }, answer));
    await chat.flush();
    return answered;
  }

  /** The same answer to the same action elsewhere; resolves with how many it was in time for. */
  async answerOthers(others: readonly Seen[], answer: Answer, by: Principal): Promise<number> {
    const plain: Answer =
      answer.behavior === 'deny' ? { ...answer, interrupt: false } : { behavior: 'allow' };
    const answered = await Promise.allSettled(others.map((seen) => this.answer(seen, plain, by)));
    return answered.filter(({ status }) => status === 'fulfilled').length;
  }

  /** An answer from the list of what needs a person; its entry shows all that is asked. */
  async answerNeed(sessionId: SessionId, permissionId: string, action: string): Promise<void> {
    if (action !== 'allow' && action !== 'deny') return;
    const { chat } = this.#chats.get(sessionId);
    const asked = getAsked(chat, { permissionId });
    if (asked.permission.line === null)
      throw new WaggleError('conflict', 'All of it has to be seen first.', {
        fix: 'Open the chat.',
      });
    const answer: Answer =
      action === 'allow' ? { behavior: 'allow' } : { behavior: 'deny', interrupt: false };
    await this.answer({ sessionId, permissionId, hash: asked.permission.hash }, answer, aPerson);
  }
}

/** Answers make no rule there, so nobody has to be named. */
const aPerson: Principal = { id: 'attention', kind: 'owner', right: 'person' };

function getAsked(chat: LiveChat, { permissionId }: Pick<Seen, 'permissionId'>) {
  const entry = chat.journal.asking.find(
    ({ content }) => content.permission.permissionId === permissionId,
  );
  if (entry === undefined) throw overError('void');
  return { entry, permission: entry.content.permission };
}
