/** Directories and files that only their owner may touch: made so, and refused when found otherwise. */
import type { Stats } from 'node:fs';
import { lstatSync, mkdirSync } from 'node:fs';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { hasCode } from './privateFile.ts';
import type { HomePaths } from './paths.ts';

const isWindows = process.platform === 'win32';

/**
 * Makes what is missing (0700) and checks every directory and trusted file of the home.
 * Throws `permissionsTooOpen` with the command that repairs it in `fix`.
 */
export function ensureHome(paths: HomePaths): void {
  const { home, runDir, programDir, logDir, spoolDir, backupDir } = paths;
  for (const directory of [home, runDir, programDir, logDir, spoolDir, backupDir])
    ensurePrivateDirectory(directory);
  const { database, lockDatabase, ownerTokenFile, runtimeFile, instanceFile, logFile } = paths;
  for (const file of [database, lockDatabase, ownerTokenFile, runtimeFile, instanceFile, logFile])
    checkPrivateFile(file);
}

/** One directory: made with 0700 when missing, parents with the user's usual mode; else checked. */
export function ensurePrivateDirectory(directory: string): void {
  let stats = lstatIfPresent(directory);
  if (stats === undefined) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    stats = lstatSync(directory);
  }
  if (stats.isSymbolicLink()) throw refuseLink(directory);
  if (!stats.isDirectory())
    throw new WaggleError('permissionsTooOpen', `${directory} is not a directory.`, {
      fix: `Move it away: mv ${quote(directory)} ${quote(`${directory}.old`)}`,
    });
  refuseForeign(directory, stats, 'u=rwx,go=');
}

/** One file that is trusted when present: a regular file, ours, closed to group and others. */
export function checkPrivateFile(file: string): void {
  const stats = lstatIfPresent(file);
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) throw refuseLink(file);
  if (!stats.isFile())
    throw new WaggleError('permissionsTooOpen', `${file} is not a regular file.`, {
      fix: `Move it away: mv ${quote(file)} ${quote(`${file}.old`)}`,
    });
  refuseForeign(file, stats, 'u=rw,go=');
}

function lstatIfPresent(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function refuseLink(path: string): WaggleError {
  return new WaggleError('permissionsTooOpen', `${path} is a symbolic link; Waggle follows none.`, {
    fix: `rm ${quote(path)}   (or set WAGGLE_HOME to the directory that it leads to)`,
    details: { path, found: 'link' },
  });
}

function refuseForeign(path: string, stats: Stats, mode: string): void {
  if (isWindows) return;
  const self = process.getuid?.();
  if (self !== undefined && stats.uid !== self)
    throw new WaggleError('permissionsTooOpen', `${path} belongs to another user.`, {
      fix: `sudo chown ${self} ${quote(path)}`,
      details: { path, found: `uid ${stats.uid}` },
    });
  const open = stats.mode & 0o077;
  if (open === 0) return;
  const found = (stats.mode & 0o777).toString(8).padStart(3, '0');
  throw new WaggleError(
    'permissionsTooOpen',
    `${path} can be reached by other users (mode ${found}).`,
    { fix: `chmod ${mode} ${quote(path)}`, details: { path, found: `mode ${found}` } },
  );
}

/** A path as one word of a POSIX shell. */
function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
