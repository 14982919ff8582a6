/**
 * The files in which agents keep their conversations, read and never written: which conversation a process is in, which
 * ones there are, and what was said. Their formats are the agents' own and change; what cannot be read is counted, not
 * fatal. Loaded when it is first asked something: a daemon of shells never needs it.
 */
import type * as hasTranscriptModule from './hasTranscript.ts';
import type * as holding from './holding.ts';
import type * as listing from './listing.ts';
import type * as observing from './observing.ts';
import type * as reading from './reading.ts';

export { agentDirectory } from './agentDirectory.ts';
export type { Variables } from './agentDirectory.ts';
export { openFile } from './agentFile.ts';
export type { FoundConversation } from './listing.ts';
export type { Said } from './said.ts';

export async function hasTranscript(
  ...asked: Parameters<typeof hasTranscriptModule.hasTranscript>
): Promise<boolean | undefined> {
  return (await import('./hasTranscript.ts')).hasTranscript(...asked);
}

export const listHolders: typeof holding.listHolders = async (...asked) =>
  (await import('./holding.ts')).listHolders(...asked);

export const listConversations: typeof listing.listConversations = async (...asked) =>
  (await import('./listing.ts')).listConversations(...asked);

export const findConversationsById: typeof listing.findConversationsById = async (...asked) =>
  (await import('./listing.ts')).findConversationsById(...asked);

export const findConversation: typeof observing.findConversation = async (...asked) =>
  (await import('./observing.ts')).findConversation(...asked);

export const findLastConversation: typeof observing.findLastConversation = async (...asked) =>
  (await import('./observing.ts')).findLastConversation(...asked);

export const readTranscript: typeof reading.readTranscript = async (...asked) =>
  (await import('./reading.ts')).readTranscript(...asked);

export const readConversation: typeof reading.readConversation = async (...asked) =>
  (await import('./reading.ts')).readConversation(...asked);

export const recogniseAgent: typeof reading.recogniseAgent = async (...asked) =>
  (await import('./reading.ts')).recogniseAgent(...asked);
