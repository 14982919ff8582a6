/** Installs packages where tests may: on a Debian of our own, as root. Anywhere else that is a person's to do. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { say } from './cache.ts';

export function mayInstallPackages(): boolean {
  const isRoot = process.getuid?.() === 0;
  return process.platform === 'linux' && isRoot && existsSync('/etc/debian_version');
}

/** All of them in one go. False, with apt's own words above, when that failed. */
export function installPackages(names: readonly string[]): boolean {
  say(`installing ${names.join(', ')} with apt-get …`);
  return apt(['update']) && apt(['install', '-y', '--no-install-recommends', ...names]);
}

function apt(args: readonly string[]): boolean {
  const result = spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return result.status === 0;
}
