/**
 * This window towards the daemon: its id, the environment of its terminals, and which of its folders the person trusts.
 * Deliberately keeps no state beyond the window's life.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { ClientId } from '../../protocol/wire/brand.ts';
import { nameClient } from '../../protocol/wire/clientName.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { readSettings, setContext } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import type { OpenHiddenTerminal } from './environmentReport.ts';
import { readTerminalEnvironment, toReportable, withLastingSocket } from './environmentReport.ts';

const waitMs = 3000;
const gitWaitMs = 3000;
/** Other extensions change the environment of terminals without telling anybody. */
const staleMs = 10 * 60_000;

export { Presence, raiseCommand } from './presence.ts';

/** Named as its folder is now, for the other windows that show the same session. */
export function newWindowId(): ClientId {
  return nameClient(`window-${randomBytes(8).toString('hex')}`, vscode.workspace.name);
}

export interface WindowFeatureOptions {
  readonly connection: DaemonConnection;
  readonly windowId: ClientId;
  readonly log: Log;
}

export class WindowFeature implements Disposable {
  readonly #options: WindowFeatureOptions;
  readonly #owned = new DisposableStore();
  #environment: Record<string, string> | undefined;
  #takenAt = 0;
  #taking: Promise<void> | undefined;

  constructor(options: WindowFeatureOptions) {
    this.#options = options;
    this.#owned.add(options.connection.onDidConnect((link) => this.#introduce(link)));
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('terminal.integrated.env')) this.#takenAt = 0;
      }),
    );
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('waggle.terminals.shellIntegration')) return;
        const { link } = options.connection;
        if (link !== undefined && this.#environment !== undefined)
          void this.#report(link, this.#environment);
      }),
    );
    const tellTrust = (): void => {
      const { link } = options.connection;
      if (link !== undefined) this.#reportTrust(link);
    };
    this.#owned.add(vscode.workspace.onDidGrantWorkspaceTrust(tellTrust));
    this.#owned.add(vscode.workspace.onDidGrantWorkspaceTrust(showTrust));
    showTrust();
    this.#owned.add(vscode.workspace.onDidChangeWorkspaceFolders(tellTrust));
  }

  get id(): ClientId {
    return this.#options.windowId;
  }

  /** PATH of this window's terminals, as far as it is known. */
  get path(): string | undefined {
    return (this.#environment ?? process.env)['PATH'];
  }

  /** The daemon knows this window's environment when it settles; never later than 6 s from now, never rejects. */
  async prepareEnvironment(): Promise<void> {
    if (this.#environment !== undefined && Date.now() - this.#takenAt < staleMs) return;
    this.#taking ??= this.#take().finally(() => (this.#taking = undefined));
    await this.#taking;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #introduce(link: DaemonLink): void {
    this.#reportTrust(link);
    if (this.#environment === undefined) void this.prepareEnvironment();
    else void this.#report(link, this.#environment);
  }

  async #take(): Promise<void> {
    const { log, connection } = this.#options;
    const startedAt = Date.now();
    const gitRuns = waitForGit(log).then(() => true);
    const isWhole = await Promise.race([gitRuns, delay(gitWaitMs, false)]);
    try {
      const taken = await readTerminalEnvironment(openHidden, waitMs);
      this.#environment = toReportable(withLastingSocket(taken, process.env));
    } catch (error) {
      log.warn(
        'the environment of terminals is unknown, the extension host’s is used',
        errorMessageOf(error),
      );
      this.#environment = toReportable(process.env);
    }
    this.#takenAt = isWhole ? Date.now() : 0;
    log.debug('environment taken', { ms: Date.now() - startedAt });
    if (connection.link !== undefined) await this.#report(connection.link, this.#environment);
  }

  async #report(link: DaemonLink, taken: Record<string, string>): Promise<void> {
    const off = readSettings().shellIntegration ? {} : { WAGGLE_SHELL_INTEGRATION: '0' };
    const environment = { ...taken, ...off };
    try {
      await link.call('window/reportEnvironment', { windowId: this.id, environment });
    } catch (error) {
      this.#options.log.warn('the environment was not reported', errorMessageOf(error));
    }
  }

  #reportTrust(link: DaemonLink): void {
    const trusted = vscode.workspace.isTrusted;
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      if (uri.scheme !== 'file') continue;
      link.call('workspace/trust', { root: uri.fsPath, trusted }).catch((error: unknown) => {
        this.#options.log.warn('trust was not reported', errorMessageOf(error));
      });
    }
  }
}

/** The editor's own key says "not trusted" of every folder while a window starts. */
function showTrust(): void {
  void setContext('untrusted', !vscode.workspace.isTrusted);
}

/** The editor's git adds to the environment of terminals once it runs; without it there is nothing to wait for. */
async function waitForGit(log: Log): Promise<void> {
  const git = vscode.extensions.getExtension('vscode.git');
  if (git === undefined || git.isActive) return;
  try {
    await git.activate();
  } catch (error) {
    log.info('the editor’s git does not run', errorMessageOf(error));
  }
}

const openHidden: OpenHiddenTerminal = ({ path, arguments: given, environment }) => {
  const terminal = vscode.window.createTerminal({
    name: 'Waggle environment',
    shellPath: path,
    shellArgs: [...given],
    env: { ...environment },
    hideFromUser: true,
    isTransient: true,
  });
  return () => terminal.dispose();
};
