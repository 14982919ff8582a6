/** Gives the daemon what was set for each folder of this window: which tools its agents are offered. */
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { toolChoiceSchema } from '../../protocol/mcp/mcp.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { onDidChangeTools, readSetTools } from '../editor/editor.ts';
import type { Log } from '../log.ts';

export interface ToolChoiceOptions {
  readonly connection: DaemonConnection;
  readonly log: Log;
  readonly onDidChoose: () => void;
}

export function followToolChoice({ connection, log, onDidChoose }: ToolChoiceOptions): Disposable {
  const owned = new DisposableStore();
  const told = new Set<string>();
  const tell = async (link: DaemonLink | undefined): Promise<void> => {
    if (link === undefined || !vscode.workspace.isTrusted) return;
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      const parsed = toolChoiceSchema.safeParse(readSetTools(uri));
      // What was set before and is set no more goes back to what is so by default.
      if (uri.scheme !== 'file' || (!parsed.success && !told.has(uri.fsPath))) continue;
      const choice = parsed.success ? parsed.data : null;
      await link.call('mcp/choose', { folder: uri.fsPath, choice });
      if (parsed.success) told.add(uri.fsPath);
      else told.delete(uri.fsPath);
    }
    onDidChoose();
  };
  const run = (link = connection.link): void => {
    tell(link).catch((error: unknown) => {
      if (errorCodeOf(error) === 'methodNotFound') return;
      log.warn('the choice of tools was not taken', errorMessageOf(error));
    });
  };
  owned.add(connection.onDidConnect((link) => run(link)));
  owned.add(onDidChangeTools(() => run()));
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(() => run()));
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => run()));
  return owned;
}
