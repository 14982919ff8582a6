/** `waggle send` to a chat: says something, and waits for the answer when that is wanted. */
import { randomUUID } from 'node:crypto';
import { text as readAll } from 'node:stream/consumers';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import type { Meant } from '../session/session.ts';
import { environmentOf } from '../session/session.ts';
import { Following } from './following.ts';

export interface SayOptions {
  /** None: what stands on `input`. */
  readonly words: readonly string[];
  readonly input: NodeJS.ReadableStream;
  /** At once, instead of after what waits. */
  readonly now: boolean;
  readonly wait: boolean;
}

type TurnEnded = Extract<EntryContent, { kind: 'turnEnded' }>;

interface Turn {
  readonly entries: readonly Entry[];
  readonly ended: TurnEnded;
}

/** The exit code says how the turn ended, when that was waited for. */
export async function sayInChat(
  context: CommandContext,
  { link, session }: Meant,
  { words, input, now, wait }: SayOptions,
): Promise<number> {
  const { output } = context;
  const { id: sessionId } = session;
  const text = words.length > 0 ? words.join(' ') : (await readAll(input)).trimEnd();
  if (text === '')
    throw new CommandError('usage', 'There is nothing to say.', 'waggle send --help');
  const messageId = randomUUID();
  const environment = environmentOf(context.env, []);
  const say = () =>
    link.call(now ? 'chat/steer' : 'chat/send', { sessionId, messageId, text, environment });
  if (!wait) {
    const { chat } = await say();
    const waiting = chat.queue.length;
    output.result({ messageId, chat }, () =>
      waiting === 0 ? [] : [`It waits; ${waiting} in the queue.`],
    );
    return exitCodes.ok;
  }
  const { entries, ended } = await waitForTurn(link, { sessionId, text, say });
  const texts = entries.flatMap(({ content }) => (content.kind === 'text' ? [content.text] : []));
  output.result({ messageId, ended, entries }, () => [toVisibleText(texts.join('\n\n'))]);
  if (ended.outcome === 'completed') return exitCodes.ok;
  throw new WaggleError('internal', `The turn ${ended.outcome}. ${ended.reason}`.trim());
}

/** Resolves with the turn that begins with what was said. */
async function waitForTurn(
  link: DaemonLink,
  asked: {
    readonly sessionId: SessionId;
    readonly text: string;
    readonly say: () => Promise<{ chat: { paused: string | null; end: number } }>;
  },
): Promise<Turn> {
  const entries = new Map<number, Entry>();
  const done = Promise.withResolvers<Turn>();
  let turn: number | undefined;
  let after = Number.POSITIVE_INFINITY;
  const take = (entry: Entry): void => {
    const { position, content } = entry;
    if (position <= after) return;
    if (turn === undefined && content.kind === 'prompt' && content.text === asked.text)
      turn = entry.turn;
    entries.set(position, entry);
    if (content.kind !== 'turnEnded' || entry.turn !== turn) return;
    const own = [...entries.values()].filter((one) => one.turn === turn);
    done.resolve({ entries: own.toSorted((a, b) => a.position - b.position), ended: content });
  };
  link.onDidClose(({ error }) => done.reject(error));
  const chat = await Following.open(link, asked.sessionId, {
    last: 0,
    events: {
      entry: take,
      appended: (entry) => entries.set(entry.position, entry),
      changed: ({ paused, queue }) => {
        if (turn === undefined && paused !== null && queue.length > 0 && Number.isFinite(after))
          done.reject(new WaggleError('conflict', `It waits: ${paused}`));
      },
    },
  });
  after = chat.end;
  await asked.say();
  return done.promise;
}
