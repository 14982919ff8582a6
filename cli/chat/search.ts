/** `waggle search`: words in everything that was said and done in chats. */
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes } from '../output/output.ts';
import { findChat } from './open.ts';

export interface SearchOptions {
  readonly words: readonly string[];
  /** Only there. */
  readonly reference: string | undefined;
  readonly limit: number;
}

export async function searchChats(
  context: CommandContext,
  { words, reference, limit }: SearchOptions,
): Promise<number> {
  const link = await context.connect();
  const within = reference === undefined ? undefined : await findChat(link, reference);
  const { found } = await link.call('chat/search', {
    ...{ query: words.join(' '), limit },
    ...(within === undefined ? {} : { sessionId: within.id }),
  });
  const { sessions } = await link.call('session/list', { history: true });
  const { output } = context;
  output.result({ found }, () =>
    found.length === 0
      ? ['Nothing was found.']
      : found.flatMap(({ sessionId, position, at, line }) => [
          `${output.paint(nameOf(sessions, sessionId), 'bold')} ${position}  ${agoText(at)}`,
          `  ${toPlainLine(line, 400)}`,
        ]),
  );
  if (found.length > 0) output.hint('waggle transcript <chat> --from <number> opens it there');
  return exitCodes.ok;
}

function nameOf(sessions: readonly Session[], sessionId: string): string {
  return toPlainLine(sessions.find(({ id }) => id === sessionId)?.name ?? sessionId, 60);
}
