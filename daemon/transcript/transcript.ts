/**
 * The files in which agents keep their conversations, read and never written: which conversation a process is in, which
 * ones there are, and what was said. Their formats are the agents' own and change; what cannot be read is counted, not fatal.
 */
export { agentDirectory } from './agentDirectory.ts';
export type { Variables } from './agentDirectory.ts';
export { hasTranscript } from './hasTranscript.ts';
export { listHolders } from './holding.ts';
export { findConversationsById, listConversations } from './listing.ts';
export type { FoundConversation } from './listing.ts';
export { findConversation, findLastConversation } from './observing.ts';
export { readTranscript, recogniseAgent } from './reading.ts';
export type { Said } from './said.ts';
