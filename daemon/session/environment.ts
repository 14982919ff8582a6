/** Pure rules for what a session's processes see in their environment. Values are never stored, only names. */
import { delimiter } from 'node:path';

export type Environment = Readonly<Record<string, string>>;

/** Everything Waggle adds. `socket` and `token` let what runs inside use the `waggle` command. */
export interface OwnVariables {
  readonly sessionId: string;
  readonly socket: string;
  readonly token: string;
  readonly generation: number;
  /** Directory of the `waggle` shim, put in front of PATH. */
  readonly binDirectory: string;
  /** The overridden home; undefined when the platform's is used. */
  readonly home: string | undefined;
}

/** Variables that hold a socket of the window; sessions get a stable link instead of the value. */
export const linkedVariables = [
  'SSH_AUTH_SOCK',
  'VSCODE_IPC_HOOK_CLI',
  'VSCODE_GIT_IPC_HANDLE',
] as const;
export type LinkedVariable = (typeof linkedVariables)[number];

const deniedNames = new Set(['NODE_OPTIONS', 'TERM_PROGRAM_VERSION', 'COLUMNS', 'LINES']);
const deniedPrefixes = ['WAGGLE_', 'ELECTRON_', 'CLAUDECODE', 'VSCODE_'];
const allowedPrefixes = ['VSCODE_GIT_', 'VSCODE_IPC_HOOK_CLI'];

/** Whether a variable of the opener is kept. Names and values that no kernel takes are not. */
export function isInherited(name: string, value: string, platform = process.platform): boolean {
  if (platform === 'win32') return isInherited(name.toUpperCase(), value, 'linux');
  if (name === '' || name.includes('=') || name.includes('\0') || value.includes('\0'))
    return false;
  if (deniedNames.has(name)) return false;
  if (allowedPrefixes.some((prefix) => name.startsWith(prefix))) return true;
  return !deniedPrefixes.some((prefix) => name.startsWith(prefix));
}

/** The opener's values: `over` lies on top of `base`; what must not be inherited is left out. */
export function inheritEnvironment(base: Environment, over: Environment): Record<string, string> {
  const merged = [base, over].flatMap((values) =>
    Object.entries(values).map(([name, value]) => [toKey(name), value] as const),
  );
  return Object.fromEntries(merged.filter(([name, value]) => isInherited(name, value)));
}

/** On Windows names differ by case only in looks: `Path` and `PATH` are one. */
function toKey(name: string): string {
  return process.platform === 'win32' ? name.toUpperCase() : name;
}

/** What the process gets: the inherited values and ours on top. The host adds its own marker. */
export function addOwnVariables(inherited: Environment, own: OwnVariables): Record<string, string> {
  const path = inherited['PATH'];
  return {
    ...inherited,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    TERM_PROGRAM: 'waggle',
    WAGGLE_SESSION_ID: own.sessionId,
    WAGGLE_SOCKET: own.socket,
    WAGGLE_TOKEN: own.token,
    WAGGLE_GENERATION: String(own.generation),
    // Hooks over HTTP send the secret alone: a header of theirs takes a variable as it is.
    WAGGLE_HOOK_TOKEN: own.token.slice(own.token.indexOf('.') + 1),
    ...(own.home === undefined ? {} : { WAGGLE_HOME: own.home }),
    PATH: putInFront(own.binDirectory, path),
  };
}

function putInFront(directory: string, path: string | undefined): string {
  const rest = (path ?? '/usr/local/bin:/usr/bin:/bin')
    .split(delimiter)
    .filter((entry) => entry !== directory);
  return [directory, ...rest].join(delimiter);
}

/** Names in the order of the alphabet: what may be kept of an environment. */
export function listNames(environment: Environment): string[] {
  return Object.keys(environment).toSorted();
}

const basicNames = new Set(['HOME', 'USER', 'LOGNAME', 'SHELL', 'PATH', 'LANG', 'TZ', 'TMPDIR']);
const basicPrefixes = ['LC_', 'XDG_'];

/** What a session gets of the daemon's own environment when its opener reported none. */
export function fallbackEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (basicNames.has(entry[0]) || basicPrefixes.some((prefix) => entry[0].startsWith(prefix))),
  );
  return Object.fromEntries(kept);
}
