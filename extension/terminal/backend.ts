/** Connects one terminal with its session through the daemon; holds nothing itself. */
import * as vscode from 'vscode';
import type { SessionStream } from '../../link/stream/stream.ts';
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { ClientId, SessionId } from '../../protocol/wire/brand.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { showFailure, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { SessionList } from '../session/session.ts';
import { createChannelTransport } from './channelTransport.ts';
import { historyUri } from './history.ts';
import { readKept } from './kept.ts';
import type { TerminalBackend } from './terminalBackend.ts';

export interface BackendOptions {
  readonly connection: DaemonConnection;
  readonly sessions: SessionList;
  readonly clientId: ClientId;
  readonly restart: (sessionId: SessionId) => Promise<void>;
  readonly resume: (sessionId: SessionId) => Promise<void>;
  readonly log: Log;
}

const keptBytes = 1024 * 1024;
const hintMs = 6000;

export function createBackend(options: BackendOptions, sessionId: SessionId): TerminalBackend {
  const { connection, sessions, log } = options;
  return {
    t,
    log,
    session: () => sessions.get(sessionId),
    onDidChange: (listener) =>
      sessions.onDidChange((change) => {
        if (change.changed.has(sessionId)) listener();
      }),
    openStream: (size, signal) => openStream(options, { sessionId, size, signal }),
    readKept: async () => readKept(await connection.require(), sessionId, keptBytes),
    restart: () => options.restart(sessionId),
    resume: () => options.resume(sessionId).catch(showFailure),
    async showHistory() {
      try {
        const document = await vscode.workspace.openTextDocument(historyUri(sessionId));
        await vscode.window.showTextDocument(document, { preview: true });
      } catch (error) {
        await showFailure(error);
      }
    },
    hint: (message) => void vscode.window.setStatusBarMessage(message, hintMs),
  };
}

interface StreamRequest {
  readonly sessionId: SessionId;
  readonly size: TerminalSize | undefined;
  readonly signal: AbortSignal;
}

/** Straight to the host's socket; through the daemon when that cannot be reached while the session runs. */
async function openStream(options: BackendOptions, request: StreamRequest): Promise<SessionStream> {
  const { connection, clientId, log } = options;
  const { sessionId, size, signal } = request;
  const link = await connection.require();
  const route = await link.call('session/attach', { sessionId, via: 'host', right: 'write' });
  options.sessions.put(route.session);
  const common = {
    right: 'write',
    pace: 'interactive',
    acknowledge: 'manual',
    signal,
    ...(size === undefined ? {} : { size }),
  } as const;
  if (route.via !== 'host') throw new Error('The daemon offered no host.');
  try {
    const transport = createHostTransport({ ...route, clientId, kind: 'extension' });
    return await openSessionStream({ ...common, transport });
  } catch (error) {
    if (errorCodeOf(error) !== 'hostGone' || signal.aborted) throw error;
    log.warn('the host cannot be reached, going through the daemon', { sessionId });
    const transport = createChannelTransport(sessionId, () => connection.require());
    return openSessionStream({ ...common, transport });
  }
}
