/** One chat in a tab: its page, what the page is told, and what becomes of what it says. */
import * as vscode from 'vscode';
import type { FromPage, ToPage } from '../../protocol/chat/chatPage.ts';
import { fromPageSchema } from '../../protocol/chat/chatPage.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore, toDisposable } from '../../protocol/wire/disposable.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { pageFolder, toPageHtml, translate as t } from '../editor/editor.ts';
import type { ChatServices } from './chatServices.ts';
import { ChatFeed } from './chatFeed.ts';
import { carryOut } from './pageActs.ts';
import { SameAsks } from './sameAsks.ts';
import { findUnsentPlace, toUnsentDraft } from './unsent.ts';
import { Watchdog } from './watchdog.ts';

export const panelType = 'waggle.chat';

export interface ChatPanelOptions {
  readonly services: ChatServices;
  readonly sessionId: SessionId;
  readonly panel: vscode.WebviewPanel;
}

interface Opening {
  /** What the daemon tells meanwhile. */
  readonly early: ToPage[];
  readonly subscribed: ReturnType<ChatFeed['open']>;
}

const body = `<div id="root"></div>
<div id="announcer" role="status" aria-live="polite"></div>`;

export class ChatPanel implements Disposable {
  readonly sessionId: SessionId;
  readonly panel: vscode.WebviewPanel;
  readonly #services: ChatServices;
  readonly #owned = new DisposableStore();
  readonly #feed: ChatFeed;
  readonly #watchdog: Watchdog;
  readonly #same: SameAsks;
  /** Read while the page loads; taken by the page that is ready first. */
  #opening: Opening | undefined;
  /** Told when the page is there. */
  #waiting: ToPage[] = [];
  #isReady = false;
  #isDisposed = false;
  /** What the page was opened with; it has the draft since. Absent: there is no page, or none that was told. */
  #opened: ToPage | undefined;
  /** What the daemon tells while the page opens, which is told after it. */
  #early: ToPage[] | undefined;
  /** The page waits for a daemon that could not be had. */
  #isUnopened = false;

