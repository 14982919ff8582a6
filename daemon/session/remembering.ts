import type { SessionId } from '../../protocol/wire/brand.ts';
import type { FeatureContext } from '../context.ts';
import { reachOfAgents } from './notesOptions.ts';
import type { SessionNouns } from './nouns.ts';
import type { Sessions } from './sessions.ts';

/** Memory knows whose agent it is that remembers, and tells what a session learned when it has ended. */
export function joinMemory(
  { log }: FeatureContext,
  { memory }: SessionNouns,
  sessions: Sessions,
): void {
  memory.reachWith(() => reachOfAgents);
  memory.describeWith((id) => {
    const row = sessions.rows().find((one) => one.id === id);
    return row === undefined ? undefined : { ...row, isPrivate: row.private === true };
  });
  const over = new Map<SessionId, number>();
  sessions.onDidChange(({ id, status, generation }) => {
    const isOver = status === 'ended' || status === 'killed';
    if (!isOver || over.get(id) === generation) return;
    over.set(id, generation);
    memory
      .sessionEnded(id)
      .catch((error: unknown) => log.warn('what was learned was not told', { error }));
  });
}
