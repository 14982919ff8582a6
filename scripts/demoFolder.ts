/** The folder that `npm start` opens: a small git repository, made once from `scripts/sample`, then the person's to change. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './cache.ts';

const template = join(import.meta.dirname, 'sample');

/** Makes the folder unless it is there. Without git it is a plain folder, which is said. */
export function ensureDemoFolder(folder: string, env: NodeJS.ProcessEnv): void {
  if (existsSync(folder)) return;
  say(`making a sample folder in ${folder}`);
  cpSync(template, folder, { recursive: true });
  const identity = ['-c', 'user.name=Waggle Sample', '-c', 'user.email=sample@localhost'];
  const steps = [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    [
      ...identity,
      '-c',
      'commit.gpgSign=false',
      'commit',
      '--quiet',
      '--no-verify',
      '--message',
      'A sample to play in',
    ],
  ];
  for (const step of steps) {
    const { status, error, stderr } = spawnSync('git', step, {
      cwd: folder,
      env: withoutGit(env),
      encoding: 'utf8',
    });
    if (status === 0) continue;
    say(`the sample folder is not a git repository: ${error?.message ?? stderr.trim()}`);
    return;
  }
}

/** A surrounding git command (a hook) would make git work in its own repository. */
function withoutGit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));
}
