/** How a tool call is said in one line, and what it changes. Arguments are data of the agent. */
import type { FileChange } from '../../protocol/chat/permission.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

export type Arguments = Readonly<Record<string, unknown>>;

const titleMaxChars = 200;

/** `$ npm test`, `Read src/main.ts`, `Grep main`: the tool and what it is about, as far as one line tells. */
export function titleOfTool(name: string, input: Arguments): string {
  const command =
    stringOf(input, 'command') ?? stringOf(input, 'cmd') ?? scriptOf(input['command']);
  if (command !== undefined) return toPlainLine(`$ ${command}`, titleMaxChars);
  const about = [
    'file_path',
    'path',
    'notebook_path',
    'pattern',
    'query',
    'url',
    'subject',
    'description',
  ]
    .map((key) => stringOf(input, key))
    .find((text) => text !== undefined);
  return toPlainLine(about === undefined ? name : `${name} ${about}`, titleMaxChars);
}

/** A call as a transcript holds it: `input` is its arguments as JSON, or text that the tool takes as it is. */
export function describeTool(
  name: string,
  input: string,
): { readonly title: string; readonly changes: FileChange[] } {
  const parsed = parseJson(input);
  if (isArguments(parsed))
    return { title: titleOfTool(name, parsed), changes: changesOfTool(name, parsed) };
  return { title: toPlainLine(`${name} ${input}`.trim(), titleMaxChars), changes: [] };
}

/** `["bash","-lc","npm test"]`: what the shell is asked to run; of other programs all of it. */
function scriptOf(argv: unknown): string | undefined {
  if (!Array.isArray(argv) || !argv.every((word) => typeof word === 'string')) return undefined;
  const [program = '', option = '', script] = argv;
  const isShell = /(?:^|\/)(?:ba|z|da)?sh$/.test(program) && /^-l?c$/.test(option);
  return (isShell && script !== undefined ? script : argv.join(' ')) || undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What `Write`, `Edit` and `MultiEdit` would do; none for other tools. */
export function changesOfTool(name: string, input: Arguments): FileChange[] {
  const path = stringOf(input, 'file_path');
  if (path === undefined) return [];
  const content = stringOf(input, 'content');
  if (name === 'Write' && content !== undefined) return [{ path, before: null, after: content }];
  if (name === 'Edit') return listEdits(path, [input]);
  const { edits } = input;
  return name === 'MultiEdit' && Array.isArray(edits) ? listEdits(path, edits) : [];
}

function listEdits(path: string, edits: readonly unknown[]): FileChange[] {
  return edits.flatMap((edit) => {
    if (!isArguments(edit)) return [];
    const before = stringOf(edit, 'old_string');
    const after = stringOf(edit, 'new_string');
    return before === undefined || after === undefined ? [] : [{ path, before, after }];
  });
}

export function isArguments(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOf(input: Arguments, key: string): string | undefined {
  const value = input[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
