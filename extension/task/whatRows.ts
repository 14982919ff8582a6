/** The rows of the first question: what is typed as a prompt, or as a command. */
import * as vscode from 'vscode';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { parseCommandLine } from '../commandLine.ts';
import { toPickLabel } from '../editor/editor.ts';
import type { Translate } from '../translate.ts';
import type { Selection, What } from './order.ts';
import type { StepRow } from './stepPick.ts';

export interface WhatRow extends StepRow {
  readonly what?: What;
}

/** A sign in front says that it is a command, as in a terminal. */
const commandSign = /^\s*[$!>]\s+/;

export function listWhatRows(
  typed: string,
  selection: Selection | undefined,
  t: Translate,
): readonly WhatRow[] {
  const text = typed.trim();
  if (text === '') return [selection === undefined ? hint(t) : useSelection(selection, t)];
  const prompt: WhatRow = {
    label: t('Prompt'),
    description: t('for an agent'),
    detail: toPickLabel(toPlainLine(text, 160)),
    iconPath: new vscode.ThemeIcon('comment-discussion'),
    alwaysShow: true,
    what: { kind: 'prompt', prompt: text },
  };
  if (selection !== undefined) return [prompt];
  const command = toCommand(text.replace(commandSign, ''), t);
  return commandSign.test(typed) ? [command] : [prompt, command];
}

function hint(t: Translate): WhatRow {
  return {
    label: t('Type what is to be done'),
    detail: t('“Update the dependencies and run the tests”, or a command such as “npm test”'),
    iconPath: new vscode.ThemeIcon('lightbulb'),
    alwaysShow: true,
    isHint: true,
  };
}

function useSelection({ text, path, firstLine, lastLine }: Selection, t: Translate): WhatRow {
  return {
    label: t('Use the Selection as the Prompt'),
    description: t('{0}, lines {1} to {2}', toPlainLine(path, 100), firstLine, lastLine),
    detail: toPickLabel(toPlainLine(text, 160)),
    iconPath: new vscode.ThemeIcon('selection'),
    alwaysShow: true,
    what: { kind: 'prompt', prompt: '' },
  };
}

function toCommand(line: string, t: Translate): WhatRow {
  const command = parseCommandLine(line);
  const row = {
    label: t('Command'),
    iconPath: new vscode.ThemeIcon('terminal'),
    detail: `$ ${toPickLabel(toPlainLine(line, 160))}`,
    alwaysShow: true,
  };
  if (command === undefined)
    return { ...row, description: t('A quote is not closed.'), isHint: true };
  return {
    ...row,
    description: t('a program and its arguments; no shell reads them'),
    what: { kind: 'command', command, line },
  };
}
