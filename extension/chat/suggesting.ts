/** What `@` offers: what is selected, problems, files, other sessions; and files that are picked or dropped. */
import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { PromptPart, Suggestion } from '../../protocol/chat/chatPage.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { translate as t } from '../editor/editor.ts';
import { nameOf } from '../session/session.ts';
import type { ChatServices } from './chatServices.ts';
import { describeProblems, describeSelection } from './parts.ts';
import { listFiles, rankPaths, toPattern, toShortPath, toSlashes } from './paths.ts';
import { findEditor } from './writing.ts';

const filesMost = 30;
const sessionsMost = 8;
const filesLookedAt = 3000;

export async function suggest(
  services: ChatServices,
  sessionId: SessionId,
  query: string,
): Promise<Suggestion[]> {
  const files = await suggestFiles(services, sessionId, query);
  const others = [
    ...suggestEditor(services, sessionId),
    ...suggestSessions(services, sessionId),
  ].filter(({ label }) => label.toLowerCase().includes(query.toLowerCase()));
  return query === '' ? [...others, ...files] : [...files, ...others];
}

function cwdOf({ sessions }: ChatServices, sessionId: SessionId): string {
  return sessions.get(sessionId)?.cwd ?? '';
}

function suggestEditor(services: ChatServices, sessionId: SessionId): Suggestion[] {
  const editor = findEditor();
  const cwd = cwdOf(services, sessionId);
  const parts: Suggestion[] = [];
  if (editor !== undefined && !editor.selection.isEmpty) {
    const part = describeSelection(editor, cwd);
    parts.push({ label: t('Selection'), detail: part.label, icon: 'selection', insert: '', part });
  }
  const problems = describeProblems(vscode.languages.getDiagnostics(), cwd);
  if (problems !== undefined) {
    const detail = problems.label;
    parts.push({ label: t('Problems'), detail, icon: 'warning', insert: '', part: problems });
  }
  return parts;
}

function suggestSessions({ sessions }: ChatServices, sessionId: SessionId): Suggestion[] {
  const others = sessions.list().filter(({ id, hidden }) => id !== sessionId && !hidden);
  return others.slice(0, sessionsMost).map((session) => {
    const label = nameOf(session);
    const text = t("(about the session '{0}', id {1})", label, session.id);
    const part: PromptPart = { kind: 'session', label, text };
    return { label, detail: t('session'), icon: 'comment-discussion', insert: '', part };
  });
}

/** By the editor's search; by a look into the folder where that does not run. */
async function findPaths(
  { log }: ChatServices,
  wish: { readonly cwd: string; readonly pattern: string; readonly query: string },
): Promise<string[]> {
  const { cwd, pattern, query } = wish;
  const folder = vscode.Uri.file(cwd);
  const most = query === '' ? filesMost : 500;
  try {
    const where = new vscode.RelativePattern(folder, pattern);
    const found = await vscode.workspace.findFiles(where, undefined, most);
    if (found.length > 0) return found.map(({ fsPath }) => toSlashes(relative(cwd, fsPath)));
  } catch (error) {
    log.info('the editor’s search for files does not run', errorMessageOf(error));
  }
  const listed = await listFiles(cwd, filesLookedAt);
  return listed.filter((path) => path.toLowerCase().includes(query.toLowerCase()));
}

/** Agents read a file that is named with `@`. */
async function suggestFiles(
  services: ChatServices,
  sessionId: SessionId,
  query: string,
): Promise<Suggestion[]> {
  const cwd = cwdOf(services, sessionId);
  if (cwd === '') return [];
  const pattern = toPattern(query);
  const paths = await findPaths(services, { cwd, pattern, query });
  return rankPaths(paths, query)
    .slice(0, filesMost)
    .map((path) => ({ label: path, detail: '', icon: 'file', insert: `@${path}` }));
}

export async function pickFiles(
  services: ChatServices,
  sessionId: SessionId,
): Promise<PromptPart[]> {
  const defaultUri = vscode.Uri.file(cwdOf(services, sessionId));
  const picked = await vscode.window.showOpenDialog({
    title: t('Add Files'),
    openLabel: t('Add'),
    canSelectMany: true,
    defaultUri,
  });
  return (picked ?? []).map((uri) => toFilePart(cwdOf(services, sessionId), uri));
}

/** Addresses of what was dropped, as the editor gives them. */
export async function dropFiles(
  services: ChatServices,
  sessionId: SessionId,
  addresses: readonly string[],
): Promise<PromptPart[]> {
  const uris = addresses.flatMap((address) => {
    try {
      return [vscode.Uri.parse(address, true)];
    } catch (error) {
      services.log.debug('what was dropped has no address', String(error));
      return [];
    }
  });
  const files = uris.filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote');
  return files.map((uri) => toFilePart(cwdOf(services, sessionId), uri));
}

function toFilePart(cwd: string, uri: vscode.Uri): PromptPart {
  const path = toShortPath(cwd, uri.fsPath);
  return { kind: 'file', label: toPlainLine(path, 200), text: `@${path}` };
}
