/** `waggle search`: words in everything that was said and done in chats, and in the output that is kept of terminals. */
import type { Found } from '../../protocol/search/search.ts';
import type { Session } from '../../protocol/session/session.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes } from '../output/output.ts';
import { getMeant, shellWord } from '../session/session.ts';

export interface SearchOptions {
  readonly words: readonly string[];
  /** Only there. */
  readonly reference: string | undefined;
  readonly where: 'chat' | 'output' | undefined;
  readonly limit: number;
}

export async function searchEverything(
  context: CommandContext,
  { words, reference, where, limit }: SearchOptions,
): Promise<number> {
  const link = await context.connect();
  const { sessions } = await link.call('session/list', { history: true });
  const within = reference === undefined ? undefined : getMeant(sessions, reference);
  const { found, bytesLeft } = await link.call('search/find', {
    ...{ query: words.join(' '), limit },
    ...(within === undefined ? {} : { sessionId: within.id }),
    ...(where === undefined ? {} : { in: where }),
  });
  const { output } = context;
  const flat = found.map(({ place, ...rest }) => ({ ...rest, ...place }));
  output.result({ found: flat, bytesLeft }, () =>
    found.length === 0
      ? ['Nothing was found.']
      : found.flatMap((one) => [
          `${output.paint(nameOf(sessions, one), 'bold')} ${placeOf(one)}${agoOf(one)}`,
          `  ${toPlainLine(one.line, 400)}`,
        ]),
  );
  if (bytesLeft > 0)
    output.note(
      `${Math.ceil(bytesLeft / 1024 / 1024)} MB of output are still being read; ask again.`,
    );
  const [first] = found;
  if (first !== undefined) output.hint(`${wayTo(first, sessions)} opens the first`);
  return exitCodes.ok;
}

function placeOf({ place }: Found): string {
  return place.in === 'chat' ? String(place.position) : `${place.generation}:${place.seq}`;
}

function agoOf({ at }: Found): string {
  return at === null ? '' : `  ${agoText(at)}`;
}

function wayTo({ place, sessionId }: Found, sessions: readonly Session[]): string {
  const name = shellWord(sessions.find(({ id }) => id === sessionId)?.name ?? sessionId);
  return place.in === 'chat'
    ? `waggle transcript ${name} --from ${place.position}`
    : `waggle history ${name} --generation ${place.generation} --from ${place.seq}`;
}

function nameOf(sessions: readonly Session[], { sessionId }: Found): string {
  return toPlainLine(sessions.find(({ id }) => id === sessionId)?.name ?? sessionId, 60);
}
