/**
 * What an always-rule covers. A rule says exactly what may be done, or how it begins: what follows the beginning of a
 * command must not be able to start another one, and a path must lie below its folder whatever links there are. It says
 * nothing of other arguments: a call with one that changes what is done, or that is not known, is asked about.
 */
import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Rule } from '../../protocol/chat/permission.ts';
import { isArguments } from '../provider/provider.ts';

export interface Action {
  readonly tool: string;
  /** JSON. */
  readonly input: string;
  /** Absolute. */
  readonly cwd: string;
}

type Subject =
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'other' };

const anything = '*';
/** What makes one command line several, or hides what it does. */
const compound = /[;&|<>`$(){}!\\\n\r\u0000]/;

/** What a person need not be asked about again: it does not change what a command does. */
const besidesCommand = new Set(['description', 'timeout', 'run_in_background', 'is_background']);
/** Where a command runs, in the words of several agents. */
const placeKeys = new Set(['cwd', 'workdir', 'directory', 'dir_path']);
/** A rule for a path allows any content, and reading any part. */
const besidesPath = new Set([
  ...['content', 'edits', 'old_string', 'new_string', 'replace_all', 'instruction', 'description'],
  ...[
    'expected_replacements',
    'allow_multiple',
    'offset',
    'limit',
    'pages',
    'start_line',
    'end_line',
  ],
  ...['new_source', 'cell_id', 'cell_number', 'cell_type', 'edit_mode'],
]);

export function isInForce(rule: Rule, nowMs: number): boolean {
  return rule.expiresAt === null || Date.parse(rule.expiresAt) > nowMs;
}

export function covers(rule: Pick<Rule, 'tool' | 'pattern'>, action: Action): boolean {
  if (rule.tool !== action.tool) return false;
  const { pattern } = rule;
  if (pattern === anything) return true;
  const subject = subjectOf(action);
  switch (subject.kind) {
    case 'command':
      return coversCommand(pattern, subject.command);
    case 'path':
      return coversPath(pattern, subject.path, action.cwd);
    case 'other':
      return false;
  }
}

/** What a rule for exactly this action would say; null when only one for the whole tool could be made. */
export function patternOf(action: Action): string | null {
  const subject = subjectOf(action);
  if (subject.kind === 'command') return subject.command;
  return subject.kind === 'path' ? subject.path : null;
}

function subjectOf({ tool, input, cwd }: Action): Subject {
  const { command, ...besides } = parse(input);
  if (typeof command === 'string' && command !== '') {
    const isPlain = Object.entries(besides).every((given) => isBesideCommand(given, cwd));
    return isPlain ? { kind: 'command', command } : { kind: 'other' };
  }
  if (tool.startsWith('mcp__')) return { kind: 'other' };
  const { file_path: file, notebook_path: notebook, ...rest } = besides;
  const path = file ?? notebook;
  const isOne = file === undefined || notebook === undefined;
  const isPlain = isOne && Object.keys(rest).every((key) => besidesPath.has(key));
  if (isPlain && typeof path === 'string' && path !== '')
    return { kind: 'path', path: resolve(cwd, path) };
  return { kind: 'other' };
}

function isBesideCommand([key, value]: readonly [string, unknown], cwd: string): boolean {
  if (placeKeys.has(key)) return typeof value === 'string' && resolve(cwd, value) === resolve(cwd);
  return besidesCommand.has(key) || (key === 'dangerouslyDisableSandbox' && value === false);
}

function parse(input: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(input);
    return isArguments(value) ? value : {};
  } catch {
    return {};
  }
}

function coversCommand(pattern: string, command: string): boolean {
  if (pattern === command) return true;
  if (!pattern.endsWith(' *')) return false;
  const beginning = pattern.slice(0, -2);
  if (command === beginning) return true;
  return command.startsWith(`${beginning} `) && !compound.test(command.slice(beginning.length));
}

function coversPath(pattern: string, path: string, cwd: string): boolean {
  if (!pattern.endsWith('/**')) return resolve(cwd, pattern) === path;
  const folder = resolve(cwd, pattern.slice(0, -3));
  return isBelow(path, folder) && isBelow(realPathOf(path), realPathOf(folder));
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/** Of what does not exist yet: where it would be made. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(realPathOf(parent), relative(parent, path));
  }
}
