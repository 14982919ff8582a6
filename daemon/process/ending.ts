import { setTimeout as delay } from 'node:timers/promises';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { ProcessEntry } from '../../link/process/process.ts';
import { isSameProcess, listProcesses } from '../../link/process/process.ts';
import type { MarkerScan } from './markerScan.ts';
import type { TreeRecord } from './processTree.ts';

export interface EndRequest {
  /** Everybody seen so far; what they start while they are ended is found too. At least one. */
  readonly records: readonly TreeRecord[];
  readonly scan: MarkerScan;
  /** Never signalled, whatever their marker: ourselves and the hosts. */
  readonly spared: ReadonlySet<number>;
  /** These get SIGHUP as well: interactive shells ignore SIGTERM. */
  readonly hangUp?: ReadonlySet<number>;
  /** Between TERM and KILL; 3,000 when absent. */
  readonly graceMs?: number;
}

const defaultGraceMs = 3000;
/** After the KILL: a process that is still there then hangs in the kernel. */
const killLimitMs = 7000;

/**
 * TERM, grace, KILL, until nobody is left; resolves with the number of processes that were found. Looks again and again,
 * because a process may fork while it is told to end. Throws `timeout` when the kernel does not let one go.
 */
export async function endProcesses(request: EndRequest): Promise<number> {
  const graceMs = request.graceMs ?? defaultGraceMs;
  const startedAt = performance.now();
  const told = new Set<string>();
  for (let pauseMs = 10; ; pauseMs = Math.min(100, pauseMs * 2)) {
    const living = findLiving(request);
    if (living.length === 0) return told.size;
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > graceMs + killLimitMs) throw refuseToWait(living);
    for (const entry of living) {
      const key = `${entry.pid}:${entry.startTime}`;
      if (elapsedMs > graceMs) signal(entry, 'SIGKILL');
      else if (!told.has(key)) askToEnd(entry, request.hangUp);
      told.add(key);
    }
    await delay(pauseMs);
  }
}

function findLiving({ records, scan, spared }: EndRequest): ProcessEntry[] {
  const entries = listProcesses().filter((entry) => !entry.zombie && !spared.has(entry.pid));
  for (const marked of scan.find(entries)) records[0]?.add(marked);
  const living = records.flatMap((record) => record.record(entries));
  return [...new Map(living.map((entry) => [entry.pid, entry])).values()];
}

function askToEnd(entry: ProcessEntry, hangUp: ReadonlySet<number> | undefined): void {
  signal(entry, 'SIGTERM');
  if (hangUp?.has(entry.pid) === true) signal(entry, 'SIGHUP');
  // A stopped process takes the signal only when it goes on.
  signal(entry, 'SIGCONT');
}

function signal(entry: ProcessEntry, name: NodeJS.Signals): void {
  if (!isSameProcess(entry.pid, entry.startTime)) return;
  try {
    process.kill(entry.pid, name);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // It ended in between; or it changed its user (sudo), which the loop reports when it stays.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function refuseToWait(living: readonly ProcessEntry[]): WaggleError {
  const pids = living.map((entry) => entry.pid);
  return new WaggleError('timeout', `Some processes do not end: ${pids.join(', ')}.`, {
    fix: 'They may belong to another user or hang in the kernel; end them by hand.',
    details: { pids },
  });
}
