/** A commit as git shows it, read and never changed. Knows no editor. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';

const run = promisify(execFile);
const limitMs = 20_000;
const maxBytes = 8 * 1024 * 1024;

/** `hash`: as somebody wrote it, so anything. No program that the repository names is run for it. */
export async function readCommit(cwd: string, hash: string): Promise<string> {
  if (!/^[0-9a-f]{4,64}$/i.test(hash)) throw new WaggleError('badRequest', 'That is no commit.');
  const safe = ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'log.showSignature=false'];
  const show = ['show', '--no-color', '--no-ext-diff', '--no-textconv', '--stat', '--patch', hash];
  try {
    const { stdout } = await run('git', [...safe, ...show, '--'], {
      cwd,
      timeout: limitMs,
      maxBuffer: maxBytes,
      windowsHide: true,
    });
    return stdout;
  } catch (error) {
    throw new WaggleError('notFound', `The commit cannot be shown: ${errorMessageOf(error)}`, {
      cause: error,
    });
  }
}
