/** How much of a note is used, while it is in front; and what stands beyond its limit, where it stands. */
import * as vscode from 'vscode';
import { factMaxChars } from '../../protocol/memory/memory.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { translate as t } from '../editor/editor.ts';
import type { Library } from './library.ts';
import { memoryScheme, readAddress } from './memoryUri.ts';

export function watchLimits(library: Library): Disposable {
  const owned = new DisposableStore();
  const found = owned.add(vscode.languages.createDiagnosticCollection('waggle-memory'));
  const item = owned.add(
    vscode.window.createStatusBarItem('waggle.note', vscode.StatusBarAlignment.Right, 101),
  );
  item.name = t('Length of the Note');
  const look = (document: vscode.TextDocument): void => {
    if (document.uri.scheme !== memoryScheme) return;
    found.set(document.uri, findExcess(document, limitOf(library, document)));
    if (vscode.window.activeTextEditor?.document === document) show(document);
  };
  const show = (document: vscode.TextDocument | undefined): void => {
    if (document?.uri.scheme !== memoryScheme) {
      item.hide();
      return;
    }
    const limit = limitOf(library, document);
    const length = lengthOf(document);
    const said = t('{0} of {1} characters', length.toLocaleString(), limit.toLocaleString());
    item.text = length > limit ? `$(warning) ${said}` : said;
    item.tooltip = t('Notes stand in every prompt, so they are kept short.');
    item.accessibilityInformation = { label: said, role: 'status' };
    item.show();
  };
  const lookAtAll = (): void => vscode.workspace.textDocuments.forEach(look);
  owned.add(vscode.workspace.onDidOpenTextDocument(look));
  owned.add(vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)));
  owned.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => found.delete(uri)));
  owned.add(vscode.window.onDidChangeActiveTextEditor((editor) => show(editor?.document)));
  owned.add(library.onDidChangeShelf(lookAtAll));
  lookAtAll();
  return owned;
}

function limitOf({ shelf }: Library, { uri }: vscode.TextDocument): number {
  const ref = readAddress(uri);
  if (ref?.kind !== 'note') return factMaxChars;
  return shelf.blocks.find(({ id }) => id === ref.id)?.limit ?? Number.MAX_SAFE_INTEGER;
}

/** As it is stored: with one sign per line end. */
function lengthOf(document: vscode.TextDocument): number {
  const text = document.getText();
  return document.eol === vscode.EndOfLine.CRLF
    ? text.replaceAll('\r\n', '\n').length
    : text.length;
}

function findExcess(document: vscode.TextDocument, limit: number): vscode.Diagnostic[] {
  const excess = lengthOf(document) - limit;
  if (excess <= 0) return [];
  const end = document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
  const range = new vscode.Range(
    document.positionAt(Math.max(0, end - excess)),
    document.positionAt(end),
  );
  const message = t(
    '{0} characters too many: a note that is longer than its limit is not saved.',
    excess.toLocaleString(),
  );
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'Waggle';
  return [diagnostic];
}
