/** Which chat a person means, or a new one. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Chat } from '../../protocol/chat/chat.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { resolve } from 'node:path';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { environmentOf, getMeant, shellWord } from '../session/session.ts';
import type { TalkStreams } from './talking.ts';
import { talk } from './talking.ts';

export interface ChatOptions {
  /** An agent for a new chat, or the chat that is gone on with. */
  readonly what: string | undefined;
  readonly name: string | undefined;
  readonly cwd: string | undefined;
  readonly model: string | undefined;
  readonly mode: string | undefined;
  /** Nothing of a new one is written to disk. */
  readonly private: boolean;
  /** Only begins it. */
  readonly detach: boolean;
}

const defaultAgent = 'claude';

export async function openChat(context: CommandContext, options: ChatOptions): Promise<number> {
  const link = await context.connect();
  const environment = environmentOf(context.env, []);
  const { session, chat } = await findOrCreate(link, options, environment);
  const { output } = context;
  if (options.detach || output.json) {
    output.result({ session, chat }, () => [`Began "${toPlainLine(session.name)}".`]);
    output.hint(`waggle chat ${shellWord(session.name)} opens it`);
    return exitCodes.ok;
  }
  return talk({ context, link, chat, environment, streams: ownStreams() });
}

function ownStreams(): TalkStreams {
  const { stdin, stdout } = process;
  return {
    input: stdin,
    write: (text) => void stdout.write(text),
    isPerson: stdin.isTTY && stdout.isTTY,
  };
}

interface Opened {
  readonly session: Session;
  readonly chat: Chat;
}

async function findOrCreate(
  link: DaemonLink,
  { what = defaultAgent, name, cwd, model, mode, private: isPrivate }: ChatOptions,
  environment: Record<string, string>,
): Promise<Opened> {
  const { agents } = await link.call('agent/list', {});
  if (!agents.some(({ id }) => id === what)) {
    const session = await findChat(link, what);
    return { session, ...(await link.call('chat/get', { sessionId: session.id })) };
  }
  return link.call('chat/create', {
    ...{ agent: what, environment, cwd: resolve(cwd ?? '.') },
    ...(name === undefined ? {} : { name }),
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { mode }),
    ...(isPrivate ? { private: true } : {}),
  });
}

/** @throws WaggleError `notFound`; CommandError `usage` for a session that is none. */
export async function findChat(link: DaemonLink, reference: string): Promise<Session> {
  const { sessions } = await link.call('session/list', { history: true });
  const session = getMeant(sessions, reference);
  if (session.mode === 'pipe') return session;
  throw new CommandError(
    'usage',
    `"${toPlainLine(session.name)}" is a terminal.`,
    `waggle attach ${session.id}, or waggle switch ${session.id}`,
  );
}

/** What a person typed as the beginning of an id. @throws WaggleError `notFound`, CommandError `ambiguous`. */
export function getByBeginning<T>(all: readonly T[], idOf: (one: T) => string, typed: string): T {
  const found = all.filter((one) => idOf(one).startsWith(typed.toLowerCase()));
  const [only, ...others] = typed === '' ? [] : found;
  if (only === undefined)
    throw new WaggleError('notFound', `Nothing is asked as ${toPlainLine(typed, 64)}.`, {
      fix: 'waggle answer lists what is asked',
    });
  if (others.length > 0)
    throw new CommandError('ambiguous', 'That is the beginning of several.', 'Give more of it.');
  return only;
}
