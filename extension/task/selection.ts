import * as vscode from 'vscode';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { translate as t } from '../editor/editor.ts';
import type { Selection } from './order.ts';

/** What is selected in the editor that is in front; the whole lines of it. */
export function readSelection(): Selection {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.selection.isEmpty)
    throw new WaggleError('badRequest', t('Nothing is selected.'), {
      fix: t('Select some text in an editor first.'),
    });
  const { document, selection } = editor;
  return {
    text: document.getText(selection),
    path: vscode.workspace.asRelativePath(document.uri, false),
    language: document.languageId,
    firstLine: selection.start.line + 1,
    lastLine: selection.end.line + 1,
  };
}
