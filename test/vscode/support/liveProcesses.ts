/** Which processes of this machine live, as the tests ask it. */
import { readFileSync, readdirSync } from 'node:fs';

/** Pids whose command line (arguments separated by NUL) matches. Linux only: elsewhere there are none. */
export function listProcesses(commandLine: RegExp): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine.test(read(`/proc/${pid}/cmdline`)));
}

/** A zombie does not live. */
export function isAlive(pid: number): boolean {
  if (process.platform === 'linux') return /^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`));
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Empty for a process that is gone by now. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
