/** What this window shows of sessions, as far as the commands about them care. */
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';

export interface OpenTerminals {
  isOpen(sessionId: string): boolean;
  /** Shows the session's terminal, a new one when it has none. */
  open(session: Session): void;
  detach(sessionId: string): void;
  /** The tab that was closed last and whose session still exists. */
  takeClosed(): ClosedTab | undefined;
}

/** Terminals and chats. */
export interface OpenTabs extends OpenTerminals {
  /** The session in front: of the chat or the terminal that has the focus, or had it last. */
  readonly active: SessionId | undefined;
  /** What was just written in its chat and the daemon does not have yet; who takes it tells it. */
  takeDraft(sessionId: string): string | undefined;
  /** What was taken could not be told. */
  keepDraft(sessionId: SessionId): void;
}

export interface ClosedTab {
  readonly session: Session;
  /** The close ended the process that still was its last one. */
  readonly wasEnded: boolean;
}
