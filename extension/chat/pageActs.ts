/** What the page may ask for, verb by verb. Each is carried out for its own session and no other. */
import * as vscode from 'vscode';
import type { FromPage, ToPage } from '../../protocol/chat/chatPage.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { runCommand } from '../editor/editor.ts';
import { openChange } from './changes.ts';
import type { ChatServices } from './chatServices.ts';
import { openAddress, openFile } from './opening.ts';
import { pickMode, pickModel } from './picking.ts';
import { readImage } from './reading.ts';
import { showRules } from './rules.ts';
import type { SameAsks } from './sameAsks.ts';
import { dropFiles, pickFiles, suggest } from './suggesting.ts';
import { insertAtCursor, openOther } from './writing.ts';

export interface ActContext {
  readonly services: ChatServices;
  readonly sessionId: SessionId;
  readonly tell: (message: ToPage) => void;
  readonly same: SameAsks;
}

type Message = Exclude<FromPage, { type: 'ready' | 'pong' | 'broken' }>;
type Of<T extends Message['type']> = Extract<Message, { type: T }>;

/** Rejects with what the page is to show. */
export async function carryOut(context: ActContext, message: Message): Promise<void> {
  const act = acts[message.type] as (context: ActContext, message: Message) => unknown;
  await act(context, message);
}

const acts: { readonly [T in Message['type']]: (context: ActContext, message: Of<T>) => unknown } =
  {
    act: (context, { what }) => simpleActs[what](context),
    read,
    send,
    editQueued: ({ services, sessionId }, { messageId, text }) =>
      services.connection.call('chat/editQueued', { sessionId, messageId, text }),
    moveQueued: ({ services, sessionId }, { messageId, to }) =>
      services.connection.call('chat/moveQueued', { sessionId, messageId, to }),
    removeQueued: ({ services, sessionId }, { messageId }) =>
      services.connection.call('chat/removeQueued', { sessionId, messageId }),
    answer: ({ services, sessionId }, { type: _type, ...answer }) =>
      services.connection.call('chat/answer', { sessionId, ...answer }),
    same: ({ same }, { permissionId }) => same.find(permissionId),
    openDiff: ({ services, sessionId }, place) => openChange(services, sessionId, place),
    openFile: ({ services, sessionId }, { path, line }) =>
      openFile(services, sessionId, { path, line }),
    openLink: ({ services, sessionId }, { address }) => openAddress(services, sessionId, address),
    copy: (_context, { text }) => vscode.env.clipboard.writeText(text),
    insert: (_context, { text }) => insertAtCursor(text),
    search,
    suggest: async ({ services, sessionId, tell }, { id, query }) => {
      tell({ type: 'suggested', id, items: await suggest(services, sessionId, query) });
    },
    readImage: async ({ services, sessionId, tell }, { id, from }) => {
      tell({ type: 'imageRead', id, source: await readImage(services, sessionId, from) });
    },
    readContext,
    restoreFiles: ({ sessionId }, { turn }) =>
      vscode.commands.executeCommand('waggle.restoreFiles', { sessionId, turn }),
    draft: ({ services, sessionId }, { draft }) => services.drafts.set(sessionId, draft),
    place: ({ services: { places }, sessionId }, { position }) => {
      if (position === null) places.delete(sessionId);
      else places.set(sessionId, position);
    },
    drop: async ({ services, sessionId, tell }, { addresses }) => {
      const parts = await dropFiles(services, sessionId, addresses);
      tell({ type: 'added', draft: { text: '', parts } });
    },
  };

type Act = Extract<FromPage, { type: 'act' }>['what'];

const simpleActs: Readonly<Record<Act, (context: ActContext) => unknown>> = {
  interrupt: ({ services, sessionId }) => services.connection.call('chat/interrupt', { sessionId }),
  stop: ({ services, sessionId }) => services.connection.call('chat/stop', { sessionId }),
  continue: async ({ services, sessionId }) =>
    services.connection.call('chat/continue', {
      sessionId,
      ...(await askerOf(services, sessionId)),
    }),
  retry: async ({ services, sessionId }) =>
    services.connection.call('chat/retry', { sessionId, ...(await askerOf(services, sessionId)) }),
  fork: async ({ services, sessionId }) => {
    const asker = await askerOf(services, sessionId);
    const { session } = await services.connection.call('chat/fork', { sessionId, ...asker });
    services.sessions.put(session);
    await services.open(session.id);
  },
  pickModel: ({ services, sessionId }) => pickModel(services, sessionId),
  pickMode: ({ services, sessionId }) => pickMode(services, sessionId),
  pickFiles: async ({ services, sessionId, tell }) => {
    const parts = await pickFiles(services, sessionId);
    if (parts.length > 0) tell({ type: 'added', draft: { text: '', parts } });
  },
  showRules: ({ services }) => showRules(services.connection),
  switchToTerminal: ({ sessionId }) =>
    vscode.commands.executeCommand('waggle.switchToTerminal', sessionId),
  export: ({ services, sessionId }) => openOther(services, sessionId),
  rename: ({ sessionId }) => runCommand('renameSession', sessionId),
  reload: () => undefined,
};

/** With this window's environment, for when a process has to be started. */
export async function askerOf(
  services: ChatServices,
  sessionId: SessionId,
): Promise<Required<Pick<MethodParams<'chat/send'>, 'environment' | 'windowId'>>> {
  const { window, agents, sessions } = services;
  await window.prepareEnvironment();
  const path = agents.choosePath(sessions.get(sessionId)?.agent ?? '', window.path);
  return { environment: path === undefined ? {} : { PATH: path }, windowId: window.id };
}

async function read({ services, sessionId, tell }: ActContext, wish: Of<'read'>): Promise<void> {
  const { id, from, limit } = wish;
  try {
    const request = { sessionId, from, limit, back: false };
    const { entries } = await services.connection.call('chat/read', request);
    tell({ type: 'pageRead', id, entries });
  } catch (error) {
    tell({ type: 'pageRead', id, entries: [] });
    throw error;
  }
}

async function send({ services, sessionId, tell }: ActContext, wish: Of<'send'>): Promise<void> {
  const { messageId, text, attachments, isSteering } = wish;
  const method = isSteering ? 'chat/steer' : 'chat/send';
  const asker = await askerOf(services, sessionId);
  await services.connection.call(method, { sessionId, messageId, text, attachments, ...asker });
  tell({ type: 'sent', messageId });
}

async function search(
  { services, sessionId, tell }: ActContext,
  wish: Of<'search'>,
): Promise<void> {
  const { id, query } = wish;
  try {
    const request = { query, sessionId, limit: 200 };
    const { found } = await services.connection.call('chat/search', request);
    const positions = found.map(({ position }) => position).sort((left, right) => left - right);
    tell({ type: 'found', id, positions: [...new Set(positions)] });
  } catch (error) {
    tell({ type: 'found', id, positions: [] });
    throw error;
  }
}

async function readContext(
  { services, sessionId, tell }: ActContext,
  { id }: Of<'readContext'>,
): Promise<void> {
  try {
    const { parts } = await services.connection.call('chat/context', { sessionId });
    tell({ type: 'contextRead', id, parts, problem: '' });
  } catch (error) {
    const problem = toPlainLine(errorMessageOf(error), 300);
    tell({ type: 'contextRead', id, parts: [], problem });
  }
}
