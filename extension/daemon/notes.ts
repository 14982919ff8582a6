/** What the daemon has to tell a person, for as long as it holds: in step with it over every new connection. */
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { protocolVersion } from '../../protocol/wire/define.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { notRecordingWarning } from '../../protocol/wire/warnings.ts';
import { translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { DaemonConnection } from './connection.ts';

export interface DaemonNotes extends Disposable {
  /** One line each. */
  readonly list: () => readonly string[];
  readonly onDidChange: Event<void>;
}

export function followNotes(connection: DaemonConnection, log: Log): DaemonNotes {
  const owned = new DisposableStore();
  const changed = owned.add(new Emitter<void>());
  const alarm = owned.add(new StatusAlarm());
  let lasting: readonly string[] = [];
  let warnings: readonly string[] = [];
  const show = (): void => {
    alarm.show(connection.link !== undefined && warnings.includes(notRecordingWarning));
    changed.fire();
  };
  owned.add(connection.onDidChangeState(show));
  owned.add(
    connection.onDidConnect((link) => {
      let isWarned = false;
      // Sent to those who asked for the status, and newer than its answer.
      link.onEvent('daemon/warned', (event) => {
        isWarned = true;
        ({ warnings } = event);
        show();
      });
      link.call('daemon/status', {}).then(
        (status) => {
          lasting = [...noteOlder(link), ...(status.portNote === null ? [] : [status.portNote])];
          if (!isWarned) ({ warnings } = status);
          show();
        },
        (error: unknown) => log.warn('the daemon told no status', errorMessageOf(error)),
      );
    }),
  );
  return {
    list: () => [...new Set([...lasting, ...warnings])].map(describeNote),
    onDidChange: changed.event,
    dispose: () => owned.dispose(),
  };
}

/** The daemon's words are cleaned, because they may hold paths. */
function describeNote(text: string): string {
  return text === notRecordingWarning
    ? t('Not recording: the disk takes nothing. Sessions run on; make room on it.')
    : toPlainLine(text, 300);
}

/** It is used as far as it goes; what it does not know says so, with the same way out. */
function noteOlder({ info }: DaemonLink): string[] {
  if (info.protocol >= protocolVersion) return [];
  return [
    t(
      'The running daemon is older than this window. "Restart Daemon" brings the new one; sessions run on.',
    ),
  ];
}

/** Output is being lost and only a person can help: a word in the status bar while that lasts, wherever they look. */
class StatusAlarm implements Disposable {
  #message: vscode.Disposable | undefined;

  show(isNotRecording: boolean): void {
    if (isNotRecording === (this.#message !== undefined)) return;
    this.#message?.dispose();
    this.#message = isNotRecording
      ? vscode.window.setStatusBarMessage(t('$(warning) Waggle is not recording'))
      : undefined;
  }

  dispose(): void {
    this.show(false);
  }
}
