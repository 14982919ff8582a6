import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import type { Ending } from './ending.ts';
import type { Forget, Forgetters } from './forgetters.ts';
import type { Keeping } from './keeping.ts';
import type { SessionRow } from './row.ts';
import type { Sequences } from './sequence.ts';
import type { Sessions } from './sessions.ts';
import type { Spool } from './spool.ts';
import type { SpoolPage } from './spoolReader.ts';

/** Every session, for nouns that look at all of them. */
export interface AllSessions {
  rows(): readonly SessionRow[];
  find(id: SessionId): SessionRow | undefined;
  readonly onDidChange: Event<SessionRow>;
  /** Runs before a session is forgotten; who deletes it waits. */
  forgetWith(forget: Forget): void;
  /** Runs when kept output of a session was removed as a whole; who removes it waits. */
  forgetOutputWith(forget: (sessionId: string) => Promise<void>): void;
  /** Ends its processes. Rejects as `session/kill` does. */
  end(id: SessionId): Promise<void>;
  /** Writes down what it wrote until now. */
  flush(row: SessionRow): Promise<void>;
  /** Output of it may be kept, and is. */
  keepsOutput(row: SessionRow): boolean;
  /** Kept output; gaps are left out of `data`. */
  readOutput(
    id: SessionId,
    page: { generation: number | undefined; from: number; maxBytes: number },
  ): Promise<SpoolPage>;
}

export function createAllSessions(parts: {
  readonly sessions: Sessions;
  readonly ending: Ending;
  readonly sequences: Sequences;
  readonly spool: Spool;
  readonly forgetters: Forgetters;
  readonly keeping: Keeping;
  readonly flush: (row: SessionRow) => Promise<void>;
}): AllSessions {
  const { sessions, ending, sequences, spool, forgetters, keeping, flush } = parts;
  return {
    rows: () => sessions.rows(),
    find: (id) => sessions.find(id),
    onDidChange: sessions.onDidChange,
    forgetWith: (forget) => forgetters.add(forget),
    forgetOutputWith: (forget) => spool.forgetWith(forget),
    end: (id) =>
      sequences.run(id, async () => {
        await ending.kill(id);
      }),
    flush,
    keepsOutput: ({ id }) => keeping.of(id).output !== 'none',
    readOutput: (id, page) => spool.read(id, page),
  };
}
