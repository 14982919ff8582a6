/** Tells the daemon what this window shows and whether the person looks at it, so that the right one rings, or none. */
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { MethodParams } from '../../protocol/protocol.ts';
import type { ClientId, SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import { Coalesced } from './coalesced.ts';

export interface PresenceOptions {
  readonly connection: DaemonConnection;
  readonly windowId: ClientId;
  readonly terminals: {
    readonly visible: ReadonlySet<SessionId>;
    readonly openSessions: readonly SessionId[];
    readonly onDidChange: Event<void>;
  };
  readonly log: Log;
}

/** Of the second extension, which runs where the person sits. */
export const raiseCommand = 'waggleNotices.raise';
const coalesceMs = 50;
const mostSessions = 512;
const mostFolders = 256;

type Present = MethodParams<'window/present'>;

export class Presence implements Disposable {
  readonly #options: PresenceOptions;
  readonly #owned = new DisposableStore();
  readonly #soon = this.#owned.add(new Coalesced(() => void this.#tell(), coalesceMs));
  #callback: string | null = null;
  #raises = false;
  #told: Present | undefined;
  /** It does not know what a window shows. */
  #deafLink: DaemonLink | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    const tell = (): void => this.#soon.ask();
    const { window, workspace, extensions } = vscode;
    // The second extension may start later than this one, and nobody tells when.
    const look = (): void => {
      if (!this.#raises) void this.#lookForRaiser();
      tell();
    };
    this.#owned.add(
      options.connection.onDidConnect(() => {
        this.#told = undefined;
        look();
      }),
    );
    this.#owned.add(options.terminals.onDidChange(tell));
    this.#owned.add(window.onDidChangeWindowState(look));
    this.#owned.add(window.onDidChangeActiveTerminal(tell));
    this.#owned.add(window.tabGroups.onDidChangeTabs(tell));
    this.#owned.add(window.tabGroups.onDidChangeTabGroups(tell));
    this.#owned.add(workspace.onDidChangeWorkspaceFolders(tell));
    this.#owned.add(extensions.onDidChange(() => void this.#lookForRaiser()));
    void this.renewCallback();
    look();
  }

  /** The link that leads back to this window; null while it has none. */
  get callback(): string | null {
    return this.#callback;
  }

  /** A link of a window in a browser leads back only once. Never rejects. */
  async renewCallback(): Promise<void> {
    const target = vscode.Uri.parse(`${vscode.env.uriScheme}://waggle.waggle/notice`);
    try {
      const link = await vscode.env.asExternalUri(target);
      this.#callback = link.toString(true);
    } catch (error) {
      this.#options.log.info('no link leads back to this window', errorMessageOf(error));
    }
    this.#soon.ask();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Commands are seen over all extension hosts, extensions are not. */
  async #lookForRaiser(): Promise<void> {
    this.#raises = (await vscode.commands.getCommands(true)).includes(raiseCommand);
    this.#soon.ask();
  }

  async #tell(): Promise<void> {
    const { connection, log } = this.#options;
    const { link } = connection;
    if (link === undefined || link === this.#deafLink || this.#owned.isDisposed) return;
    const present = this.#describe();
    if (isDeepStrictEqual(present, this.#told)) return;
    this.#told = present;
    try {
      await link.call('window/present', present);
    } catch (error) {
      this.#told = undefined;
      if (errorCodeOf(error) === 'methodNotFound') this.#deafLink = link;
      else log.info('what this window shows was not told', errorMessageOf(error));
    }
  }

  #describe(): Present {
    const { windowId, terminals } = this.#options;
    const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
    return {
      windowId,
      focused: vscode.window.state.focused,
      visible: [...terminals.visible].slice(0, mostSessions),
      open: terminals.openSessions.slice(0, mostSessions),
      folders: folders.slice(0, mostFolders),
      callback: this.#callback,
      remote: vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web,
      raises: this.#raises,
    };
  }
}