  constructor({ services, sessionId, panel }: ChatPanelOptions) {
    this.sessionId = sessionId;
    this.panel = panel;
    this.#services = services;
    this.#feed = this.#owned.add(this.#createFeed());
    const tell = (message: ToPage): void => this.tell(message);
    this.#same = this.#owned.add(new SameAsks({ services, sessionId, tell }));
    this.#watchdog = this.#owned.add(
      new Watchdog({
        ping: () => void panel.webview.postMessage({ type: 'ping' } satisfies ToPage),
        reload: () => this.#load(),
        giveUp: () => this.#services.log.error('the page of a chat does not answer'),
        schedule(run, delayMs) {
          const timer = setTimeout(run, delayMs);
          return toDisposable(() => clearTimeout(timer));
        },
      }),
    );
    panel.webview.options = {
      enableScripts: true,
      enableForms: false,
      enableCommandUris: false,
      localResourceRoots: [pageFolder(services.extensionUri)],
    };
    this.#owned.add(panel.webview.onDidReceiveMessage((message: unknown) => this.#take(message)));
    this.#owned.add(panel.onDidChangeViewState(() => this.#viewChanged()));
    this.#owned.add(services.connection.onDidConnect(() => this.#openAgain()));
    this.rename();
    this.#load();
    this.#watchdog.loading();
  }

  /** Its name, with the sign of its state, as terminals have it. */
  rename(): void {
    const title = this.#services.titleOf(this.sessionId);
    if (this.panel.title !== title) this.panel.title = title;
  }

  /** Waits for the page when it is not there yet; a page that was closed is told nothing. */
  tell(message: ToPage): void {
    if (this.#isDisposed) return;
    if (this.#isReady) void this.panel.webview.postMessage(message);
    else this.#waiting.push(message);
  }

  reload(): void {
    this.#watchdog.again();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#owned.dispose();
  }

  #createFeed(): ChatFeed {
    const { connection, log, nameOf } = this.#services;
    const { sessionId } = this;
    return new ChatFeed({
      ...{ connection, sessionId, log },
      tell: (message) => {
        if (this.#isReady) this.tell(message);
        else this.#early?.push(message);
      },
      nameOf: () => nameOf(sessionId),
      lost: () => {
        this.panel.dispose();
      },
    });
  }

  #load(): void {
    this.#isReady = false;
    this.#opened = undefined;
    this.#begin();
    const { extensionUri } = this.#services;
    const files = { extensionUri, style: 'chat.css', script: 'chat.js' };
    this.panel.webview.html = toPageHtml(this.panel.webview, files, body);
  }

  #viewChanged(): void {
    // What cannot be seen has no page: it is loaded anew when it is shown.
    if (this.panel.visible) {
      if (this.#isReady) return;
      if (this.#opening === undefined) this.#begin();
      this.#watchdog.loading();
    } else {
      this.#watchdog.hidden();
      this.#isReady = false;
      this.#opened = undefined;
      this.#early = undefined;
      this.#opening = undefined;
      this.#same.forget();
      this.#feed.close();
    }
  }

  #take(message: unknown): void {
    const parsed = fromPageSchema.safeParse(message);
    if (!parsed.success) {
      this.#services.log.warn('a message of a chat’s page was not understood');
      return;
    }
    this.#watchdog.alive();
    const sender = this.#opened;
    this.#carryOut(parsed.data).catch((error: unknown) => {
      if (parsed.data.type === 'send') this.#giveBack(parsed.data, sender);
      this.#fail(parsed.data, error);
    });
  }

  async #carryOut(message: FromPage): Promise<void> {
    const { log } = this.#services;
    if (message.type === 'pong') return;
    if (message.type === 'broken') log.error('the page of a chat failed', message.text);
    else if (message.type === 'ready') await this.#open();
    else if (message.type === 'act' && message.what === 'reload') this.reload();
    else {
      const tell = (told: ToPage): void => this.tell(told);
      const { sessionId } = this;
      await carryOut({ services: this.#services, sessionId, tell, same: this.#same }, message);
    }
  }

  /** Asks the daemon while the editor makes the page. */
  #begin(): Opening {
    const early: ToPage[] = [];
    this.#early = early;
    const subscribed = this.#feed.open();
    // Its failure is told when the page asks. One that was hidden meanwhile needs nothing more.
    void Promise.allSettled([subscribed]).then(() => {
      if (!this.#isReady && this.#early === undefined) this.#feed.close();
    });
    this.#opening = { early, subscribed };
    return this.#opening;
  }

  async #open(): Promise<void> {
    const { services, sessionId } = this;
    const { early, subscribed } = this.#opening ?? this.#begin();
    this.#opening = undefined;
    this.#isUnopened = false;
    const { chat, entries, revision } = await subscribed;
    const opened: ToPage = {
      type: 'opened',
      ...{ sessionId, chat, entries, revision },
      name: services.nameOf(sessionId),
      agent: toPlainLine(services.labelOf(chat.agent), 64),
      folder: services.sessions.get(sessionId)?.cwd ?? '',
      words: { ...vscode.l10n.bundle },
      draft: services.drafts.get(sessionId, chat.draft),
      place: services.places.get(sessionId) ?? null,
      isMac: process.platform === 'darwin',
    };
    if (this.#early === early) this.#opened = opened;
    await this.panel.webview.postMessage(opened);
    // It was hidden meanwhile, or loads once more: that page is gone.
    if (this.#early !== early) {
      if (this.#early === undefined) this.#feed.close();
      return;
    }
    this.#early = undefined;
    this.#isReady = true;
    for (const message of [...early, ...this.#waiting.splice(0)]) this.tell(message);
  }

  #openAgain(): void {
    if (!this.#isUnopened || !this.panel.visible) return;
    this.#open().catch((error: unknown) => this.#fail({ type: 'ready' }, error));
  }

  get services(): ChatServices {
    return this.#services;
  }

  /** Its page puts it back by itself, if it is still there. */
  #giveBack(message: Extract<FromPage, { type: 'send' }>, sender: ToPage | undefined): void {
    const { services, sessionId } = this;
    const place = findUnsentPlace({ sender, now: this.#isDisposed ? undefined : this.#opened });
    if (place === 'page') this.tell({ type: 'added', draft: toUnsentDraft(message) });
    else if (place === 'drafts' && services.sessions.get(sessionId) !== undefined)
      services.drafts.giveBack(sessionId, toUnsentDraft(message));
  }

  #fail(message: FromPage, error: unknown): void {
    if (error instanceof vscode.CancellationError) return;
    const text = toPlainLine(errorMessageOf(error), 600);
    const fix = toPlainLine(error instanceof WaggleError ? (error.fix ?? '') : '', 300);
    this.#services.log.warn('a wish of a chat’s page failed', { type: message.type, text });
    if (this.#isDisposed) {
      // What a person did is not done, and there is no page any more that could say so.
      if (message.type === 'send' || message.type === 'answer')
        void vscode.window.showErrorMessage(fix === '' ? text : `${text} ${fix}`);
      return;
    }
    if (message.type === 'ready') {
      this.#isUnopened = true;
      void vscode.window.showErrorMessage(t('The chat cannot be shown: {0}', text));
      return;
    }
    const messageId = message.type === 'send' ? message.messageId : null;
    const permissionId = message.type === 'answer' ? message.permissionId : null;
    this.tell({ type: 'failed', text, fix, messageId, permissionId });
  }
}
