/** The commands about one session: each takes a row, an id, or asks. */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { translate as t } from '../editor/editor.ts';
import type { WindowFeature } from '../window/window.ts';
import { chooseKept } from './keepSession.ts';
import type { OpenNewOptions } from './openNew.ts';
import { askForOrder, openNew } from './openNew.ts';
import { resumeAll } from './interrupted.ts';
import type { OpenTabs } from './openTabs.ts';
import { resumeSession } from './resume.ts';
import type { SessionList } from './sessionList.ts';
import { pickSession } from './sessionPick.ts';
import { isRunning, nameOf } from './sessionRow.ts';
import { canBeSwitched, switchSession } from './switching.ts';

export interface SessionCommandsOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly terminals: OpenTabs;
  readonly window: WindowFeature;
  readonly openNew: OpenNewOptions;
}

type SessionCommandName =
  | 'newSession'
  | 'openSession'
  | 'renameSession'
  | 'tagSession'
  | 'stopSession'
  | 'restartSession'
  | 'resumeSession'
  | 'resumeAll'
  | 'detachSession'
  | 'deleteSession'
  | 'reopenClosedSession'
  | 'keepSession'
  | 'switchToTerminal'
  | 'switchToChat'
  | 'copySessionId';

interface Question {
  readonly placeHolder: string;
  readonly among?: (session: Session) => boolean;
}

export function createSessionCommands(
  options: SessionCommandsOptions,
): CommandHandlers<SessionCommandName> {
  const { connection, terminals } = options;
  const ways = { ...options, size: () => options.openNew.size() };
  const on =
    (question: Question, act: (session: Session) => Promise<unknown> | void) =>
    async (argument?: unknown): Promise<void> => {
      const session = await chooseSession(options, argument, question);
      if (session !== undefined) await act(session);
    };
  const toTerminal = (session: Session) => switchSession(ways, session, 'terminal');
  const toChat = (session: Session) => switchSession(ways, session, 'chat');
  const ask = {
    open: { placeHolder: t('Open which session?') },
    rename: { placeHolder: t('Rename which session?') },
    tag: { placeHolder: t('Tag which session?') },
    stop: { placeHolder: t('Stop which session?'), among: isRunning },
    restart: { placeHolder: t('Restart which session?') },
    resume: {
      placeHolder: t('Resume which session?'),
      among: (session: Session) => !isRunning(session),
    },
    detach: {
      placeHolder: t('Detach which session?'),
      among: ({ id }: Session) => terminals.isOpen(id),
    },
    delete: { placeHolder: t('Delete which session?') },
    keep: { placeHolder: t('Choose what is kept of which session?') },
    toTerminal: {
      placeHolder: t('Go on with which chat in a terminal?'),
      among: (session: Session) => canBeSwitched(session, 'terminal'),
    },
    toChat: {
      placeHolder: t('Go on with which terminal in a chat?'),
      among: (session: Session) => canBeSwitched(session, 'chat'),
    },
    copy: { placeHolder: t('Copy the id of which session?') },
  };
  return {
    newSession: (argument) => startSession(options, argument),
    openSession: on(ask.open, (session) => terminals.open(session)),
    renameSession: on(ask.rename, (session) => rename(options, session)),
    tagSession: on(ask.tag, (session) => tag(options, session)),
    stopSession: on(ask.stop, ({ id }) => connection.call('session/kill', { sessionId: id })),
    restartSession: on(ask.restart, (session) => restartSession(options, session)),
    resumeSession: on(ask.resume, (session) => resume(options, session)),
    resumeAll: () => resumeAll(options),
    detachSession: on(ask.detach, ({ id }) => terminals.detach(id)),
    deleteSession: on(ask.delete, (session) => remove(options, session)),
    reopenClosedSession: () => reopenClosed(options),
    keepSession: on(ask.keep, (session) => chooseKept(connection, session)),
    switchToTerminal: onFront(options, 'terminal', on(ask.toTerminal, toTerminal)),
    switchToChat: onFront(options, 'chat', on(ask.toChat, toChat)),
    copySessionId: on(ask.copy, copyId),
  };
}

/** The button in the title of a tab names no session: the one in front is meant, where it can. */
function onFront(
  { sessions, terminals }: SessionCommandsOptions,
  to: 'terminal' | 'chat',
  act: (argument: unknown) => Promise<void>,
): (argument?: unknown) => Promise<void> {
  return (argument) => {
    const front = sessions.get(terminals.active ?? '');
    const isMeant = front !== undefined && canBeSwitched(front, to);
    return act(readSessionId(argument) ?? (isMeant ? front.id : undefined));
  };
}

