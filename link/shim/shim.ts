/**
 * The `waggle` command as a small script that needs no Node on PATH: it reads which program and which runtime are
 * current below the data directory and runs them. Writes and removes such scripts; deliberately never touches a file
 * that it did not write itself.
 */
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** Stands in every script of ours; a file without it belongs to somebody else. */
const marker = 'Written by Waggle. "waggle uninstall" removes it.';

export interface Shim {
  readonly fileName: string;
  readonly text: string;
  /** Mode of the file, where modes exist. */
  readonly mode: number;
}

export interface ShimPlace {
  /** Absolute path of the data directory that the script falls back to when WAGGLE_HOME is not set. */
  readonly home: string;
  /** Where the script is written; made when it is missing. */
  readonly directory: string;
  readonly platform?: NodeJS.Platform;
}

export interface ShimResult {
  /** Absolute path of the script. */
  readonly path: string;
  readonly outcome: 'written' | 'updated' | 'unchanged';
}

/** `~/.local/bin`, which most login shells have on PATH; `%LOCALAPPDATA%\Waggle\bin` on Windows. */
export function defaultShimDirectory(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string {
  if (platform !== 'win32') return join(homedir(), '.local', 'bin');
  return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Waggle', 'bin');
}

/** Whether a directory is one of those that PATH names. */
export function isOnPath(directory: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const wanted = resolve(directory);
  return (env['PATH'] ?? '')
    .split(delimiter)
    .some((entry) => entry !== '' && resolve(entry) === wanted);
}

export function createShim(home: string, platform: NodeJS.Platform = process.platform): Shim {
  if (platform === 'win32') return { fileName: 'waggle.cmd', text: windowsText(home), mode: 0o644 };
  return { fileName: 'waggle', text: unixText(home), mode: 0o755 };
}

/**
 * Writes the script, in one step, unless it stands there already.
 * @throws WaggleError `conflict` when another program's file has the name.
 */
export function writeShim(place: ShimPlace): ShimResult {
  const shim = createShim(place.home, place.platform);
  const path = join(place.directory, shim.fileName);
  const found = readOwn(path);
  if (found === shim.text) return { path, outcome: 'unchanged' };
  mkdirSync(place.directory, { recursive: true });
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    writeFileSync(temporary, shim.text, { mode: shim.mode, flag: 'wx' });
    chmodSync(temporary, shim.mode);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { path, outcome: found === undefined ? 'written' : 'updated' };
}

/** Absolute path of our script in a directory; undefined when there is none, or somebody else's. */
export function findShim(
  directory: string,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const path = join(directory, createShim('', platform).fileName);
  try {
    return readOwn(path) === undefined ? undefined : path;
  } catch (error) {
    if (error instanceof WaggleError && error.code === 'conflict') return undefined;
    throw error;
  }
}

/**
 * Removes the script when it is ours. False: there was none.
 * @throws WaggleError `conflict` when another program's file has the name.
 */
export function removeShim(
  directory: string,
  platform: NodeJS.Platform = process.platform,
): boolean {
  const path = join(directory, createShim('', platform).fileName);
  if (readOwn(path) === undefined) return false;
  rmSync(path);
  return true;
}

/** The text of our script at a path, or undefined when nothing is there. Throws on anything that is not ours. */
function readOwn(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const text = stat.isFile() && stat.size < 65_536 ? readFileSync(path, 'utf8') : '';
  if (text.includes(marker)) return text;
  throw new WaggleError('conflict', `${path} was not written by Waggle and is left alone.`, {
    fix: `Move ${path} away, or choose another directory.`,
  });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function unixText(home: string): string {
  return `#!/bin/sh
# ${marker}
home=\${WAGGLE_HOME:-${quote(home)}}
fail() {
  printf 'waggle: %s\\n  To fix: %s\\n' "$1" "$2" >&2
  exit 4
}
current= runtime= kind=
[ -r "$home/program/current" ] && { read -r current || :; } <"$home/program/current"
[ -n "$current" ] || fail "No program is installed below $home." 'Open Waggle in VS Code once.'
[ -r "$home/program/runtime" ] && { read -r runtime; read -r kind || :; } <"$home/program/runtime"
program="$home/program/$current/waggle.cjs"
[ -r "$program" ] || fail "$program is missing." 'Open Waggle in VS Code once.'
if [ -n "$runtime" ] && [ -x "$runtime" ]; then
  [ "$kind" = electron ] && { ELECTRON_RUN_AS_NODE=1; export ELECTRON_RUN_AS_NODE; }
  exec "$runtime" "$program" "$@"
fi
runtime=$(command -v node) || fail 'The runtime that Waggle used is gone.' 'Open Waggle in VS Code once, or put Node 22.14 or newer on PATH.'
"$runtime" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 14) ? 0 : 1)' ||
  fail "The runtime that Waggle used is gone, and $runtime is older than 22.14." 'Open Waggle in VS Code once, or put a newer Node on PATH.'
exec "$runtime" "$program" "$@"
`;
}

function windowsText(home: string): string {
  return [
    '@echo off',
    `rem ${marker}`,
    'setlocal',
    'set "CURRENT="',
    'set "RUNTIME="',
    `set "HOME_OF_WAGGLE=${home.replaceAll('%', '%%')}"`,
    'if defined WAGGLE_HOME set "HOME_OF_WAGGLE=%WAGGLE_HOME%"',
    'set "PROGRAM_OF_WAGGLE=%HOME_OF_WAGGLE%\\program"',
    'if exist "%PROGRAM_OF_WAGGLE%\\current" set /p CURRENT=<"%PROGRAM_OF_WAGGLE%\\current"',
    'if exist "%PROGRAM_OF_WAGGLE%\\runtime" set /p RUNTIME=<"%PROGRAM_OF_WAGGLE%\\runtime"',
    'if not defined CURRENT goto missing',
    'if not defined RUNTIME goto missing',
    'if not exist "%RUNTIME%" goto missing',
    'set ELECTRON_RUN_AS_NODE=1',
    '"%RUNTIME%" "%PROGRAM_OF_WAGGLE%\\%CURRENT%\\waggle.cjs" %*',
    'exit /b %ERRORLEVEL%',
    ':missing',
    'echo waggle: The program of Waggle or its runtime is missing below %HOME_OF_WAGGLE%. 1>&2',
    'echo   To fix: Open Waggle in VS Code once. 1>&2',
    'exit /b 4',
    '',
  ].join('\r\n');
}
