/** What the tests of the system's notices need: a bus of their own and the programs that speak over it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say } from './cache.ts';

const packages: Readonly<Record<string, string>> = {
  'dbus-daemon': 'dbus-daemon',
  'notify-send': 'libnotify-bin',
  gdbus: 'libglib2.0-bin',
};

function listMissing(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return Object.keys(packages).filter(
    (name) => !folders.some((folder) => existsSync(join(folder, name))),
  );
}

/**
 * Installs Debian's packages where it may; the tests skip themselves, with the reason, where something is missing still.
 * They start a bus of their own and never speak on that of whoever runs them.
 */
export function ensureDesktopBus(): void {
  const missing = listMissing();
  const isDebian = process.platform === 'linux' && existsSync('/etc/debian_version');
  if (missing.length === 0 || !isDebian || process.getuid?.() !== 0) return;
  const wanted = missing.flatMap((name) => packages[name] ?? []);
  say(`installing ${wanted.join(', ')} with apt-get …`);
  if (!apt(['update']) || !apt(['install', '-y', '--no-install-recommends', ...wanted]))
    say('they could not be installed: tests of the system’s notices are skipped');
}

function apt(args: readonly string[]): boolean {
  const result = spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return result.status === 0;
}
