/**
 * The files in which agents keep their conversations, read and never written: which conversation a process is in, which
 * ones there are, and what was said. Their formats are the agents' own and change; what cannot be read is counted, not fatal.
 */
export { agentDirectory } from './agentDirectory.ts';
export type { Variables } from './agentDirectory.ts';
export { hasTranscript } from './hasTranscript.ts';
export { findConversation, findLastConversation } from './observing.ts';
export type { AgentProcess } from './observing.ts';
