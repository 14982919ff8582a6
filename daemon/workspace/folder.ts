import { realpathSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

/** The real path of a folder. @throws WaggleError `directoryMissing` when it is not there, not a folder or not absolute. */
export async function resolveFolder(path: string): Promise<string> {
  const shown = toPlainLine(path, 200);
  const missing = (why: string): WaggleError =>
    new WaggleError('directoryMissing', `The folder ${shown} ${why}.`, {
      fix: 'Choose a folder that exists.',
    });
  if (!isAbsolute(path) || path.includes('\0')) throw missing('is not an absolute path');
  try {
    const real = await realpath(path);
    if (!(await stat(real)).isDirectory()) throw missing('is not a folder');
    return real;
  } catch (error) {
    if (error instanceof WaggleError) throw error;
    throw missing(reasonOf(error));
  }
}

/** The real path, or the path itself where there is nothing. */
export function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EACCES' ? 'cannot be read' : 'does not exist';
}
