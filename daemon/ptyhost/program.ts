/**
 * Program and directory are checked before the fork: afterwards a mistake looks like a program that ended with 1.
 * Deliberately resolves as execvp does, on the PATH that the child will have.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { LaunchRequest } from './child.ts';

const defaultPath = '/usr/local/bin:/usr/bin:/bin';

/** Absolute path of the program of a request whose directory exists. Throws the typed reasons why it cannot start. */
export function resolveProgram({ argv, cwd, env }: LaunchRequest): string {
  refuseNul(argv, cwd, env);
  if (!isDirectory(cwd)) {
    throw new WaggleError('directoryMissing', `The directory ${toPlainLine(cwd)} does not exist.`, {
      fix: 'Choose a directory that exists.',
    });
  }
  const name = argv[0] ?? '';
  const found = listCandidates(name, cwd, env).filter(isFile);
  const program = found.find(isExecutable);
  if (program !== undefined) return program;
  const [unusable] = found;
  if (unusable !== undefined) {
    throw new WaggleError('launchFailed', `${toPlainLine(unusable)} is not executable.`, {
      fix: `chmod +x ${toPlainLine(unusable)}`,
    });
  }
  throw new WaggleError('commandNotFound', `The program ${toPlainLine(name)} was not found.`, {
    fix: 'Check its name and the PATH of the window that opened the session.',
  });
}

function refuseNul(...parts: readonly [readonly string[], string, LaunchRequest['env']]): void {
  const [argv, cwd, env] = parts;
  const texts = [...argv, cwd, ...Object.entries(env).flat()];
  if (texts.some((text) => text.includes('\0'))) {
    throw new WaggleError('badRequest', 'Arguments and variables cannot hold a NUL byte.');
  }
  if (Object.keys(env).some((name) => name === '' || name.includes('='))) {
    throw new WaggleError('badRequest', 'The name of a variable is empty or holds "=".');
  }
}

function listCandidates(name: string, cwd: string, env: LaunchRequest['env']): string[] {
  if (name === '') return [];
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat', '.com'] : [''];
  const isPath = isAbsolute(name) || name.includes('/') || name.includes(join('a', 'b').charAt(1));
  const folders = isPath ? [''] : (findPath(env) ?? defaultPath).split(delimiter);
  return folders.flatMap((folder) => endings.map((end) => resolve(cwd, folder, name + end)));
}

function findPath(env: LaunchRequest['env']): string | undefined {
  if (process.platform !== 'win32') return env['PATH'];
  return Object.entries(env).find(([name]) => name.toUpperCase() === 'PATH')?.[1];
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A path that cannot be looked at (a folder we may not enter) is no candidate. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
