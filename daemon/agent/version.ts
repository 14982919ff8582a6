import { execFile } from 'node:child_process';
import { toPlainLine } from '../../protocol/wire/printable.ts';

const limitMs = 2000;

/** What a program says to `--version`; null when it says nothing usable within 2 s. */
export function readVersion(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile(
      path,
      ['--version'],
      { env, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 65_536, windowsHide: true },
      (error, stdout) => resolve(error === null ? parseVersion(stdout) : null),
    );
    child.stdin?.end();
  });
}

/** The first thing that looks like a version, with its suffix: `2.1.328 (Claude Code)` → `2.1.328`. */
export function parseVersion(output: string): string | null {
  const found = /\d+\.\d+(?:\.\d+)*(?:-[\w.]+)?/.exec(output)?.[0];
  return found === undefined ? null : toPlainLine(found, 64);
}
