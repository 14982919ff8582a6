import { existsSync } from 'node:fs';
import type { KeptConversation } from '../../protocol/conversation/conversation.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ConversationSessions } from '../session/session.ts';
import type { FoundConversation, Variables } from '../transcript/transcript.ts';
import {
  agentDirectory,
  findConversationsById,
  listConversations,
  listHolders,
} from '../transcript/transcript.ts';

/** Agents whose conversations can be found and gone on with. */
const agents = ['claude', 'codex'] as const;
const promptMaxChars = 200;

export interface Search {
  readonly agent: string | undefined;
  readonly environment: Variables;
  readonly limit: number;
}

export interface Found {
  readonly conversations: KeptConversation[];
  readonly total: number;
  readonly unreadable: number;
  readonly searched: string[];
}

/** The conversations on this machine, those of all agents together, the latest first. */
export async function findConversations(
  sessions: ConversationSessions,
  { agent, environment, limit }: Search,
): Promise<Found> {
  const lists = await Promise.all(
    placesOf(agent, environment).map(async (place) => {
      const found = await listConversations(place.agent, place.directory, limit);
      const holders = await listHolders(place.agent, place.directory);
      const kept = found.conversations.map((one) => toKept(one, holders, sessions));
      return { ...found, conversations: kept, directory: place.directory };
    }),
  );
  const all = lists.flatMap(({ conversations }) => conversations);
  return {
    conversations: all.toSorted((a, b) => b.changedAt.localeCompare(a.changedAt)).slice(0, limit),
    total: lists.reduce((sum, list) => sum + list.total, 0),
    unreadable: lists.reduce((sum, list) => sum + list.unreadable, 0),
    searched: lists.map(({ directory }) => directory),
  };
}

/** The one conversation that has the id, or whose id begins so. @throws WaggleError `notFound`, `conflict`. */
export async function getConversation(
  sessions: ConversationSessions,
  id: string,
  { agent, environment }: Omit<Search, 'limit'>,
): Promise<KeptConversation> {
  const lists = await Promise.all(
    placesOf(agent, environment).map(async (place) => {
      const request = { beginning: id, limit: 2 };
      const found = await findConversationsById(place.agent, place.directory, request);
      const holders = await listHolders(place.agent, place.directory);
      return found.map((one) => toKept(one, holders, sessions));
    }),
  );
  const [found, other] = lists.flat();
  const shown = toPlainLine(id, 64);
  if (found === undefined)
    throw new WaggleError('notFound', `There is no conversation ${shown}.`, {
      fix: 'List them: waggle adopt',
    });
  if (other !== undefined)
    throw new WaggleError('conflict', `${shown} is the beginning of several conversations.`, {
      fix: 'Give the whole id.',
    });
  return found;
}

interface Place {
  readonly agent: string;
  readonly directory: string;
}

function placesOf(agent: string | undefined, environment: Variables): Place[] {
  const wanted = agents.filter((known) => agent === undefined || agent === known);
  if (wanted.length === 0)
    throw new WaggleError('badRequest', 'The conversations of this agent cannot be read.', {
      fix: `Known are ${agents.join(' and ')}.`,
    });
  return wanted.map((known) => ({
    agent: known,
    directory: agentDirectory(known, environment) ?? '',
  }));
}

function toKept(
  found: FoundConversation,
  holders: ReadonlyMap<string, number>,
  sessions: ConversationSessions,
): KeptConversation {
  const { agent, id, path, directory, firstPrompt, changedAtMs, bytes } = found;
  const pid = holders.get(id);
  return {
    ...{ agent, id, path, bytes },
    directory: directory === null ? null : toPlainLine(directory, 4096),
    directoryExists: directory !== null && existsSync(directory),
    firstPrompt: toPlainLine(firstPrompt, promptMaxChars),
    changedAt: new Date(changedAtMs).toISOString(),
    running: pid === undefined ? null : { pid },
    sessionId: sessions.findByConversation(agent, id)?.id ?? null,
  };
}
