import type { NounHandlers } from '../../protocol/protocol.ts';
import type { chat as chatNoun } from '../../protocol/chat/chat.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller } from '../feature.ts';
import type { Asker } from '../session/session.ts';
import type { Answering } from './answering.ts';
import type { KeptAttachment } from './chat.store.ts';
import type { Chats } from './chats.ts';
import type { Asked } from './conversing.ts';
import type { Message } from './kept.ts';
import type { HandOver } from './handOver.ts';
import type { LiveChat } from './liveChat.ts';
import { titleOf, toMarkdown } from './markdown.ts';
import type { Opening } from './opening.ts';
import type { Rules } from './rules.ts';
import { snippetOf, toMatch, toWords } from './searching.ts';

type Methods = (typeof chatNoun)['methods'];
type Handlers = NounHandlers<'chat', Caller>;

export interface HandlerParts {
  readonly chats: Chats;
  readonly opening: Opening;
  readonly answering: Answering;
  readonly rules: Rules;
  readonly handOver: HandOver;
}

/** Translates requests; an agent reads its own chat and nothing else. */
export function createHandlers(parts: HandlerParts): Handlers {
  return {
    ...readingOf(parts),
    ...sayingOf(parts),
    ...steeringOf(parts),
    ...askingOf(parts),
    ...movingOf(parts),
  };
}

type Reading = 'chat/list' | 'chat/get' | 'chat/read' | 'chat/export' | 'chat/attachment';
type Watching = 'chat/search' | 'chat/subscribe' | 'chat/unsubscribe';

function readingOf({ chats }: HandlerParts): Pick<Handlers, Reading | Watching> {
  return {
    'chat/list': () => ({ chats: chats.list().map((one) => one.toChat()) }),
    'chat/get': ({ sessionId }, caller) => {
      refuseOthers(caller, sessionId);
      return { chat: chats.get(sessionId).toChat() };
    },
    'chat/read': (params, caller) => {
      refuseOthers(caller, params.sessionId);
      return readPage(chats, params);
    },
    'chat/export': async ({ sessionId, from }, caller) => {
      refuseOthers(caller, sessionId);
      const { chat } = chats.get(sessionId);
      const { entries, more } = await readPage(chats, { sessionId, from, back: false, limit: 500 });
      const title = from === 1 ? titleOf(chat.row?.name ?? '') : '';
      const next = more ? (entries.at(-1)?.position ?? 0) + 1 : null;
      return { text: title + toMarkdown(entries), next };
    },
    'chat/search': (params) => searchChats(chats, params),
    'chat/subscribe': (params, caller) => {
      refuseOthers(caller, params.sessionId);
      return subscribe(chats, params, caller);
    },
    'chat/unsubscribe': ({ sessionId }, caller) => {
      chats.watchers.remove(sessionId, caller);
      return {};
    },
    'chat/attachment': async ({ sessionId, position, index }, caller) => {
      refuseOthers(caller, sessionId);
      const { store } = chats.get(sessionId).chat;
      const found = await store.readAttachments({ sessionId, position });
      const attachment = found[index];
      if (attachment === undefined) throw new WaggleError('notFound', 'Nothing is attached there.');
      const { name, mediaType, data } = attachment;
      return { name, mediaType, data };
    },
  };
}

type Saying = 'chat/create' | 'chat/fork' | 'chat/send' | 'chat/steer' | 'chat/retry';
type Queueing = 'chat/editQueued' | 'chat/moveQueued' | 'chat/removeQueued' | 'chat/continue';

