/** The command's first lines: what was compiled before is used again, so nothing of ours is loaded before that is known. */
import { lstatSync, realpathSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';

/** Made by whoever installed the program; a folder that others can write to is not trusted with code. */
function reuseCompiled(entry: string): void {
  const directory = join(dirname(realpathSync(entry)), 'cache');
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  const isOurs = process.getuid === undefined || stats?.uid === process.getuid();
  const isClosed = process.platform === 'win32' || ((stats?.mode ?? 0) & 0o022) === 0;
  if (stats?.isDirectory() === true && isOurs && isClosed) enableCompileCache(directory);
}

const entry = process.argv[1] ?? '';
reuseCompiled(entry);
void import('./process.ts').then(({ runProcess }) => runProcess(entry));
