import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { homePaths, resolveHome, type HomePaths } from '../../link/home/home.ts';

/** The programs that came with the extension: `program/` in the package, `dist/program` in a checkout. */
export function findProgramDirectory(extensionDirectory: string): string {
  const packaged = join(extensionDirectory, 'program');
  return existsSync(packaged) ? packaged : join(extensionDirectory, 'dist', 'program');
}

/** `setting` (the person's `waggle.home`) before `WAGGLE_HOME` before the platform's data directory. */
export function findHome(setting: string, env: NodeJS.ProcessEnv = process.env): HomePaths {
  return setting.startsWith('/') || /^[A-Za-z]:[\\/]/.test(setting)
    ? homePaths(setting)
    : resolveHome(env);
}
