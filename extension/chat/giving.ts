/** "Send Selection to Agent", "Explain Problem": what stands in a file goes into what is written in a chat, or is pasted into a terminal. The person sends it. */
import * as vscode from 'vscode';
import type { Draft, PromptPart } from '../../protocol/chat/chatPage.ts';
import type { Session } from '../../protocol/session/session.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { commandIds, translate as t } from '../editor/editor.ts';
import { isHistory, nameOf } from '../session/session.ts';
import type { Terminals } from '../terminal/terminal.ts';
import type { Chats } from './chats.ts';
import type { ChatServices } from './chatServices.ts';
import { describeProblem, describeSelection } from './parts.ts';
import { toFence } from './fence.ts';
import { toShortPath } from './paths.ts';
import { findEditor } from './writing.ts';

export interface GivingOptions {
  readonly services: ChatServices;
  readonly chats: Chats;
  readonly terminals: Terminals;
  /** A new chat, as the person chooses; undefined when they turned away. */
  readonly startChat: () => Promise<Session | undefined>;
}

interface AgentRow extends vscode.QuickPickItem {
  readonly session?: Session;
}

export async function sendSelection(options: GivingOptions): Promise<void> {
  const editor = findEditor();
  if (editor === undefined) {
    throw new WaggleError('notFound', t('Nothing is selected: no file has the focus.'));
  }
  const session = await chooseAgent(options);
  if (session === undefined) return;
  const whole = wholeFile(editor.document, session.cwd);
  const part = editor.selection.isEmpty ? whole : describeSelection(editor, session.cwd);
  give(options, session, { text: '', parts: [part] });
}

export async function explainProblem(options: GivingOptions, argument: unknown): Promise<void> {
  const found = findProblem(argument);
  if (found === undefined) {
    throw new WaggleError('notFound', t('There is no problem where the cursor is.'), {
      fix: t('Set the cursor onto the underlined text.'),
    });
  }
  const session = await chooseAgent(options);
  if (session === undefined) return;
  const { document, problem } = found;
  const { start, end } = problem.range;
  const first = Math.max(0, start.line - 5);
  const last = Math.min(document.lineCount - 1, end.line + 5);
  const around = new vscode.Range(first, 0, last, document.lineAt(last).text.length);
  const line = describeProblem(document.uri, problem, session.cwd);
  const code = toFence(document.getText(around), document.languageId);
  const label = toPlainLine(
    `${toShortPath(session.cwd, document.uri.fsPath)}:${start.line + 1}`,
    200,
  );
  const part: PromptPart = { kind: 'problems', label, text: `${line}\n${code}` };
  give(options, session, { text: t('Explain this problem, and how to fix it.'), parts: [part] });
}

/** Where a problem is underlined, its light bulb offers to have it explained. */
export function registerExplaining(): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    {
      provideCodeActions: (document, _range, { diagnostics }) =>
        diagnostics.slice(0, 1).map((problem) => {
          const action = new vscode.CodeAction(
            t('Explain with an Agent'),
            vscode.CodeActionKind.QuickFix,
          );
          const { line, character } = problem.range.start;
          const place = { uri: document.uri.toString(), line, character };
          action.command = { command: commandIds.explainProblem, title: '', arguments: [place] };
          action.diagnostics = [problem];
          return action;
        }),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function findProblem(
  argument: unknown,
): { document: vscode.TextDocument; problem: vscode.Diagnostic } | undefined {
  const editor = findEditor();
  if (editor === undefined) return undefined;
  const { document } = editor;
  const at = readPlace(argument) ?? editor.selection.active;
  const problems = vscode.languages.getDiagnostics(document.uri);
  const here = problems.filter(({ range }) => range.contains(at));
  const near = problems.filter(({ range }) => range.start.line === at.line);
  const problem = here[0] ?? near[0];
  return problem && { document, problem };
}

function readPlace(argument: unknown): vscode.Position | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if (!('line' in argument) || !('character' in argument)) return undefined;
  const { line, character } = argument;
  return typeof line === 'number' && typeof character === 'number'
    ? new vscode.Position(line, character)
    : undefined;
}

function wholeFile(document: vscode.TextDocument, cwd: string): PromptPart {
  const path = toShortPath(cwd, document.uri.fsPath);
  return { kind: 'file', label: toPlainLine(path, 200), text: `@${path}` };
}

/** The chat that was used last stands first; a new one is always offered. */
async function chooseAgent(options: GivingOptions): Promise<Session | undefined> {
  const { services, chats } = options;
  await services.connection.require();
  const agents = services.sessions
    .list()
    .filter((session) => !session.hidden && !isHistory(session))
    .filter(({ agent }) => agent !== 'shell' && agent !== 'command');
  const last = chats.lastActive;
  const ranked = agents.toSorted(
    (left, right) =>
      Number(right.id === last) - Number(left.id === last) ||
      right.updatedAt.localeCompare(left.updatedAt),
  );
  const rows = ranked.map((session): AgentRow => ({
    session,
    label: nameOf(session),
    description: [session.agent, session.mode === 'pipe' ? t('chat') : t('terminal')].join(' · '),
  }));
  const fresh: AgentRow = { label: t('New Chat…'), iconPath: new vscode.ThemeIcon('add') };
  const chosen = await vscode.window.showQuickPick([...rows, fresh], {
    title: t('To Which Agent?'),
  });
  if (chosen === undefined) return undefined;
  return chosen.session ?? options.startChat();
}

function give({ chats, terminals }: GivingOptions, session: Session, draft: Draft): void {
  if (session.mode === 'pipe') {
    chats.open(session);
    chats.addTo(session.id, draft);
    return;
  }
  terminals.open(session);
  const text = [draft.text, ...draft.parts.map((part) => part.text)].filter(Boolean).join('\n');
  // As a paste: the program sees where it begins and ends, and nothing is sent off.
  terminals.find(session.id)?.sendText(`\u001b[200~${text}\u001b[201~`, false);
}
