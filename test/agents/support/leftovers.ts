/**
 * Which processes still belong to a throw-away directory. Agents run their tools in sessions of their own, so neither a
 * process group nor a tree finds all of them; the directory's path in command line, environment or cwd does.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { untilFound } from './deadline.ts';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Every living process of this user, but this one, that names `directory`. */
export function listLeftovers(directory: string): Leftover[] {
  if (process.platform === 'linux') return listFromProc(directory);
  if (process.platform === 'win32') throw new Error('leftovers are not looked for on Windows');
  return listFromPs(directory);
}

/**
 * Resolves when no process names `directory` any more.
 * @throws after `deadlineMs` (10 s) with their command lines; they are killed first, so that none outlives the test.
 */
export async function untilNoLeftovers(directory: string, deadlineMs = 10_000): Promise<void> {
  let left: Leftover[] = [];
  const describe = (): string =>
    `the end of ${left.map((leftover) => `${leftover.pid} (${leftover.command})`).join(', ')}`;
  const isClean = (): true | undefined => {
    left = listLeftovers(directory);
    return left.length === 0 || undefined;
  };
  try {
    await untilFound(isClean, { what: describe, deadlineMs });
  } catch (error) {
    for (const leftover of left) killIfThere(leftover.pid);
    throw error;
  }
}

function listFromProc(directory: string): Leftover[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const command = readIfThere(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'));
      const environment = readIfThere(() => readFileSync(`/proc/${name}/environ`, 'utf8'));
      const cwd = readIfThere(() => readlinkSync(`/proc/${name}/cwd`));
      const isOurs = [command, environment, cwd].some((text) => text.includes(directory));
      return isOurs ? [{ pid: Number(name), command: command.split('\0').join(' ').trim() }] : [];
    });
}

function listFromPs(directory: string): Leftover[] {
  const rows = execFileSync('ps', ['-A', '-E', '-ww', '-o', 'pid=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }).split('\n');
  return rows.flatMap((row) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(row);
    const isOurs = match && row.includes(directory) && Number(match[1]) !== process.pid;
    return isOurs ? [{ pid: Number(match[1]), command: match[2] ?? '' }] : [];
  });
}

/** Empty for a process that ended meanwhile, and for one of another user, which is none of ours. */
function readIfThere(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return '';
    throw error;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
