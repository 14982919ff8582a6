/**
 * This window's way to the daemon: the connection, how its states are said, and its log. Deliberately knows no session;
 * whoever wants events subscribes on each new link.
 */
import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { setContext, translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { DaemonConnection } from './connection.ts';
import type { ConnectionState } from './connectionState.ts';
import { LogTail } from './logTail.ts';
import type { DaemonNotes } from './notes.ts';
import { followNotes } from './notes.ts';

export { DaemonConnection } from './connection.ts';
export { findHome, findProgramDirectory } from './program.ts';

const progressAfterMs = 300;
/** Failures for which the manifest has a sentence of their own. */
const spokenFailures: ReadonlySet<string> = new Set([
  'clientTooOld',
  'versionMismatch',
  'startLimit',
  'permissionsTooOpen',
  'runtimeTooOld',
  'newerSchema',
  'unsupportedPlatform',
  'daemonUnreachable',
]);

export interface DaemonFeature extends Disposable {
  readonly commands: CommandHandlers<'showDaemonLog' | 'restartDaemon' | 'stopDaemon'>;
  /** What the views say above their rows: the connection's state, else what the daemon warns of. */
  readonly describe: () => string | undefined;
  readonly onDidChange: Event<void>;
}

export interface DaemonFeatureOptions {
  readonly connection: DaemonConnection;
  readonly logFile: string;
  readonly log: Log;
}

export function createDaemonFeature({
  connection,
  logFile,
  log,
}: DaemonFeatureOptions): DaemonFeature {
  const owned = new DisposableStore();
  const channel = owned.add(vscode.window.createOutputChannel('Waggle Daemon', { log: true }));
  const tail = owned.add(
    new LogTail(logFile, ({ level, text }) => {
      if (level === 'error') channel.error(text);
      else if (level === 'warn') channel.warn(text);
      else channel.info(text);
    }),
  );
  tellState(connection.state);
  owned.add(connection.onDidChangeState(tellState));
  owned.add(showProgress(connection));
  const notes = owned.add(followNotes(connection, log));
  return {
    describe: () => describeConnection(connection.state) ?? describeNotes(notes),
    onDidChange: notes.onDidChange,
    commands: {
      showDaemonLog: () => {
        tail.start();
        channel.show(true);
      },
      restartDaemon: () => connection.restart(),
      stopDaemon: () => connection.stop(),
    },
    dispose: () => owned.dispose(),
  };
}

function tellState(state: ConnectionState): void {
  const failure = failureOf(state);
  void setContext('failure', failure === '' || spokenFailures.has(failure) ? failure : 'other');
  void setContext('daemonState', failure === '' ? state.kind : 'failed');
}

/** A window that never saw a session says plainly why there are none, also while it goes on trying. */
function failureOf(state: ConnectionState): string {
  if (state.kind === 'failed') return state.code;
  return state.kind === 'waiting' && !state.known ? state.code : '';
}

function describeNotes(notes: DaemonNotes): string | undefined {
  const lines = notes.list();
  return lines.length === 0 ? undefined : lines.join('\n');
}

/** While there is no connection; undefined when there is nothing to say. */
function describeConnection(state: ConnectionState): string | undefined {
  const isTrying = state.kind === 'seeking' || state.kind === 'waiting';
  if (isTrying && state.known) return t('reconnecting…');
  if (state.kind === 'idle' && state.known) {
    return t('The daemon is stopped. Sessions run on; it starts again with the next action.');
  }
  return undefined;
}

/** A word in the status bar when starting takes longer than a person would take for granted. */
function showProgress(connection: DaemonConnection): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let done: (() => void) | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    done?.();
    done = undefined;
  };
  const begin = (): void => {
    const options = { location: vscode.ProgressLocation.Window, title: t('Waggle is starting…') };
    void vscode.window.withProgress(
      options,
      () => new Promise<void>((resolve) => (done = resolve)),
    );
  };
  const subscription = connection.onDidChangeState((state) => {
    if (state.kind !== 'seeking' || !state.mayStart) stop();
    else timer ??= setTimeout(begin, progressAfterMs);
  });
  return {
    dispose() {
      stop();
      subscription.dispose();
    },
  };
}
