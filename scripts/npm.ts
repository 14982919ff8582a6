/** Runs the npm that started us, or the one on PATH, under the project's own Node 24. Says nothing unless it fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';

/**
 * Runs `npm <args>` in `cwd`.
 * @throws with the last lines that npm printed when it fails or cannot be started.
 */
export async function runNpm(args: readonly string[], cwd: string): Promise<void> {
  const script = process.env.npm_execpath;
  const [command, first] = script ? [process.execPath, [script]] : ['npm', []];
  const child = spawn(command, [...first, ...args, '--no-audit', '--no-fund'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: dirname(process.execPath) + delimiter + (process.env.PATH ?? '') },
    shell: command === 'npm' && process.platform === 'win32',
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream
      .setEncoding('utf8')
      .on('data', (text: string) => (printed = (printed + text).slice(-4000)));
  }
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`"npm ${args.join(' ')}" failed (${String(code)}):\n${printed.trim()}`);
}
