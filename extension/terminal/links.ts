/**
 * Links in the terminals of sessions, read against the directory of the session and never against another checkout that
 * the window happens to show: providers of extensions come before the editor's own.
 */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { runCommand, showFailure, toMessage, translate as t } from '../editor/editor.ts';
import type { SessionList } from '../session/session.ts';
import { nameOf } from '../session/session.ts';
import { findLinks, findSessionIds } from './linkParse.ts';
import type { FoundPath, ResolvedLink } from './linkResolve.ts';
import { resolveLinks } from './linkResolve.ts';
import type { Terminals } from './terminals.ts';

interface SessionLink extends vscode.TerminalLink {
  readonly open: () => Promise<unknown>;
}

export interface LinkOptions {
  readonly terminals: Pick<Terminals, 'sessionOf'>;
  readonly sessions: SessionList;
}

const limitMs = 1500;
const directoriesMax = 12;

export function registerLinks({ terminals, sessions }: LinkOptions): Disposable {
  const owned = new DisposableStore();
  const visited = new VisitedDirectories(sessions);
  owned.add(sessions.onDidChange(({ changed }) => visited.follow(changed)));
  const provider: vscode.TerminalLinkProvider<SessionLink> = {
    async provideTerminalLinks({ line, terminal }, token) {
      const session = sessions.get(terminals.sessionOf(terminal) ?? '');
      if (session === undefined) return [];
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), limitMs);
      const canceled = token.onCancellationRequested(() => abort.abort());
      try {
        const directories = visited.of(session);
        const links = await findFiles(line, { directories, signal: abort.signal });
        return [...links, ...findSessions(line, sessions, session.id)];
      } finally {
        clearTimeout(timer);
        canceled.dispose();
      }
    },
    handleTerminalLink(link) {
      link.open().catch(showFailure);
    },
  };
  owned.add(vscode.window.registerTerminalLinkProvider(provider));
  return owned;
}

/** The editor does not tell where in the terminal a line stands: every directory that was seen may be its own. */
class VisitedDirectories {
  readonly #sessions: SessionList;
  readonly #seen = new Map<string, readonly string[]>();

  constructor(sessions: SessionList) {
    this.#sessions = sessions;
  }

  /** Newest first; the one where the session started is always among them. */
  of({ id, cwd, directory }: Session): string[] {
    const seen = this.#seen.get(id) ?? [];
    return [...new Set([directory ?? cwd, ...seen, cwd])];
  }

  follow(changed: ReadonlySet<string>): void {
    for (const id of changed) {
      const session = this.#sessions.get(id);
      if (session === undefined) this.#seen.delete(id);
      else this.#seen.set(id, this.of(session).slice(0, directoriesMax));
    }
  }
}

async function findFiles(
  line: string,
  {
    directories,
    signal,
  }: { readonly directories: readonly string[]; readonly signal: AbortSignal },
): Promise<SessionLink[]> {
  const candidates = findLinks(line);
  if (candidates.length === 0) return [];
  const folders = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
    uri.scheme === 'file' ? [uri.fsPath] : [],
  );
  const home = homedir();
  const resolved = await resolveLinks(candidates, { directories, folders, home, look, signal });
  const current = directories[0] ?? '';
  return resolved.map((link) => ({
    startIndex: link.candidate.start,
    length: link.candidate.length,
    tooltip: describe(link, current),
    open: () => open(link, current),
  }));
}

function findSessions(line: string, sessions: SessionList, own: string): SessionLink[] {
  return findSessionIds(line).flatMap(({ start, length, sessionId }) => {
    const session = sessions.get(sessionId);
    if (session === undefined || sessionId === own) return [];
    const tooltip = t("Open the session '{0}'", toPlainLine(nameOf(session), 80));
    const open = (): Promise<unknown> => runCommand('openSession', sessionId);
    return [{ startIndex: start, length, tooltip, open }];
  });
}

async function look(path: string): Promise<FoundPath | undefined> {
  try {
    return { path, isDirectory: (await stat(path)).isDirectory() };
  } catch {
    return undefined;
  }
}

function describe({ found, candidate }: ResolvedLink, current: string): string {
  const [only] = found;
  if (only === undefined) return t('Not in {0}', toPlainLine(current));
  if (found.length > 1) return t('Open one of {0} files', found.length);
  const line = candidate.line === undefined ? '' : `:${candidate.line}`;
  return `${toPlainLine(only.path, 400)}${line}`;
}

async function open(link: ResolvedLink, current: string): Promise<void> {
  const [first] = link.found;
  if (first === undefined) return offerElsewhere(link, current);
  const chosen = link.found.length === 1 ? first : await choose(link.found);
  if (chosen !== undefined) await openPath(chosen, link);
}

async function choose(found: readonly FoundPath[]): Promise<FoundPath | undefined> {
  const rows = found.map((one) => ({ label: toPlainLine(one.path, 400), one }));
  const placeHolder = t('The session was in more than one directory with such a file');
  return (await vscode.window.showQuickPick(rows, { placeHolder }))?.one;
}

/** It is another checkout's: opened only when the person says so. */
async function offerElsewhere(link: ResolvedLink, current: string): Promise<void> {
  const { elsewhere, candidate } = link;
  if (elsewhere === undefined) return;
  const path = toPlainLine(candidate.paths.at(-1) ?? '', 200);
  const action = t('Open {0}', toPlainLine(elsewhere.path, 200));
  const message = t("'{0}' is not in {1}, where the session runs.", path, toPlainLine(current));
  if ((await vscode.window.showInformationMessage(toMessage(message), action)) === action)
    await openPath(elsewhere, link);
}

async function openPath({ path, isDirectory }: FoundPath, link: ResolvedLink): Promise<void> {
  const uri = vscode.Uri.file(path);
  if (isDirectory) {
    const isShown = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    if (isShown) await vscode.commands.executeCommand('revealInExplorer', uri);
    else await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
    return;
  }
  const { line, column } = link.candidate;
  const at = new vscode.Position((line ?? 1) - 1, (column ?? 1) - 1);
  const options = line === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.commands.executeCommand('vscode.open', uri, options);
}
