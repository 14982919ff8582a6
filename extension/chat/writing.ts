/** What a chat gives to the files of the window. */
import * as vscode from 'vscode';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { translate as t } from '../editor/editor.ts';
import type { ChatServices } from './chatServices.ts';

let lastEditor: vscode.TextEditor | undefined;

/** The page has the focus when something is inserted: the editor before it is meant. */
export function followEditors(): vscode.Disposable {
  lastEditor = vscode.window.activeTextEditor;
  return vscode.window.onDidChangeActiveTextEditor((editor) => {
    if (editor !== undefined) lastEditor = editor;
  });
}

/** The editor that had the focus last and can still be seen. */
export function findEditor(): vscode.TextEditor | undefined {
  const { visibleTextEditors, activeTextEditor } = vscode.window;
  if (activeTextEditor !== undefined) return activeTextEditor;
  const isShown = visibleTextEditors.some(({ document }) => document === lastEditor?.document);
  return isShown ? lastEditor : visibleTextEditors.find(({ document }) => isFile(document));
}

export async function insertAtCursor(text: string): Promise<void> {
  const editor = findEditor();
  if (editor === undefined) {
    const fix = t('Open the file beside the chat, and set the cursor where the code belongs.');
    throw new WaggleError('notFound', t('There is no file to insert it into.'), { fix });
  }
  const { document, viewColumn } = editor;
  const column = viewColumn === undefined ? {} : { viewColumn };
  const shown = await vscode.window.showTextDocument(document, column);
  const isDone = await shown.edit((edit) => {
    for (const selection of shown.selections) edit.replace(selection, text);
  });
  if (!isDone) throw new WaggleError('conflict', t('The file does not take changes now.'));
}

/** The whole conversation as Markdown, in a document of its own. */
export async function openOther({ connection }: ChatServices, sessionId: SessionId): Promise<void> {
  const pages: string[] = [];
  let from: number | null = 1;
  while (from !== null) {
    const page: { text: string; next: number | null } = await connection.call('chat/export', {
      sessionId,
      from,
    });
    pages.push(page.text);
    from = page.next;
  }
  const content = pages.join('');
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document);
}

function isFile({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' || uri.scheme === 'untitled' || uri.scheme === 'vscode-remote';
}
