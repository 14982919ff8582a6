import type { SessionStream } from '../../link/stream/stream.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { Log } from '../log.ts';
import type { Translate } from '../translate.ts';

/** What a terminal needs of the session behind it. */
export interface TerminalBackend {
  readonly t: Translate;
  readonly log: Log;
  session(): Session | undefined;
  /** Anything of the session changed. */
  readonly onDidChange: Event<void>;
  openStream(size: TerminalSize | undefined, signal: AbortSignal): Promise<SessionStream>;
  /** The end of what is kept of a session whose host is gone. */
  readKept(): Promise<Uint8Array>;
  restart(size: TerminalSize | undefined): Promise<void>;
  /** As a restart, and an agent goes on with its conversation. */
  resume(size: TerminalSize | undefined): Promise<void>;
  showHistory(): Promise<void>;
  /** A short word outside of the terminal, where a line inside it would do harm. */
  hint(message: string): void;
}
