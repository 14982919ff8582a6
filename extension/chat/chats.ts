/** The chats that are open in this window. After a reload the editor brings their tabs back, and their ids are all it needs. */
import * as vscode from 'vscode';
import { pageStateSchema } from '../../protocol/chat/chatPage.ts';
import type { Draft, ToPage } from '../../protocol/chat/chatPage.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { ChatPanel, panelType } from './chatPanel.ts';
import type { ChatServices } from './chatServices.ts';

export class Chats implements Disposable {
  readonly #services: ChatServices;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<void>());
  readonly #panels = new Map<string, ChatPanel>();
  #lastActive: SessionId | undefined;

  /** Opened, closed, shown or hidden. */
  readonly onDidChange = this.#changed.event;

  constructor(services: ChatServices) {
    this.#services = services;
    this.#owned.add(
      services.sessions.onDidChange(({ changed }) => {
        for (const id of changed) this.#follow(id);
      }),
    );
    this.#owned.add(
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: async (panel, state: unknown) => {
          const parsed = pageStateSchema.safeParse(state);
          // A tab that was never shown kept nothing.
          if (!parsed.success || this.#panels.has(parsed.data.sessionId)) panel.dispose();
          else this.#adopt(parsed.data.sessionId, panel);
        },
      }),
    );
  }

  get openSessions(): SessionId[] {
    return [...this.#panels.values()].map(({ sessionId }) => sessionId);
  }

  get visible(): ReadonlySet<SessionId> {
    const shown = [...this.#panels.values()].filter(({ panel }) => panel.visible);
    return new Set(shown.map(({ sessionId }) => sessionId));
  }

  /** The chat that has the focus. */
  get active(): SessionId | undefined {
    return [...this.#panels.values()].find(({ panel }) => panel.active)?.sessionId;
  }

  /** The one that had the focus last and is still open. */
  get lastActive(): SessionId | undefined {
    const last = this.#lastActive;
    return last !== undefined && this.#panels.has(last) ? last : this.openSessions.at(-1);
  }

  isOpen(sessionId: string): boolean {
    return this.#panels.has(sessionId);
  }

  open(session: Pick<Session, 'id'>, column?: vscode.ViewColumn): void {
    const shown = this.#panels.get(session.id);
    if (shown !== undefined) {
      shown.panel.reveal(shown.panel.viewColumn);
      shown.tell({ type: 'reveal', position: null });
      return;
    }
    const title = this.#services.titleOf(session.id);
    const place = column ?? this.#takeAsleep(title) ?? vscode.ViewColumn.Active;
    this.#adopt(session.id, vscode.window.createWebviewPanel(panelType, title, place));
  }

  /** The column of an open chat. */
  columnOf(sessionId: string): vscode.ViewColumn | undefined {
    return this.#panels.get(sessionId)?.panel.viewColumn;
  }

  /** What was written in the last moment: see `Drafts`. */
  takeDraft(sessionId: string): string | undefined {
    return this.#services.drafts.takeUntold(sessionId);
  }

  /** It could not be told: it is told as if it were written now. */
  keepDraft(sessionId: SessionId): void {
    const { drafts } = this.#services;
    drafts.set(sessionId, drafts.get(sessionId, ''));
  }

  /** Puts something into what is being written; the person sends it. */
  addTo(sessionId: SessionId, draft: Draft): void {
    const panel = this.#panels.get(sessionId);
    panel?.tell({ type: 'added', draft });
    panel?.tell({ type: 'act', what: 'focus' });
  }

  tell(sessionId: SessionId, message: ToPage): void {
    this.#panels.get(sessionId)?.tell(message);
  }

  detach(sessionId: string): void {
    this.#panels.get(sessionId)?.panel.dispose();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #adopt(sessionId: SessionId, panel: vscode.WebviewPanel): void {
    const { extensionUri } = this.#services;
    const media = vscode.Uri.joinPath(extensionUri, 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'chat-light.svg'),
      dark: vscode.Uri.joinPath(media, 'chat-dark.svg'),
    };
    const opened = new ChatPanel({ services: this.#services, sessionId, panel });
    this.#panels.set(sessionId, opened);
    if (panel.active) this.#lastActive = sessionId;
    panel.onDidChangeViewState(() => {
      if (panel.active) this.#lastActive = sessionId;
      this.#changed.fire();
    });
    panel.onDidDispose(() => {
      opened.dispose();
      this.#panels.delete(sessionId);
      this.#changed.fire();
    });
    this.#changed.fire();
  }

  /**
   * After a reload the editor wakes a tab only when it is shown, and nobody can show it from here: it gives way to a new
   * one in its group. Returns that group.
   */
  #takeAsleep(title: string): vscode.ViewColumn | undefined {
    const own = new Set([...this.#panels.values()].map(({ panel }) => panel.title));
    const asleep = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .find(
        ({ input, label }) => isChatTab(input) && !own.has(label) && plain(label) === plain(title),
      );
    if (asleep === undefined) return undefined;
    void vscode.window.tabGroups.close(asleep, true);
    return asleep.group.viewColumn;
  }

  /** A name, a state; a session that is gone has no tab. */
  #follow(id: string): void {
    const session = this.#services.sessions.get(id);
    const { drafts } = this.#services;
    if (session === undefined) drafts.forget(id);
    else if (session.mode !== 'pipe') drafts.leaveText(id);
    const panel = this.#panels.get(id);
    if (panel === undefined) return;
    if (session === undefined) panel.panel.dispose();
    else panel.rename();
  }
}

function isChatTab(input: unknown): boolean {
  return input instanceof vscode.TabInputWebview && input.viewType.endsWith(panelType);
}

/** Without the sign of a state, which may have changed. */
function plain(title: string): string {
  return title.replace(/^[?!✓] /, '');
}