/** The session that a row or an id names; one that is picked when the command came without. */
export async function chooseSession(
  options: Pick<SessionCommandsOptions, 'connection' | 'sessions'>,
  argument: unknown,
  { placeHolder, among = () => true }: Question,
): Promise<Session | undefined> {
  const { connection, sessions } = options;
  const id = readSessionId(argument);
  const known = id === undefined ? undefined : sessions.get(id);
  if (known !== undefined) return known;
  await connection.require();
  if (id !== undefined) return readSession(options, id);
  const listed = await connection.call('session/list', { history: true });
  sessions.replace(listed.sessions, listed.revision);
  const shown = sessions.list().filter((session) => !session.hidden && among(session));
  return pickSession(shown, placeHolder);
}

/** The undo of a close: what it ended is started again. */
async function reopenClosed(options: SessionCommandsOptions): Promise<void> {
  const { connection, terminals } = options;
  await connection.require();
  const closed = terminals.takeClosed();
  if (closed === undefined) {
    await vscode.window.showInformationMessage(t('No closed session is left to reopen.'));
    return;
  }
  const { session, wasEnded } = closed;
  const isOver = wasEnded && !isRunning(session);
  terminals.open(isOver ? await resumeSession(options, session) : session);
}

async function resume(options: SessionCommandsOptions, session: Session): Promise<void> {
  // The next message starts the agent of a chat.
  const isOver = !isRunning(session) && session.mode !== 'pipe';
  options.terminals.open(isOver ? await resumeSession(options, session) : session);
}

async function copyId(session: Session): Promise<void> {
  await vscode.env.clipboard.writeText(session.id);
  vscode.window.setStatusBarMessage(t('Copied the id of {0}', nameOf(session)), 3000);
}

async function readSession(
  { connection, sessions }: Pick<SessionCommandsOptions, 'connection' | 'sessions'>,
  id: string,
): Promise<Session> {
  const listed = await connection.call('session/list', { history: true });
  const session = listed.sessions.find((one) => one.id === id);
  if (session === undefined) throw new Error(t('There is no session {0}.', id.slice(0, 40)));
  sessions.put(session);
  return session;
}

/** A row of a tree, or the id itself. */
export function readSessionId(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('session' in argument) return readSessionId(argument.session);
  if ('sessionId' in argument) return readSessionId(argument.sessionId);
  return 'id' in argument && typeof argument.id === 'string' ? argument.id : undefined;
}

/** `argument`: an agent's id, as buttons of empty views pass it. */
async function startSession(options: SessionCommandsOptions, argument: unknown): Promise<void> {
  const order =
    typeof argument === 'string' && /^[a-z][a-z0-9-]*$/.test(argument)
      ? { agent: argument }
      : await askForOrder(options.openNew);
  if (order === undefined) return;
  const session = await openNew(options.openNew, order);
  if (session === undefined) return;
  options.sessions.put(session);
  options.terminals.open(session);
}

async function rename({ connection }: SessionCommandsOptions, session: Session): Promise<void> {
  const name = await vscode.window.showInputBox({
    title: t('Rename Session'),
    prompt: t('Leave it empty for the name that the program gives.'),
    value: nameOf(session),
    validateInput: (value) => (value.length > 128 ? t('At most 128 characters.') : undefined),
  });
  if (name === undefined) return;
  await connection.call('session/rename', { sessionId: session.id, name: name.trim() || null });
}

async function tag({ connection }: SessionCommandsOptions, session: Session): Promise<void> {
  const line = await vscode.window.showInputBox({
    title: t('Tag Session'),
    prompt: t('Words to find it by, with commas between them.'),
    value: session.tags.join(', '),
  });
  if (line === undefined) return;
  const words = line.split(',').map((word) => word.trim().slice(0, 64));
  const tags = [...new Set(words.filter(Boolean))].slice(0, 32);
  await connection.call('session/tag', { sessionId: session.id, tags });
}

/** The values of the environment come from the window that asks. A running session is ended first. */
export async function restartSession(
  { connection, window }: Pick<SessionCommandsOptions, 'connection' | 'window'>,
  session: Session,
): Promise<void> {
  await Promise.all([connection.require(), window.prepareEnvironment()]);
  if (isRunning(session)) await connection.call('session/kill', { sessionId: session.id });
  await connection.call('session/restart', { sessionId: session.id, windowId: window.id });
}

async function remove(
  { connection, terminals }: SessionCommandsOptions,
  session: Session,
): Promise<void> {
  const running = isRunning(session) || session.backgroundProcesses > 0;
  const button = running ? t('Stop and Delete') : t('Delete');
  const detail = running
    ? t('It is still running. Its processes are ended, and its output is removed for good.')
    : t('Its output is removed for good.');
  const chosen = await vscode.window.showWarningMessage(
    t("Delete '{0}'?", nameOf(session)),
    { modal: true, detail },
    button,
  );
  if (chosen !== button) return;
  terminals.detach(session.id);
  if (running) await connection.call('session/kill', { sessionId: session.id });
  await connection.call('session/delete', { sessionId: session.id });
}
