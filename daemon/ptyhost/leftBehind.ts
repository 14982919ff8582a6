import { listProcesses } from '../../link/process/process.ts';

/** Processes that a program left behind in its session (`sid`, its pid). Elsewhere than on Linux nobody counts them. */
export function countLeftBehind(sid: number | undefined): number {
  if (process.platform !== 'linux' || sid === undefined) return 0;
  return listProcesses().filter((entry) => entry.sid === sid && entry.pid !== sid && !entry.zombie)
    .length;
}
