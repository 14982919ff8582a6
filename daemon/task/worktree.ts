import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { errorMessageOf, WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { KeptTask } from './rows.ts';

const run = promisify(execFile);
/** Nothing of the repository's configuration runs: no hooks, no monitor of the file system. */
const neutral = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false'];
const limitMs = 60_000;

/**
 * The worktree of a task, below `directory`, at what is checked out in its folder now; made when it is not there. It
 * stays when the task is over: what was done in it is the person's.
 * @throws WaggleError `directoryMissing` when the folder is in no repository or git cannot make one.
 */
export async function ensureWorktree(
  directory: string,
  { id, cwd, worktreePath }: Pick<KeptTask, 'id' | 'cwd' | 'worktreePath'>,
): Promise<string> {
  const path = worktreePath ?? join(directory, `${basename(cwd)}-${id.slice(-8)}`);
  if (await isThere(path)) return path;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const branch = `waggle/task-${id.slice(-8)}`;
  try {
    await git(cwd, ['worktree', 'prune']);
    const isKnown = await succeeds(git(cwd, ['rev-parse', '--verify', `refs/heads/${branch}`]));
    const wanted = isKnown ? [path, branch] : ['-b', branch, path];
    await git(cwd, ['worktree', 'add', ...wanted]);
  } catch (error) {
    throw new WaggleError('directoryMissing', 'No worktree could be made for the task.', {
      cause: error,
      fix: toPlainLine(reasonOf(error), 200),
    });
  }
  return path;
}

function git(cwd: string, args: readonly string[]): Promise<unknown> {
  return run('git', [...neutral, ...args], { cwd, timeout: limitMs });
}

async function isThere(path: string): Promise<boolean> {
  return succeeds(stat(join(path, '.git')));
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  return said.trim().split('\n').at(-1) || errorMessageOf(error);
}
