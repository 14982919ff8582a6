import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

const extensions = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : [''];

/** Absolute path of an executable file, looked up as a shell does; a name with a slash is taken from `cwd`. */
export function findProgram(
  name: string,
  path: string | undefined,
  cwd: string,
): string | undefined {
  if (name === '' || name.includes('\0')) return undefined;
  const isPath = name.includes('/') || (process.platform === 'win32' && name.includes('\\'));
  const candidates = isPath
    ? [isAbsolute(name) ? name : resolve(cwd, name)]
    : splitPath(path).map((directory) =>
        join(isAbsolute(directory) ? directory : resolve(cwd, directory), name),
      );
  return candidates
    .flatMap((candidate) => extensions.map((extension) => `${candidate}${extension}`))
    .find(isExecutable);
}

/** Directories of a PATH; empty entries, which would mean the current directory, are left out. */
export function splitPath(path: string | undefined): string[] {
  return (path ?? '').split(delimiter).filter((directory) => directory !== '');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
