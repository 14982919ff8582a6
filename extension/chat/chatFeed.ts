/** One chat as the daemon tells it, over every connection: the whole at first, then what changed after a revision. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf, errorMessageOf } from '../../protocol/wire/errors.ts';
import type { ToPage } from '../../protocol/chat/chatPage.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';

type Subscribed = MethodResult<'chat/subscribe'>;

export interface ChatFeedOptions {
  readonly connection: DaemonConnection;
  readonly sessionId: SessionId;
  readonly log: Log;
  readonly tell: (message: ToPage) => void;
  readonly nameOf: () => string;
  /** It cannot be read: deleted, or not a chat. */
  readonly lost: (reason: string) => void;
}

const firstEntries = 60;

export class ChatFeed implements Disposable {
  readonly #options: ChatFeedOptions;
  readonly #owned = new DisposableStore();
  /** Of the connection that is subscribed on. */
  #listening: DisposableStore | undefined;
  #link: DaemonLink | undefined;
  #revision = 0;
  #isOpen = false;

  constructor(options: ChatFeedOptions) {
    this.#options = options;
    this.#owned.add(
      options.connection.onDidConnect((link) => {
        if (this.#isOpen) this.#catchUp(link);
      }),
    );
    this.#owned.add(
      options.connection.onDidChangeState(({ kind }) => {
        if (this.#isOpen && kind !== 'connected')
          options.tell({ type: 'connection', isConnected: false });
      }),
    );
  }

  /** From now on everything that changes is told. */
  async open(): Promise<Subscribed> {
    const link = await this.#options.connection.require();
    const subscribed = await this.#subscribe(link, undefined);
    this.#isOpen = true;
    return subscribed;
  }

  /** Nothing is told until it is opened again. */
  close(): void {
    this.#isOpen = false;
    const link = this.#link;
    this.#forget();
    if (link === undefined) return;
    const { sessionId, log } = this.#options;
    link
      .call('chat/unsubscribe', { sessionId })
      .catch((error: unknown) => log.debug('a chat was not let go', errorMessageOf(error)));
  }

  dispose(): void {
    if (this.#isOpen) this.close();
    this.#owned.dispose();
  }

  #forget(): void {
    this.#listening?.dispose();
    this.#listening = undefined;
    this.#link = undefined;
  }

  async #subscribe(link: DaemonLink, since: number | undefined): Promise<Subscribed> {
    const { sessionId } = this.#options;
    this.#forget();
    this.#listen(link);
    const wish = since === undefined ? { last: firstEntries } : { since };
    const subscribed = await link.call('chat/subscribe', { sessionId, ...wish });
    this.#revision = Math.max(this.#revision, subscribed.revision);
    return subscribed;
  }

  #listen(link: DaemonLink): void {
    const { sessionId, tell, nameOf } = this.#options;
    const listening = new DisposableStore();
    listening.add(
      link.onEvent('chat/entryChanged', ({ sessionId: id, entry }) => {
        if (id !== sessionId) return;
        this.#revision = Math.max(this.#revision, entry.revision);
        tell({ type: 'entryChanged', entry });
      }),
    );
    listening.add(
      link.onEvent('chat/appended', ({ sessionId: id, ...appended }) => {
        if (id === sessionId) tell({ type: 'appended', ...appended });
      }),
    );
    listening.add(
      link.onEvent('chat/changed', ({ chat }) => {
        if (chat.sessionId === sessionId) tell({ type: 'chatChanged', chat, name: nameOf() });
      }),
    );
    this.#listening = listening;
    this.#link = link;
  }

  #catchUp(link: DaemonLink): void {
    const { tell, log, lost } = this.#options;
    this.#subscribe(link, this.#revision).then(
      (subscribed) => tell({ type: 'caughtUp', ...subscribed }),
      (error: unknown) => {
        log.warn('a chat was not caught up with', errorMessageOf(error));
        if (errorCodeOf(error) === 'notFound') lost(errorMessageOf(error));
      },
    );
  }
}
