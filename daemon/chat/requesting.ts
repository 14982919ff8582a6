import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Command } from '../provider/provider.ts';
import type { LiveChat } from './liveChat.ts';
import type { Reply } from './replies.ts';

const replyLimitMs = 15_000;

/**
 * Asks the process of a chat something, under a name of its own, and resolves with what it answers. @throws WaggleError
 * `badRequest`: the agent cannot do that or refused it; `timeout`: it did not answer.
 */
export async function request(
  chat: LiveChat,
  name: string,
  toCommand: (name: string) => Command,
): Promise<unknown> {
  const step = chat.process && chat.provider.command(chat.process.state, toCommand(name));
  if (step === undefined) throw cannot(chat.provider.label);
  const reply = Promise.withResolvers<Reply>();
  const forget = chat.replies.wait(name, reply.resolve);
  const late = new WaggleError('timeout', `${chat.provider.label} did not answer in time.`);
  const timer = setTimeout(() => reply.reject(late), replyLimitMs);
  try {
    chat.apply(step);
    await chat.flush();
    const { error, value } = await reply.promise;
    if (error === undefined) return value;
    throw new WaggleError('badRequest', `${chat.provider.label}: ${toPlainLine(error, 300)}`);
  } finally {
    clearTimeout(timer);
    forget();
  }
}

export function cannot(label: string): WaggleError {
  return new WaggleError('badRequest', `${label} cannot do that.`);
}
