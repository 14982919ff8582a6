/** What shows sessions in this window, whichever way: those that draw a terminal and those that speak in a chat. */
import type * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { ClosedTab, OpenTabs } from '../session/session.ts';
import type { Terminals } from '../terminal/terminal.ts';
import type { Chats } from './chats.ts';

export class Tabs implements OpenTabs, Disposable {
  readonly #terminals: Terminals;
  readonly #chats: Chats;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<void>());
  /** Where chats stood that were closed: one that goes on as a terminal stands there again. */
  readonly #left = new Map<string, vscode.ViewColumn>();

  readonly onDidChange = this.#changed.event;

  constructor(terminals: Terminals, chats: Chats) {
    this.#terminals = terminals;
    this.#chats = chats;
    const tell = (): void => this.#changed.fire();
    this.#owned.add(terminals.onDidChange(tell));
    this.#owned.add(chats.onDidChange(tell));
  }

  get visible(): ReadonlySet<SessionId> {
    return new Set([...this.#terminals.visible, ...this.#chats.visible]);
  }

  get openSessions(): SessionId[] {
    return [...this.#terminals.openSessions, ...this.#chats.openSessions];
  }

  get active(): SessionId | undefined {
    return this.#chats.active ?? this.#terminals.active;
  }

  isOpen(sessionId: string): boolean {
    return this.#terminals.isOpen(sessionId) || this.#chats.isOpen(sessionId);
  }

  open(session: Session): void {
    const viewColumn = this.#left.get(session.id);
    this.#left.delete(session.id);
    if (session.mode === 'pipe') this.#chats.open(session, viewColumn);
    else if (viewColumn === undefined || this.#terminals.isOpen(session.id))
      this.#terminals.open(session);
    else this.#terminals.create(session, { viewColumn }).show();
  }

  takeDraft(sessionId: string): string | undefined {
    return this.#chats.takeDraft(sessionId);
  }

  keepDraft(sessionId: SessionId): void {
    this.#chats.keepDraft(sessionId);
  }

  detach(sessionId: string): void {
    const column = this.#chats.columnOf(sessionId);
    if (column !== undefined) this.#left.set(sessionId, column);
    this.#terminals.detach(sessionId);
    this.#chats.detach(sessionId);
  }

  takeClosed(): ClosedTab | undefined {
    return this.#terminals.takeClosed();
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
