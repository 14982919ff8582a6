/**
 * Files that agents of sessions changed: how they were when a session began and before each of its turns, and back to that.
 * States are objects of git in a folder of ours; a repository gets no object, commit, index or reference from us. Keeps
 * nothing of private sessions, and runs git in trusted folders only.
 */
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { ChatFeature } from '../chat/chat.ts';
import type { FeatureContext } from '../context.ts';
import type { Feature } from '../feature.ts';
import type { AllSessions } from '../session/session.ts';
import { createHandlers } from './file.handlers.ts';
import type { KeepingContext } from './keeping.ts';
import { Keeping } from './keeping.ts';
import { Restoring } from './restoring.ts';
import { TerminalTurns } from './terminalTurns.ts';

export interface FileNouns {
  readonly sessions: AllSessions;
  readonly chats: Pick<ChatFeature, 'turns' | 'tasks'>;
  readonly workspaces: KeepingContext['workspaces'];
}

export type FileFeature = Feature<'file'>;

export function createFileFeature(context: FeatureContext, nouns: FileNouns): FileFeature {
  const { sessions, chats, workspaces } = nouns;
  const keeping = new Keeping({ daemon: context, sessions, workspaces });
  const terminals = new TerminalTurns(keeping, (id) => chats.tasks.look(id)?.turns ?? 0);
  const inBackground = (work: Promise<unknown>): void => {
    work.catch((error: unknown) =>
      context.log.warn('the files of a turn were not kept', { reason: errorMessageOf(error) }),
    );
  };
  chats.turns.prepareWith(async ({ sessionId, turn }) => {
    const row = sessions.find(sessionId);
    if (row !== undefined) await keeping.inOrder(sessionId, () => keeping.beginTurn(row, turn));
    return undefined;
  });
  // One that the agent began by itself.
  chats.turns.onDidBegin(({ sessionId, turn }) => {
    const row = sessions.find(sessionId);
    if (row !== undefined)
      inBackground(keeping.inOrder(sessionId, () => keeping.beginTurn(row, turn)));
  });
  chats.turns.onDidEnd(({ sessionId }) => {
    const row = sessions.find(sessionId);
    if (row !== undefined) inBackground(keeping.inOrder(sessionId, () => keeping.endTurn(row)));
  });
  sessions.onDidChange((row) => inBackground(terminals.look(row)));
  sessions.forgetWith(async (id) => {
    terminals.forget(id);
    await keeping.remove(id);
  });
  return {
    noun: 'file',
    handlers: createHandlers({ keeping, restoring: new Restoring(keeping), sessions }),
    stop: () => keeping.settle(),
    dispose: () => undefined,
  };
}
