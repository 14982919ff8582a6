/** "Remove Everything…": what Waggle put on this machine, ticked, asked for once more, taken away, and said. */
import * as vscode from 'vscode';
import type { RemovalContext, Trace } from '../../link/removal/removal.ts';
import { listTraces, removeTrace } from '../../link/removal/removal.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { toMessage, translate as t } from '../editor/editor.ts';
import type { GiveOptions } from './giveAccess.ts';
import { forgetToken } from './giveAccess.ts';
import { shortenPath } from './shortPath.ts';

export interface RemoveOptions extends GiveOptions {
  readonly commandDirectories: readonly string[];
  /** Of this extension, for the button that uninstalls it. */
  readonly extensionId: string;
}

interface TraceItem extends vscode.QuickPickItem {
  readonly trace: Trace;
}

export async function removeEverything(options: RemoveOptions): Promise<void> {
  const context: RemovalContext = {
    ...options.access(),
    commandDirectories: options.commandDirectories,
  };
  const chosen = await chooseTraces(listTraces(context));
  if (chosen === undefined || chosen.length === 0 || !(await confirm(chosen))) return;
  const place = { location: vscode.ProgressLocation.Notification, title: t('Removing Waggle') };
  const failures = await vscode.window.withProgress(place, async (progress) => {
    const failed: string[] = [];
    for (const trace of chosen) {
      progress.report({ message: nameOf(trace) });
      const failure = await remove(options, context, trace);
      if (failure !== undefined) failed.push(failure);
    }
    return failed;
  });
  await tell(options, failures, chosen.length);
}

async function chooseTraces(traces: readonly Trace[]): Promise<Trace[] | undefined> {
  const none = traces.length === 0;
  const chosen = await vscode.window.showQuickPick<TraceItem>(traces.map(toItem), {
    canPickMany: true,
    ignoreFocusOut: true,
    title: t('Remove Everything'),
    placeHolder: none
      ? t('There is nothing of Waggle to take away but the extension.')
      : t('What is ticked is removed. You are asked once more.'),
  });
  return chosen?.map(({ trace }) => trace);
}

function toItem(trace: Trace): TraceItem {
  const about = { trace, label: nameOf(trace), detail: toPlainLine(shortenPath(trace.path), 500) };
  if (trace.kind === 'entry')
    return { ...about, picked: true, iconPath: new vscode.ThemeIcon('plug') };
  if (trace.kind === 'stuckEntry')
    return {
      ...about,
      detail: toPlainLine(shortenPath(trace.reason), 500),
      iconPath: new vscode.ThemeIcon('warning'),
    };
  if (trace.kind === 'command')
    return { ...about, picked: true, iconPath: new vscode.ThemeIcon('terminal') };
  if (trace.kind === 'login')
    return { ...about, picked: true, iconPath: new vscode.ThemeIcon('sign-in') };
  const size = t('{0} MB; sessions that run are ended', Math.ceil(trace.bytes / 1e6));
  return { ...about, description: size, picked: false, iconPath: new vscode.ThemeIcon('database') };
}

function nameOf(trace: Trace): string {
  if (trace.kind === 'entry') return t('Access of {0}', trace.label);
  if (trace.kind === 'stuckEntry') return t('Access of {0}, by hand', trace.label);
  if (trace.kind === 'command') return t("The 'waggle' Command");
  if (trace.kind === 'login') return t('The Start at Login');
  return t('All Data: Sessions, History, Memory');
}

async function confirm(traces: readonly Trace[]): Promise<boolean> {
  const hasData = traces.some(({ kind }) => kind === 'data');
  const remove = t('Remove');
  const detail = traces
    .map((trace) => `${nameOf(trace)}: ${toPlainLine(shortenPath(trace.path), 300)}`)
    .join('\n');
  const question = hasData
    ? t('Remove this, and end all sessions? It cannot be undone.')
    : t('Remove this?');
  return (
    (await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove
  );
}

/** Undefined: it is gone. */
async function remove(
  options: RemoveOptions,
  context: RemovalContext,
  trace: Trace,
): Promise<string | undefined> {
  try {
    if (trace.kind === 'data') await endSessions(options);
    if (trace.kind === 'entry') await forgetToken(options, trace.change.agent);
    const left = await removeTrace(context, trace);
    if (left.length === 0) return undefined;
    return t('In {0} there is something that is not Waggle’s: {1}', trace.path, left.join(', '));
  } catch (error) {
    return `${nameOf(trace)}: ${errorMessageOf(error)}`;
  }
}

/** Hosts outlive their daemon: only one that runs can end what they hold. */
async function endSessions({ connection }: RemoveOptions): Promise<void> {
  await connection.require(true);
  await connection.stop('kill');
}

async function tell(
  { extensionId }: RemoveOptions,
  failures: readonly string[],
  count: number,
): Promise<void> {
  if (failures.length > 0) {
    const text = toPlainLine(failures.join(' '), 600);
    await vscode.window.showWarningMessage(toMessage(t('Some of it is left: {0}', text)));
    return;
  }
  const uninstall = t('Uninstall the Extension');
  const message = count === 1 ? t('Removed.') : t('Removed all {0}.', count);
  if ((await vscode.window.showInformationMessage(message, uninstall)) !== uninstall) return;
  await vscode.commands.executeCommand('workbench.extensions.uninstallExtension', extensionId);
}
