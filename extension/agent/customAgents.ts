/** Gives the daemon the agents that the person named in the settings, and says which of them are none. */
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { CustomAgent } from '../../protocol/agent/agent.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import {
  onDidChangeCustomAgents,
  readSetCustomAgents,
  toMessage,
  translate as t,
} from '../editor/editor.ts';
import type { Log } from '../log.ts';
import { parseCustomAgents } from './customAgent.ts';

export interface CustomAgentsOptions {
  readonly connection: DaemonConnection;
  readonly log: Log;
  /** The daemon knows others now. */
  readonly onDidTell: () => void;
}

/** What was never set here is left to whoever named it elsewhere. */
export function followCustomAgents(options: CustomAgentsOptions): Disposable {
  const { connection, log, onDidTell } = options;
  const owned = new DisposableStore();
  let wasSet = false;
  const tell = async (link: DaemonLink | undefined): Promise<void> => {
    const set = readSetCustomAgents();
    if (link === undefined || (set === undefined && !wasSet)) return;
    const { agents, wrong } = parseCustomAgents(set ?? {});
    if (wrong.length > 0) warn(wrong);
    await link.call('agent/configure', { agents: agents as CustomAgent[] });
    wasSet = set !== undefined;
    onDidTell();
  };
  const run = (link = connection.link): void => {
    tell(link).catch((error: unknown) => {
      if (errorCodeOf(error) === 'methodNotFound') return;
      log.warn('the agents of the settings were not taken', errorMessageOf(error));
      void vscode.window.showErrorMessage(toMessage(errorMessageOf(error)));
    });
  };
  owned.add(connection.onDidConnect((link) => run(link)));
  owned.add(onDidChangeCustomAgents(() => run()));
  return owned;
}

function warn(wrong: readonly string[]): void {
  const text = t('Of the setting waggle.agents.custom this was left out: {0}', wrong.join(' · '));
  void vscode.window.showWarningMessage(toMessage(text));
}