function sayingOf({ chats, opening }: HandlerParts): Pick<Handlers, Saying | Queueing> {
  return {
    'chat/create': (params, caller) => opening.create(params, caller),
    'chat/fork': (params, caller) => opening.fork(params, caller),
    'chat/send': async (params, caller) => ({
      acknowledgement: 'durable',
      chat: await chats.get(params.sessionId).send(toMessage(params), toAsked(params, caller)),
    }),
    'chat/steer': async (params, caller) => ({
      acknowledgement: 'durable',
      chat: await chats.get(params.sessionId).steer(toMessage(params), toAsked(params, caller)),
    }),
    'chat/retry': async (params, caller) => {
      const conversing = chats.get(params.sessionId);
      const prompt = await conversing.chat.store.findPrompt(params);
      if (prompt === undefined) throw new WaggleError('conflict', 'Nothing was said yet.');
      const attachments = prompt.attachments.map(toAttachment);
      const asked = toAsked(params, caller);
      return { chat: await conversing.retry({ text: prompt.text, attachments }, asked) };
    },
    'chat/continue': async (params, caller) => ({
      chat: await chats.get(params.sessionId).continue(toAsked(params, caller)),
    }),
    'chat/editQueued': async ({ sessionId, messageId, text }) => ({
      chat: await chats.get(sessionId).editQueued(messageId, text),
    }),
    'chat/moveQueued': async ({ sessionId, messageId, to }) => ({
      chat: await chats.get(sessionId).moveQueued(messageId, to),
    }),
    'chat/removeQueued': async ({ sessionId, messageId }) => ({
      chat: await chats.get(sessionId).removeQueued(messageId),
    }),
  };
}

type Steering = 'chat/interrupt' | 'chat/stop' | 'chat/sleep';
type Choosing = 'chat/setModel' | 'chat/setMode' | 'chat/context' | 'chat/configure';

function steeringOf({ chats, rules }: HandlerParts): Pick<Handlers, Steering | Choosing> {
  return {
    'chat/interrupt': async ({ sessionId }) => ({ chat: await chats.get(sessionId).interrupt() }),
    'chat/stop': async ({ sessionId }) => ({ chat: await chats.get(sessionId).stop() }),
    'chat/sleep': async ({ sessionId }) => ({ chat: await chats.get(sessionId).sleep() }),
    'chat/setModel': async ({ sessionId, model }) => ({
      chat: await chats.get(sessionId).setModel(model),
    }),
    'chat/setMode': async ({ sessionId, mode }) => ({
      chat: await chats.get(sessionId).setMode(mode),
    }),
    'chat/context': async ({ sessionId }) => {
      const { tokens, max, parts } = await chats.get(sessionId).readContext();
      return { tokens, max, parts: [...parts] };
    },
    'chat/configure': async ({ change }) => {
      if (change !== undefined) await rules.configure(change);
      chats.configured();
      return { settings: rules.settings };
    },
  };
}

type Moving = 'chat/switch' | 'chat/cancelSwitch' | 'chat/setDraft';

function movingOf({ chats, handOver }: HandlerParts): Pick<Handlers, Moving> {
  return {
    'chat/switch': (params, caller) => handOver.switch(params, caller),
    'chat/cancelSwitch': async ({ sessionId }) => ({
      chat: (await handOver.cancel(sessionId)).toChat(),
    }),
    'chat/setDraft': async ({ sessionId, text }) => ({
      chat: await chats.get(sessionId).setDraft(text),
    }),
  };
}

type Asking = 'chat/answer' | 'chat/listPermissions';
type Ruling = 'chat/listRules' | 'chat/changeRule' | 'chat/removeRule';

