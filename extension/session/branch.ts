import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const headMaxBytes = 4096;

/** The branch that is checked out in a folder, the first 7 digits when it is a commit; undefined outside of git. */
export function readBranch(folder: string): string | undefined {
  const head = readSmall(join(findGitDirectory(folder), 'HEAD'));
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1];
  return branch ?? /^([0-9a-f]{7})[0-9a-f]{33}/.exec(head)?.[1];
}

/** A worktree holds a file `.git` that names its directory. */
function findGitDirectory(folder: string): string {
  const named = /^gitdir: (.+)$/m.exec(readSmall(join(folder, '.git')))?.[1];
  return named === undefined ? join(folder, '.git') : resolve(folder, named);
}

/** Empty for what cannot be read, is no file, or too large to be one of git's small ones. */
function readSmall(path: string): string {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= headMaxBytes ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}
