/** Tasks and what runs wrote, as pages that can be read and copied and are never saved. */
import * as vscode from 'vscode';
import type { Run, Task, TaskResult } from '../../protocol/task/task.ts';
import { runIdSchema, taskIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';
import { setContext, translate as t } from '../editor/editor.ts';
import type { TaskParts } from './parts.ts';
import { readCommit } from './commit.ts';
import { describeMoment } from './moment.ts';
import { sessionIdOf, titleOf } from './taskRow.ts';
import { childrenOf } from './taskShelf.ts';
import { describeOutput, describePage } from './taskText.ts';

const scheme = 'waggle-task';
const shownRuns = 20;
/** Output may come line by line. */
const settleMs = 200;

/** The editor asks for a page when it is opened, comes back after a reload, or what it shows has changed. */
export class TaskPage implements vscode.TextDocumentContentProvider, Disposable {
  readonly #parts: TaskParts;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  #timer: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    const tell = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        if (parts.connection.link === undefined) return;
        for (const uri of listPages()) this.#changed.fire(uri);
      }, settleMs);
    };
    this.#owned.add(parts.tasks.onDidChange(tell));
    this.#owned.add(parts.tasks.onDidRun(tell));
    this.#owned.add({ dispose: () => clearTimeout(this.#timer) });
    this.#owned.add(vscode.window.onDidChangeActiveTextEditor(() => this.#tellStatus()));
    this.#owned.add(parts.tasks.onDidChange(() => this.#tellStatus()));
  }

  async showTask(task: Task): Promise<void> {
    await show(titleOf(task), `task=${task.id}`);
  }

  /** The kept end of its output. */
  async showRun(run: Run): Promise<void> {
    const task = this.#parts.tasks.get(run.taskId);
    const at = describeMoment(run.startedAt ?? run.plannedAt, Date.now(), t);
    const name = [task === undefined ? t('Run') : titleOf(task), at].join(' ');
    await show(name, `run=${run.id}&task=${run.taskId}`);
  }

  /** A commit as its patch, a note as its text. */
  async showResult(task: Task, { id, kind, title }: TaskResult): Promise<void> {
    const document = await show(title, `task=${task.id}&result=${id}`);
    if (kind === 'commit') await vscode.languages.setTextDocumentLanguage(document, 'diff');
  }

  async provideTextDocumentContent({ query }: vscode.Uri): Promise<string> {
    const parameters = new URLSearchParams(query);
    const runId = runIdSchema.safeParse(parameters.get('run'));
    const taskId = taskIdSchema.safeParse(parameters.get('task'));
    try {
      if (runId.success) return await this.#describeRun(runId.data);
      if (!taskId.success) return '';
      const resultId = parameters.get('result');
      if (resultId !== null) return await this.#describeResult(taskId.data, resultId);
      return await this.#describeTask(taskId.data);
    } catch (error) {
      if (errorCodeOf(error) !== 'notFound') throw error;
      return t('It was deleted.');
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Buttons of the page are those that its task allows. */
  #tellStatus(): void {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const query = uri?.scheme === scheme ? uri.query : '';
    const task = this.#parts.tasks.get(new URLSearchParams(query).get('task') ?? '');
    void setContext('taskPage', task?.state.status ?? '');
  }

  async #describeTask(taskId: Task['id']): Promise<string> {
    const { connection, tasks, sessions } = this.#parts;
    const [{ task }, { runs }] = await Promise.all([
      connection.call('task/get', { taskId }),
      connection.call('task/history', { taskId, limit: shownRuns }),
    ]);
    const { parentId } = task;
    return describePage(task, {
      nowMs: Date.now(),
      t,
      session: sessions.get(sessionIdOf(task) ?? ''),
      parent: parentId === null ? undefined : tasks.get(parentId),
      children: childrenOf(task, tasks.list()),
      runs,
    });
  }

  async #describeResult(taskId: Task['id'], resultId: string): Promise<string> {
    const { task } = await this.#parts.connection.call('task/get', { taskId });
    const result = task.results.find(({ id }) => id === resultId);
    if (result === undefined) return t('It was taken off its task.');
    const { kind, target } = result;
    return toVisibleText(kind === 'commit' ? await readCommit(task.cwd, target) : target);
  }

  async #describeRun(runId: Run['id']): Promise<string> {
    const { connection, tasks } = this.#parts;
    const output = await connection.call('task/output', { runId });
    return describeOutput(output, tasks.get(output.run.taskId), { nowMs: Date.now(), t });
  }
}

async function show(name: string, query: string): Promise<vscode.TextDocument> {
  const open = listPages().find((uri) => uri.query === query);
  const path = `/${
    name
      .replaceAll(/[\s/\\:*?"<>|#%]+/g, ' ')
      .slice(0, 60)
      .trim() || '-'
  }`;
  const uri = open ?? vscode.Uri.from({ scheme, path, query });
  const editor = await vscode.window.showTextDocument(uri, { preview: true });
  return editor.document;
}

function listPages(): vscode.Uri[] {
  return vscode.workspace.textDocuments
    .map(({ uri }) => uri)
    .filter((uri) => uri.scheme === scheme);
}
