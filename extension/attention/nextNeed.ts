import type { Need } from '../../protocol/attention/attention.ts';

/** The entry after that of a session in a ranked list, and the first one after the last. */
export function chooseNext(ranked: readonly Need[], after: string | undefined): Need | undefined {
  const inSessions = ranked.filter(({ sessionId }) => sessionId !== null);
  const at = inSessions.findIndex(({ sessionId }) => sessionId === after);
  return inSessions[at + 1] ?? inSessions[0];
}
