/**
 * The processes behind sessions: who belongs to one, and how to end them all. Trusts a pid only with its start time.
 * Deliberately knows no session: callers name the roots, the markers and who must be spared.
 */
import type { ProcessEntry } from '../../link/process/process.ts';
import { listProcesses } from '../../link/process/process.ts';

export { collectTree, Forest, TreeRecord } from './processTree.ts';
export type { TreeEntry } from './processTree.ts';
export { endProcesses } from './ending.ts';
export { MarkerScan } from './markerScan.ts';
export { RunningProcesses } from './runningProcesses.ts';

/** Processes that run, without the ended ones whose parent has not yet collected them. */
export function listRunning(): ProcessEntry[] {
  return listProcesses().filter((entry) => !entry.zombie);
}
