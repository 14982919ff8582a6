/**
 * Access for agents that Waggle does not start: the entry of our tools in their own configuration files, given, tried
 * and taken back. Needs no daemon for anything but trying; deliberately writes no token into anybody's file.
 */
export type { AccessAgentId } from './agentConfig.ts';
export { accessAgentIds } from './agentConfig.ts';
export { diffLines } from './diff.ts';
export type { AccessContext, AgentAccess, Applied, Change } from './giving.ts';
export {
  applyChange,
  findAccess,
  listAccess,
  listFiles,
  mayHoldEntry,
  planGiving,
  planTaking,
  undoChange,
} from './giving.ts';
export type { Verdict } from './verify.ts';
export { verifyAccess } from './verify.ts';
export type { HeldToken } from './heldToken.ts';
export { dropHeldToken, findHeldToken, holdToken } from './heldToken.ts';
export { findLastingUrl } from './servedAt.ts';
