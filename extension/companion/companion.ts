/**
 * A second, tiny extension of kind `ui`: it runs where the person sits and raises a notice of the operating system there,
 * for a Waggle that runs on another machine. One command, called over all extension hosts; knows no daemon and no session.
 */
import * as vscode from 'vscode';
import type { Desktop, SystemNotifier } from '../../link/notice/notice.ts';
import { createSystemNotifier, findDesktop } from '../../link/notice/notice.ts';
import { readOrder } from './order.ts';

/** The same name as in `extension/window`, which is part of another extension. */
const raiseCommand = 'waggleNotices.raise';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Waggle Notices', { log: true });
  const notifier = createSystemNotifier({
    findDesktop: findOwnDesktop,
    onFailure: (reason) => log.warn('a notice was not raised', reason),
  });
  const raise = (order: unknown): boolean => raiseNotice(notifier, order);
  const command = vscode.commands.registerCommand(raiseCommand, raise);
  context.subscriptions.push(log, notifier, command);
}

function findOwnDesktop(): Desktop {
  const { platform, env } = process;
  return findDesktop({ platform, own: env, uid: process.getuid?.() });
}

/** False: it is no order. */
function raiseNotice(notifier: SystemNotifier, given: unknown): boolean {
  const order = readOrder(given, vscode.env.uriScheme);
  if (order === undefined) return false;
  const { link } = order;
  notifier.raise(order, () => {
    if (link !== undefined) void vscode.env.openExternal(vscode.Uri.parse(link, true));
  });
  return true;
}
