import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Command } from '../provider/provider.ts';
import type { LiveChat } from './liveChat.ts';
import type { Reply } from './replies.ts';

const replyLimitMs = 15_000;

/**
 * Asks the agent of a chat for something besides prompts, and resolves with its reply. `id`: of this question alone.
 * @throws WaggleError `badRequest` when it cannot or refuses, `timeout`.
 */
export async function request(
  chat: LiveChat,
  id: string,
  toCommand: (name: string) => Command,
): Promise<unknown> {
  const name = `asked/${id}`;
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
