/**
 * Sessions in terminals of the editor: opening, closing without ending, bringing back after a reload, the `+` menu. The
 * bytes go straight to the pty host, so nothing here waits for the daemon once a terminal is attached.
 */
import * as vscode from 'vscode';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { showFailure } from '../editor/editor.ts';
import type { OpenNewOptions, Order } from '../session/session.ts';
import { askForOrder, openNew } from '../session/session.ts';
import type { BackendOptions } from './backend.ts';
import { watchClosing } from './closing.ts';
import { registerHistory } from './history.ts';
import { registerLinks } from './links.ts';
import { keepPlaces } from './restore.ts';
import { Terminals } from './terminals.ts';

export { nameTerminal } from './notice.ts';
export { Terminals } from './terminals.ts';

export interface TerminalFeatureOptions extends BackendOptions {
  readonly terminals: Terminals;
  readonly openNew: OpenNewOptions;
  readonly workspaceMemory: vscode.Memento;
  readonly machineMemory: vscode.Memento;
}

export function createTerminalFeature(options: TerminalFeatureOptions): Disposable {
  const owned = new DisposableStore();
  owned.add(options.terminals);
  owned.add(
    options.terminals.onDidSplit((sessionId) => {
      openBeside(options, sessionId).catch(showFailure);
    }),
  );
  owned.add(registerHistory(options.connection));
  owned.add(registerLinks(options));
  owned.add(watchClosing({ ...options, memory: options.machineMemory }));
  owned.add(keepPlaces({ ...options, memory: options.workspaceMemory }));
  owned.add(registerProfile(options, 'waggle.session', async () => ({ agent: 'shell' })));
  owned.add(registerProfile(options, 'waggle.agent', () => askForOrder(options.openNew)));
  return owned;
}

/** Another session of the same program in a group of its own. */
async function openBeside(options: TerminalFeatureOptions, sessionId: SessionId): Promise<void> {
  const { sessions, terminals } = options;
  const [program, ...rest] = sessions.get(sessionId)?.argv ?? [];
  const agent = sessions.get(sessionId)?.agent ?? 'shell';
  const isCommand = agent === 'command' && program !== undefined;
  const order: Order = isCommand ? { agent, command: [program, ...rest] } : { agent };
  const session = await openNew(options.openNew, order);
  if (session === undefined) return;
  sessions.put(session);
  terminals.create(session, { viewColumn: vscode.ViewColumn.Beside }).show();
}

/** The editor makes the terminal where the person asked for it. */
function registerProfile(
  options: TerminalFeatureOptions,
  id: string,
  order: () => Promise<Order | undefined>,
): Disposable {
  return vscode.window.registerTerminalProfileProvider(id, {
    async provideTerminalProfile() {
      try {
        const wanted = await order();
        const session = wanted && (await openNew(options.openNew, wanted));
        if (session === undefined) return undefined;
        options.sessions.put(session);
        return new vscode.TerminalProfile(options.terminals.createOptions(session));
      } catch (error) {
        await showFailure(error);
        return undefined;
      }
    },
  });
}
