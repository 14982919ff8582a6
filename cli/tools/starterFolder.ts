/** Where the agent works that had this command run. It runs its helpers in a directory of its own, so that is asked elsewhere. */
import { readFileSync, readlinkSync } from 'node:fs';
import { readProcess } from '../../link/process/process.ts';

const shells = new Set(['sh', 'dash', 'ash', 'bash', 'zsh', 'fish', 'busybox']);
const ancestorsMax = 5;

/** The directory of the closest process above that is no shell; undefined where the system does not tell (only Linux does). */
export function findStarterFolder(pid: number = process.ppid): string | undefined {
  if (process.platform !== 'linux') return undefined;
  let at = pid;
  for (let step = 0; step < ancestorsMax; step += 1) {
    const name = readOf(at, (directory) => readFileSync(`${directory}/comm`, 'utf8').trim());
    if (name === undefined) return undefined;
    if (!shells.has(name)) return readOf(at, (directory) => readlinkSync(`${directory}/cwd`));
    at = readProcess(at)?.ppid ?? 0;
  }
  return undefined;
}

/** Undefined: it is gone, or not to be looked into. */
function readOf(pid: number, read: (directory: string) => string): string | undefined {
  try {
    return read(`/proc/${pid}`);
  } catch (error) {
    return noAnswer(error);
  }
}

function noAnswer(_error: unknown): undefined {
  return undefined;
}
