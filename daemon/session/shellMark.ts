/** What a shell with our marks says of itself, and what a row keeps of it. Pure; a mark is text from a terminal. */
import { isAbsolute } from 'node:path';
import { toPlainLine } from '../../protocol/wire/printable.ts';

export type ShellMark =
  | {
      readonly at: 'prompt';
      readonly nonce: string;
      readonly directory: string | null;
      /** Exit code of the command before; null when there was none yet. */
      readonly exit: number | null;
    }
  | { readonly at: 'run'; readonly nonce: string; readonly commandLine: string };

/** Kept of a shell that was started with marks; `nonce` tells its marks from what programs print. */
export interface ShellFacts {
  readonly nonce: string;
  readonly prompt: 'prompt' | 'running' | 'unknown';
  readonly directory: string | null;
  readonly commandLine: string;
  readonly exit: number | null;
}

const commandMaxChars = 200;
const directoryMaxChars = 4096;

export function newShellFacts(nonce: string): ShellFacts {
  return { nonce, prompt: 'unknown', directory: null, commandLine: '', exit: null };
}

/** `<nonce>;prompt;<exit>;<directory>` or `<nonce>;run;<command line>`, as our scripts write it behind `OSC 7502`. */
export function parseShellMark(text: string): ShellMark | undefined {
  const [nonce = '', at, ...values] = text.split(';');
  if (nonce === '') return undefined;
  if (at === 'run') {
    const commandLine = toPlainLine(unescape(values.join(';')), commandMaxChars);
    return { at, nonce, commandLine };
  }
  if (at !== 'prompt') return undefined;
  const [exit = '', ...path] = values;
  const code = /^\d{1,3}$/.test(exit) ? Number(exit) : null;
  return { at, nonce, exit: code, directory: toDirectory(unescape(path.join(';'))) };
}

/** The facts after a mark; the same value when it is not this shell's or says nothing new. */
export function followMark(facts: ShellFacts, mark: ShellMark): ShellFacts {
  if (mark.nonce !== facts.nonce) return facts;
  if (mark.at === 'run') return { ...facts, prompt: 'running', commandLine: mark.commandLine };
  const { exit, directory } = mark;
  const isSame = facts.prompt === 'prompt' && facts.exit === exit && facts.directory === directory;
  return isSame ? facts : { ...facts, prompt: 'prompt', exit, directory };
}

/** Marks may have been missed: where it is stays likely, what it does is not known. */
export function forgetPrompt(facts: ShellFacts): ShellFacts {
  return facts.prompt === 'unknown' ? facts : { ...facts, prompt: 'unknown' };
}

/** `\\` and `\xHH` stand for characters that would end or split the sequence. */
function unescape(text: string): string {
  return text.replaceAll(/\\(?:\\|x([0-9a-fA-F]{2}))/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Not cleaned, because it is looked up; nobody can look up what a path cannot hold. */
function toDirectory(path: string): string | null {
  const isPath = isAbsolute(path) && path.length <= directoryMaxChars;
  return isPath && toPlainLine(path, directoryMaxChars) === path.trim() ? path : null;
}
