/** Selections and problems as parts of a prompt. */
import * as vscode from 'vscode';
import type { PromptPart } from '../../protocol/chat/chatPage.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { translate as t } from '../editor/editor.ts';
import { toFence } from './fence.ts';
import { toShortPath } from './paths.ts';

const problemsMost = 100;
const charsMost = 200_000;

export function describeSelection(
  { document, selection }: vscode.TextEditor,
  cwd: string,
): PromptPart {
  const path = toShortPath(cwd, document.uri.fsPath);
  const [from, to] = [selection.start.line + 1, selection.end.line + 1];
  const place = from === to ? `${path}:${from}` : `${path}:${from}-${to}`;
  const code = document.getText(selection).slice(0, charsMost);
  return {
    kind: 'selection',
    label: toPlainLine(place, 200),
    text: `${place}\n${toFence(code, document.languageId)}`,
  };
}

type Found = readonly (readonly [vscode.Uri, readonly vscode.Diagnostic[]])[];

/** Errors and warnings; undefined when there are none. */
export function describeProblems(found: Found, cwd: string): PromptPart | undefined {
  const lines = found.flatMap(([uri, problems]) =>
    problems
      .filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning)
      .map((problem) => describeProblem(uri, problem, cwd)),
  );
  if (lines.length === 0) return undefined;
  const shown = lines.slice(0, problemsMost);
  const label = lines.length === 1 ? t('1 problem') : t('{0} problems', lines.length);
  return { kind: 'problems', label, text: shown.join('\n').slice(0, charsMost) };
}

export function describeProblem(uri: vscode.Uri, problem: vscode.Diagnostic, cwd: string): string {
  const { range, message, severity, source } = problem;
  const kind = severity === vscode.DiagnosticSeverity.Error ? 'error' : 'warning';
  const place = `${toShortPath(cwd, uri.fsPath)}:${range.start.line + 1}:${range.start.character + 1}`;
  return `- ${place} ${kind}${source === undefined ? '' : ` (${source})`}: ${toPlainLine(message, 1000)}`;
}
