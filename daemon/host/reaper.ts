import { listRunning, endProcesses, MarkerScan, TreeRecord } from '../process/process.ts';

export interface ReapRequest {
  /** Ids of hosts that stand in this database and whose process is gone. */
  readonly goneHostIds: ReadonlySet<string>;
  /** Ourselves, hosts that live, and what they list: never touched. */
  readonly spared: ReadonlySet<number>;
  readonly graceMs?: number;
}

/** Nobody: the scan by marker adds who is to go. */
const nobody = { pid: -1, startTime: -1 };

/**
 * Ends what is left of hosts that are gone, with everything below it, and resolves with how many there were. A process is
 * recognised by `WAGGLE_HOST_ID` alone, so another data directory's, and other programs, are never touched.
 */
export async function reap({ goneHostIds, spared, graceMs }: ReapRequest): Promise<number> {
  if (goneHostIds.size === 0) return 0;
  const scan = new MarkerScan('WAGGLE_HOST_ID', (value) => goneHostIds.has(value));
  const left = scan.find(listRunning()).filter((entry) => !spared.has(entry.pid));
  if (left.length === 0) return 0;
  const records = [new TreeRecord(nobody)];
  return endProcesses({ records, scan, spared, ...(graceMs === undefined ? {} : { graceMs }) });
}
