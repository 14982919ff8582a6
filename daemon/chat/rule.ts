/**
 * What an always-rule covers. A rule says exactly what may be done, or how it begins: what follows the beginning of a
 * command must not be able to start another one, and a path must lie below its folder whatever links there are.
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
  const given = parse(input);
  const command = given['command'];
  if (typeof command === 'string' && command !== '') return { kind: 'command', command };
  if (tool.startsWith('mcp__')) return { kind: 'other' };
  const path = given['file_path'] ?? given['notebook_path'];
  if (typeof path === 'string' && path !== '') return { kind: 'path', path: resolve(cwd, path) };
  return { kind: 'other' };
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
