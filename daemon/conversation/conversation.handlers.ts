import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { conversation, KeptConversation } from '../../protocol/conversation/conversation.ts';
import type { NounHandlers } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ChatFeature } from '../chat/chat.ts';
import type { Caller } from '../feature.ts';
import type { ConversationSessions } from '../session/session.ts';
import type { Variables } from '../transcript/transcript.ts';
import { readTranscript, recogniseAgent } from '../transcript/transcript.ts';
import { findConversations, getConversation } from './finding.ts';
import { toReadable } from './readable.ts';

type Methods = (typeof conversation)['methods'];
type ContinueParams = ParamsOut<Methods['conversation/continue']>;
type ImportParams = ParamsOut<Methods['conversation/import']>;
type ImportResult = ResultIn<Methods['conversation/import']>;

/** More than any conversation comes to; a file that never ends is none. */
const importMaxBytes = 512 * 1024 * 1024;

export type ChatImports = Pick<ChatFeature, 'beginImport'>;

export function createHandlers(
  sessions: ConversationSessions,
  chats: ChatImports,
): NounHandlers<'conversation', Caller> {
  return {
    'conversation/list': ({ agent, limit, ...asker }) =>
      findConversations(sessions, { agent, limit, environment: sessions.environmentFor(asker) }),
    'conversation/continue': (params, caller) =>
      // Two processes in one conversation lose what one of them says.
      sessions.oneAfterTheOther(async () => ({
        session: await continueConversation(sessions, params, caller),
      })),
    'conversation/import': (params) =>
      params.as === 'chat'
        ? importChat(sessions, chats, params)
        : importConversation(sessions, params),
  };
}

async function continueConversation(
  sessions: ConversationSessions,
  params: ContinueParams,
  caller: Caller,
): Promise<Session> {
  const { conversationId, agent, cwd, size, environment, windowId } = params;
  const search = { agent, environment: sessions.environmentFor(params) };
  const found = await getConversation(sessions, conversationId, search);
  const known = sessions.findByConversation(found.agent, found.id);
  refuseRunning(found, known);
  const asker = { environment, ...(windowId === undefined ? {} : { windowId }) };
  if (known !== undefined && cwd === undefined)
    return sessions.resume({ sessionId: known.id, ...asker, size }, caller);
  return sessions.continueIn(
    { agent: found.agent, cwd: cwd ?? directoryOf(found), ...asker, size },
    found.id,
    caller,
  );
}

function refuseRunning(found: KeptConversation, known: Session | undefined): void {
  const isOurs = known?.status === 'running' || known?.status === 'starting';
  if (isOurs)
    throw new WaggleError('conflict', `The session "${toPlainLine(known.name)}" is in it.`, {
      fix: `Show that session: waggle attach ${known.id}`,
      details: { sessionId: known.id },
    });
  if (found.running === null) return;
  const { pid } = found.running;
  throw new WaggleError('conflict', `Process ${pid} is in this conversation.`, {
    fix: 'A process in another terminal cannot be moved here: end it there, then continue. Or let "waggle adopt --wait" wait for its end.',
    details: { pid },
  });
}

function directoryOf({ directory, directoryExists, id }: KeptConversation): string {
  if (directory !== null && directoryExists) return directory;
  const where = directory === null ? 'Its directory is not known.' : `${directory} is gone.`;
  throw new WaggleError('directoryMissing', `The conversation cannot go on there: ${where}`, {
    fix: `Say where: waggle adopt ${id} --cwd <folder>`,
  });
}

async function importConversation(
  sessions: ConversationSessions,
  params: ImportParams,
): Promise<ImportResult> {
  const source = await findSource(sessions, params);
  const { agent, path } = source;
  const draft = await sessions.beginImport(source);
  try {
    const read = await readTranscript({ agent, path }, (said) => draft.write(toReadable(said)));
    const left = read.malformed === 0 ? '' : ` · ${read.malformed} lines could not be read`;
    await draft.write(`\r\n\u001b[2m[imported from ${toPlainLine(path, 1000)}${left}]\u001b[m\r\n`);
    const { messages, malformed } = read;
    return { session: await draft.finish(), messages, malformed };
  } catch (error) {
    await draft.discard();
    throw error;
  }
}

/** It can be gone on with; a conversation is in one session only. */
async function importChat(
  sessions: ConversationSessions,
  chats: ChatImports,
  params: ImportParams,
): Promise<ImportResult> {
  const source = await findSource(sessions, params);
  const { agent, path, conversationId } = source;
  const known = conversationId && sessions.findByConversation(agent, conversationId);
  if (known)
    throw new WaggleError('conflict', `The session "${toPlainLine(known.name)}" is in it.`, {
      fix: `Show that session: waggle list`,
      details: { sessionId: known.id },
    });
  const draft = await chats.beginImport(source);
  try {
    const { messages, malformed } = await readTranscript({ agent, path }, draft.write);
    return { session: await draft.finish(), messages, malformed };
  } catch (error) {
    await draft.discard();
    throw error;
  }
}

interface Source {
  readonly agent: string;
  readonly path: string;
  readonly conversationId: string | undefined;
  readonly directory: string | null;
  readonly name: string;
}

async function findSource(sessions: ConversationSessions, params: ImportParams): Promise<Source> {
  const { conversationId, path, agent } = params;
  if ((conversationId === undefined) === (path === undefined))
    throw new WaggleError('badRequest', 'Either an id or a path says what is imported.');
  if (path !== undefined) return readSource(path, agent);
  const environment: Variables = sessions.environmentFor(params);
  const found = await getConversation(sessions, conversationId ?? '', { agent, environment });
  refuseHuge(found.path, found.bytes);
  return { ...found, conversationId: found.id, name: nameOf(found.firstPrompt, found.agent) };
}

/** Any file of a person's own; it is read to its end once to see whose it is. */
async function readSource(path: string, agent: string | undefined): Promise<Source> {
  const shown = toPlainLine(path, 1000);
  const facts = isAbsolute(path) ? await stat(path).catch(missing) : undefined;
  if (facts?.isFile() !== true)
    throw new WaggleError('notFound', `There is no file ${shown}.`, { fix: 'Check the path.' });
  refuseHuge(path, facts.size);
  const whose = agent ?? (await recogniseAgent(path));
  if (whose === undefined)
    throw new WaggleError('badRequest', `${shown} is no transcript of Claude Code or Codex.`);
  let name = '';
  const { id, directory } = await readTranscript({ agent: whose, path }, async (said) => {
    if (name === '' && said.who === 'person') name = said.text;
  });
  const about = { conversationId: id, directory: directory ?? null };
  return { agent: whose, path, ...about, name: nameOf(name, whose) };
}

function refuseHuge(path: string, bytes: number): void {
  if (bytes > importMaxBytes)
    throw new WaggleError('limitReached', `${toPlainLine(path, 1000)} is larger than 512 MiB.`);
}

function nameOf(firstPrompt: string, agent: string): string {
  const name = toPlainLine(firstPrompt, 80);
  return name === '' ? `${agent} conversation` : name;
}

function missing(): undefined {
  return undefined;
}
