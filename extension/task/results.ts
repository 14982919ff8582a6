/** What a task left, opened where it belongs: a file in the editor, a link in the browser, a commit and a note as pages. */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { Task, TaskResult } from '../../protocol/task/task.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { translate as t } from '../editor/editor.ts';
import { chooseTask } from './acts.ts';
import type { TaskParts } from './parts.ts';
import { isTaskNode } from './taskNode.ts';
import type { TaskPage } from './taskPage.ts';
import { sessionIdOf, titleOf } from './taskRow.ts';
import { tellDone } from './told.ts';

type ResultCommandName = 'openTaskResult' | 'addTaskResult' | 'removeTaskResult';

const titleChars = 200;

export function createResultCommands(
  parts: TaskParts,
  page: TaskPage,
): CommandHandlers<ResultCommandName> {
  return {
    async openTaskResult(argument) {
      if (!isTaskNode(argument) || argument.kind !== 'result') return;
      await openResult(parts, page, argument);
    },
    async addTaskResult(argument) {
      const task = await chooseTask(parts, argument, { placeHolder: t('Attach to which task?') });
      if (task !== undefined) await addResult(parts, task);
    },
    async removeTaskResult(argument) {
      if (!isTaskNode(argument) || argument.kind !== 'result') return;
      await removeResult(parts, argument);
    },
  };
}

interface Of {
  readonly task: Task;
  readonly result: TaskResult;
}

async function openResult(parts: TaskParts, page: TaskPage, { task, result }: Of): Promise<void> {
  switch (result.kind) {
    case 'file':
      await vscode.commands.executeCommand(
        'vscode.open',
        vscode.Uri.file(findFile(parts, task, result)),
      );
      return;
    case 'link':
      await vscode.env.openExternal(readLink(result.target));
      return;
    case 'commit':
    case 'note':
      await page.showResult(task, result);
  }
}

/** An agent may have named it: what lies outside of where it worked is not opened. */
function findFile({ sessions }: TaskParts, task: Task, { target }: TaskResult): string {
  const session = sessions.get(sessionIdOf(task) ?? '');
  const roots = [session?.cwd, task.cwd].filter((root) => root !== undefined);
  for (const root of roots) {
    const found = resolveWithin(root, target);
    if (found !== undefined) return found;
  }
  throw new WaggleError(
    'notFound',
    t("There is no file '{0}' where the task worked.", target.slice(0, 200)),
  );
}

function resolveWithin(root: string, target: string): string | undefined {
  try {
    const path = realpathSync(resolve(root, target));
    const way = relative(realpathSync(root), path);
    return way.startsWith('..') || isAbsolute(way) ? undefined : path;
  } catch (error) {
    // Not there, or nothing that a person may read.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

function readLink(target: string): vscode.Uri {
  const uri = vscode.Uri.parse(target, true);
  if (uri.scheme === 'http' || uri.scheme === 'https') return uri;
  throw new WaggleError('badRequest', t('Only links of the web are opened.'));
}

async function addResult({ connection, tasks }: TaskParts, task: Task): Promise<void> {
  const target = await vscode.window.showInputBox({
    title: t("Attach to '{0}'", titleOf(task)),
    prompt: t('A link, a path below its folder, a commit, or a note.'),
  });
  if (target === undefined || target.trim() === '') return;
  const text = target.trim();
  const answer = await connection.call('task/addResult', {
    taskId: task.id,
    kind: kindOf(text, task.cwd),
    title: text.slice(0, titleChars),
    target: text,
  });
  tasks.put(answer.task);
}

function kindOf(text: string, cwd: string): TaskResult['kind'] {
  if (/^https?:\/\/\S+$/i.test(text)) return 'link';
  if (/^[0-9a-f]{7,64}$/i.test(text)) return 'commit';
  return resolveWithin(cwd, text) === undefined ? 'note' : 'file';
}

async function removeResult({ connection, tasks }: TaskParts, { task, result }: Of): Promise<void> {
  const taskId = task.id;
  const answer = await connection.call('task/removeResult', { taskId, resultId: result.id });
  tasks.put(answer.task);
  const { kind, title, target } = result;
  const undo = async (): Promise<void> => {
    const again = await connection.call('task/addResult', { taskId, kind, title, target });
    tasks.put(again.task);
  };
  tellDone(t('Taken off. What it names stays.'), { label: t('Undo'), act: undo });
}
