/** The one place where failures become messages: what happened, why, and the one thing to do, with a button that does it. */
import * as vscode from 'vscode';
import type { ErrorCode } from '../../protocol/wire/errors.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { commandIds } from './commandIds.ts';
import { toMessage } from './message.ts';

interface Remedy {
  readonly label: string;
  readonly command: string;
}

function remedyFor(code: ErrorCode): Remedy {
  if (code === 'untrusted') {
    return {
      label: vscode.l10n.t('Manage Workspace Trust'),
      command: 'workbench.trust.manage',
    };
  }
  if (code === 'clientTooOld') {
    return {
      label: vscode.l10n.t('Check for Extension Updates'),
      command: 'workbench.extensions.action.checkForUpdates',
    };
  }
  if (code === 'versionMismatch' || code === 'daemonUnreachable' || code === 'methodNotFound') {
    return { label: vscode.l10n.t('Restart Daemon'), command: commandIds.restartDaemon };
  }
  if (code === 'permissionsTooOpen' || code === 'runtimeTooOld') {
    return { label: vscode.l10n.t('Try Again'), command: commandIds.restartDaemon };
  }
  return { label: vscode.l10n.t('Show Daemon Log'), command: commandIds.showDaemonLog };
}

/** A person who pressed Escape is no failure. */
export async function showFailure(error: unknown): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  const code = error instanceof WaggleError ? error.code : 'internal';
  const fix = error instanceof WaggleError ? error.fix : undefined;
  const remedy = remedyFor(code);
  const what = errorMessageOf(error);
  const message = toPlainLine(
    fix === undefined ? what : vscode.l10n.t('{0} To fix: {1}', what, fix),
    600,
  );
  const chosen = await vscode.window.showErrorMessage(toMessage(message), remedy.label);
  if (chosen === remedy.label) await vscode.commands.executeCommand(remedy.command);
}