function askingOf({ chats, answering, rules }: HandlerParts): Pick<Handlers, Asking | Ruling> {
  return {
    'chat/answer': async ({ answer, others, ...seen }, { principal }) => {
      const permission = await answering.answer(seen, answer, principal);
      return { permission, others: await answering.answerOthers(others, answer, principal) };
    },
    'chat/listPermissions': () => ({ permissions: listAsked(chats) }),
    'chat/listRules': () => ({ rules: rules.list() }),
    'chat/changeRule': async ({ ruleId, pattern, expiresAt }) => ({
      rule: await rules.change(ruleId, {
        ...(pattern === undefined ? {} : { pattern }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      }),
    }),
    'chat/removeRule': async ({ ruleId }) => {
      await rules.remove(ruleId);
      return {};
    },
  };
}

function listAsked(chats: Chats): ResultIn<Methods['chat/listPermissions']>['permissions'] {
  const asked = chats.list().flatMap(({ chat }) => {
    const { row, journal, sessionId } = chat;
    if (row === undefined) return [];
    return journal.asking.map(({ position, content: { permission } }) => {
      return { sessionId, workspaceId: row.workspaceId, position, permission };
    });
  });
  const at = (one: (typeof asked)[number]): string => one.permission.createdAt;
  return asked.toSorted((left, right) => at(left).localeCompare(at(right)));
}

async function readPage(
  chats: Chats,
  params: ParamsOut<Methods['chat/read']>,
): Promise<ResultIn<Methods['chat/read']>> {
  const { chat } = chats.get(params.sessionId);
  await chat.flush();
  const { entries, more } = await chat.store.read(params);
  return { entries: withOpenText(chat, entries), end: chat.journal.end, more };
}

export type FoundInChat = ResultIn<Methods['chat/search']>['found'][number];
export type SearchedFor = ParamsOut<Methods['chat/search']>;

export async function searchChats(
  chats: Chats,
  { query, sessionId, limit }: SearchedFor,
): Promise<ResultIn<Methods['chat/search']>> {
  const words = toWords(query);
  if (words.length === 0) return { found: [] };
  const rows = await chats.store.search({
    match: toMatch(words),
    sessionId: sessionId ?? null,
    limit,
  });
  const found = rows.flatMap(
    ({ sessionId: id, entry: { position, at, content } }): FoundInChat[] => {
      const { kind } = content;
      const isFound =
        kind === 'prompt' || kind === 'text' || kind === 'thinking' || kind === 'tool';
      const line = snippetOf(content, words);
      return isFound ? [{ sessionId: sessionIdSchema.parse(id), position, kind, at, line }] : [];
    },
  );
  return { found };
}

const sinceMax = 500;

/** Who subscribes is told of everything after what it is answered, and of some of it twice. */
async function subscribe(
  chats: Chats,
  { sessionId, since, last }: ParamsOut<Methods['chat/subscribe']>,
  caller: Caller,
): Promise<ResultIn<Methods['chat/subscribe']>> {
  const conversing = chats.get(sessionId);
  const { chat } = conversing;
  chats.watchers.add(sessionId, caller);
  await chat.flush();
  const isNew = since === undefined;
  const { entries, more } = isNew
    ? await chat.store.read({ sessionId, from: chat.journal.end + 1, back: true, limit: last })
    : await chat.store.readSince({ sessionId, since, limit: sinceMax });
  return {
    chat: conversing.toChat(),
    entries: withOpenText(chat, entries),
    isPartial: !isNew && more,
    revision: chat.revision,
  };
}

/** What is being written is newer than what is on disk of it. */
function withOpenText({ journal }: LiveChat, entries: readonly Entry[]): Entry[] {
  const open = new Map(journal.open.map((entry) => [entry.position, entry]));
  return entries.map((entry) => {
    const current = entry.isOpen ? open.get(entry.position) : undefined;
    return current === undefined ? entry : { ...entry, content: current.content };
  });
}

function toMessage(params: {
  readonly messageId: string;
  readonly text: string;
  readonly attachments: Message['attachments'];
}): Omit<Message, 'at'> {
  const { messageId: id, text, attachments } = params;
  return { id, text, attachments };
}

function toAttachment({ name, mediaType, data }: KeptAttachment): Message['attachments'][number] {
  return { name, data, mediaType: mediaType as Message['attachments'][number]['mediaType'] };
}

function toAsked({ environment, windowId }: Asker, { principal }: Caller): Asked {
  return { asker: { environment, windowId }, caller: { principal } };
}

function refuseOthers({ principal }: Caller, id: SessionId): void {
  if (principal.right === 'self' && principal.sessionId !== id) throw new WaggleError('forbidden');
}
