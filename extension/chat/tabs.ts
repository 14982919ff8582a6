/** What shows sessions in this window, whichever way: those that draw a terminal and those that speak in a chat. */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { ClosedTab, OpenTerminals, SessionList } from '../session/session.ts';
import type { Terminals } from '../terminal/terminal.ts';
import type { Chats } from './chats.ts';

export class Tabs implements OpenTerminals, Disposable {
  readonly #terminals: Terminals;
  readonly #chats: Chats;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<void>());

  readonly onDidChange = this.#changed.event;

  constructor(terminals: Terminals, chats: Chats, sessions: SessionList) {
    this.#terminals = terminals;
    this.#chats = chats;
    const tell = (): void => this.#changed.fire();
    this.#owned.add(terminals.onDidChange(tell));
    this.#owned.add(chats.onDidChange(tell));
    this.#owned.add(
      sessions.onDidChange(({ changed }) => {
        for (const id of changed) this.#follow(sessions.get(id));
      }),
    );
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
    if (session.mode === 'pipe') this.#chats.open(session);
    else this.#terminals.open(session);
  }

  detach(sessionId: string): void {
    this.#terminals.detach(sessionId);
    this.#chats.detach(sessionId);
  }

  takeClosed(): ClosedTab | undefined {
    return this.#terminals.takeClosed();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** A conversation that goes on the other way keeps its tab's place. */
  #follow(session: Session | undefined): void {
    if (session === undefined) return;
    const { id, mode } = session;
    if (mode === 'pty' && this.#chats.isOpen(id)) {
      const viewColumn = this.#chats.columnOf(id) ?? vscode.ViewColumn.Active;
      if (!this.#terminals.isOpen(id)) this.#terminals.create(session, { viewColumn }).show();
      this.#chats.detach(id);
    } else if (mode === 'pipe' && this.#terminals.isOpen(id)) {
      this.#chats.open(session);
      this.#terminals.detach(id);
    }
  }
}
