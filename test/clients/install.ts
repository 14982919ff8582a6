/** Puts the official clients of `package.json` into the cache outside the checkout, once per pinned set and machine. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installOnce, say } from '../../scripts/cache.ts';

const files = ['package.json', '.npmrc', 'sdk1.mjs', 'client2.mjs', 'play.mjs'];

/** The directory that holds them; installs on the first call of a machine (about 20 s), afterwards only looks. */
export function installClients(): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of files) hash.update(readFileSync(join(import.meta.dirname, file)));
  return installOnce(`clients-${hash.digest('hex').slice(0, 16)}`, fill);
}

async function fill(directory: string): Promise<void> {
  say('installing the MCP clients that the tests run, once …');
  for (const file of files) copyFileSync(join(import.meta.dirname, file), join(directory, file));
  const home = join(directory, 'throwaway-home');
  mkdirSync(home);
  const script = process.env['npm_execpath'];
  const [command, first] = script ? [process.execPath, [script]] : ['npm', []];
  // No lock file: where a registry lacks some platform's packages of the Inspector's builder it would be refused.
  const words = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const child = spawn(command, [...first, ...words], {
    cwd: directory,
    env: {
      ...process.env,
      HOME: home,
      npm_config_userconfig: process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc'),
      npm_config_cache: process.env['npm_config_cache'] ?? join(homedir(), '.npm'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: command === 'npm' && process.platform === 'win32',
  });
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error('Failed to install the MCP clients. Check the network and the npm registry.');
}
