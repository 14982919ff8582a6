/**
 * Agent tasks in this window: the view, the four questions, the form, pages of what happened, and the commands. Everything
 * comes from the daemon, which alone decides what runs when; deliberately keeps nothing.
 */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { runCommand, setContext, showFailure, translate as t } from '../editor/editor.ts';
import { chooseTask, createActs, enable, pause } from './acts.ts';
import { TaskDrag } from './drag.ts';
import { offerLogin } from './loginOffer.ts';
import type { Order } from './order.ts';
import { toParams } from './order.ts';
import type { TaskParts } from './parts.ts';
import { createResultCommands } from './results.ts';
import { askForTask } from './schedule.ts';
import { describeScheduled } from './scheduleRow.ts';
import { readSelection } from './selection.ts';
import { openEditForm, openNewForm, restoreTaskForms } from './taskForm.ts';
import { TaskList } from './taskList.ts';
import type { TaskNode } from './taskNode.ts';
import { isTaskNode, readRunId, readTaskId } from './taskNode.ts';
import { TaskPage } from './taskPage.ts';
import { pickRun } from './taskPick.ts';
import { sessionIdOf, titleOf } from './taskRow.ts';
import { isOn } from './taskShelf.ts';
import { TaskTree } from './taskTree.ts';
import { tellDone } from './told.ts';

export type TaskFeatureOptions = Omit<TaskParts, 'tasks'>;

type TaskCommands = ReturnType<typeof createActs> &
  ReturnType<typeof createResultCommands> &
  ReturnType<typeof createOpenCommands> &
  ReturnType<typeof createNewCommands>;

export interface TaskFeature extends Disposable {
  readonly commands: CommandHandlers<keyof TaskCommands>;
}

export function createTaskFeature(options: TaskFeatureOptions): TaskFeature {
  const { connection, sessions, log } = options;
  const owned = new DisposableStore();
  const { onDidConnect } = connection;
  const tasks = owned.add(new TaskList({ onDidConnect, log }));
  const parts: TaskParts = { ...options, tasks };
  const page = owned.add(new TaskPage(parts));
  const tree = owned.add(
    new TaskTree({
      tasks,
      findSession: (id) => sessions.get(id),
      // Drawing rows starts no daemon that a person stopped.
      listRuns: async (taskId, limit) =>
        (await connection.link?.call('task/history', { taskId, limit })) ?? {
          runs: [],
          next: null,
        },
    }),
  );
  const view = owned.add(showTree(parts, tree));
  owned.add(restoreTaskForms(parts));
  return {
    commands: {
      ...createActs(parts),
      ...createResultCommands(parts, page),
      ...createOpenCommands(parts, { page, tree }),
      ...createNewCommands(parts, (id) => reveal(tree, view.view, id)),
    },
    dispose: () => owned.dispose(),
  };
}

interface Shown extends Disposable {
  readonly view: vscode.TreeView<TaskNode>;
}

function showTree(parts: TaskParts, tree: TaskTree): Shown {
  const { tasks, sessions } = parts;
  const owned = new DisposableStore();
  const view = owned.add(
    vscode.window.createTreeView('waggle.tasks', {
      treeDataProvider: tree,
      dragAndDropController: new TaskDrag(parts),
      canSelectMany: true,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
    }),
  );
  const update = (): void => {
    tree.update();
    view.message = describePause(tasks);
    void setContext('tasksPaused', tasks.settings.paused);
    void setContext('hasTasks', tasks.list().length > 0);
  };
  owned.add(tasks.onDidChange(update));
  owned.add(tasks.onDidRun(({ taskId }) => tree.updateRuns(taskId)));
  owned.add(sessions.onDidChange(() => tree.update()));
  owned.add(
    view.onDidChangeCheckboxState(({ items }) => {
      for (const [node, state] of items) {
        const isTicked = state === vscode.TreeItemCheckboxState.Checked;
        turn(parts, node, isTicked)
          .catch(showFailure)
          .finally(() => tree.reset(node));
      }
    }),
  );
  return { view, dispose: () => owned.dispose() };
}

function describePause({ settings }: TaskList): string {
  if (!settings.paused) return '';
  return settings.pausedReason ?? t('All schedules are paused.');
}

async function turn(parts: TaskParts, node: TaskNode, isTicked: boolean): Promise<void> {
  if (node.kind !== 'task' || isTicked === isOn(node.task)) return;
  if (isTicked && node.task.state.status === 'draft') await enable(parts, node.task);
  else await pause(parts, node.task, !isTicked);
}

/** Not when the view was never opened: nothing takes the person's place away. */
async function reveal(
  tree: TaskTree,
  view: vscode.TreeView<TaskNode>,
  taskId: string,
): Promise<void> {
  tree.update();
  const node = tree.findNode(taskId);
  if (node !== undefined && view.visible) await view.reveal(node, { select: true, focus: false });
}

interface OpenParts {
  readonly page: TaskPage;
  readonly tree: TaskTree;
}

function createOpenCommands(
  parts: TaskParts,
  { page, tree }: OpenParts,
): CommandHandlers<
  | 'openTask'
  | 'showTask'
  | 'openTaskSession'
  | 'editTask'
  | 'taskHistory'
  | 'openRun'
  | 'showMoreRuns'
> {
  return {
    async openTask(argument) {
      const task = await chooseTask(parts, argument, { placeHolder: t('Open which task?') });
      if (task === undefined) return;
      const session = parts.sessions.get(sessionIdOf(task) ?? '');
      const isRunning = task.state.status === 'running';
      if (isRunning && session !== undefined) await runCommand('openSession', session.id);
      else await page.showTask(task);
    },
    async showTask(argument) {
      const task = await chooseTask(parts, argument, { placeHolder: t('Show which task?') });
      if (task !== undefined) await page.showTask(task);
    },
    async openTaskSession(argument) {
      const task = await chooseTask(parts, argument, {
        placeHolder: t('Open the session of which task?'),
      });
      if (task === undefined) return;
      const sessionId = sessionIdOf(task);
      if (sessionId === undefined) await page.showTask(task);
      else await runCommand('openSession', sessionId);
    },
    async editTask(argument) {
      const task = await chooseTask(parts, argument, { placeHolder: t('Edit which task?') });
      if (task !== undefined) await openEditForm(parts, task);
    },
    async taskHistory(argument) {
      const task = await chooseTask(parts, argument, {
        placeHolder: t('Show the runs of which task?'),
      });
      const run = task === undefined ? undefined : await pickRun(parts, task);
      if (run !== undefined) await openRun(parts, page, run);
    },
    async openRun(argument) {
      const runId = readRunId(argument);
      if (runId === undefined) return;
      const { run } = await parts.connection.call('task/output', { runId });
      await openRun(parts, page, run);
    },
    showMoreRuns(argument) {
      if (isTaskNode(argument) && argument.kind === 'more') tree.showMore(argument.parent);
    },
  };
}

/** The session itself while it exists and is not over, else what it wrote. */
async function openRun(
  { sessions }: TaskParts,
  page: TaskPage,
  run: Parameters<TaskPage['showRun']>[0],
): Promise<void> {
  const session = run.sessionId === null ? undefined : sessions.get(run.sessionId);
  const isOpen = session !== undefined && (run.state !== 'finished' || session.mode === 'pipe');
  if (isOpen) await runCommand('openSession', session.id);
  else await page.showRun(run);
}

function createNewCommands(
  parts: TaskParts,
  show: (taskId: string) => Promise<void>,
): CommandHandlers<'scheduleTask' | 'taskFromSelection' | 'addPart'> {
  return {
    scheduleTask: () => ask(parts, show, { parentId: null }),
    taskFromSelection: () => ask(parts, show, { parentId: null, selection: readSelection() }),
    async addPart(argument) {
      const id = readTaskId(argument);
      const parent = await chooseTask(parts, id, { placeHolder: t('Add a part to which task?') });
      if (parent !== undefined) await ask(parts, show, { parentId: parent.id });
    },
  };
}

async function ask(
  parts: TaskParts,
  show: (taskId: string) => Promise<void>,
  options: Parameters<typeof askForTask>[1],
): Promise<void> {
  const asked = await askForTask(parts, options);
  if (asked === undefined) return;
  const { order, verdict } = asked;
  if (verdict === 'more') await openNewForm(parts, order);
  else await show(await (verdict === 'schedule' ? create(parts, order) : runOnce(parts, order)));
}

async function create({ connection, tasks, ...rest }: TaskParts, order: Order): Promise<string> {
  const params = { ...toParams(order), idempotencyKey: randomUUID() };
  const { task, askLogin } = await connection.call('task/create', params);
  tasks.put(task);
  const undo = async (): Promise<void> => {
    await connection.call('task/delete', { taskId: task.id });
  };
  const said = describeScheduled(task.schedule, { nowMs: Date.now(), t });
  tellDone(`'${titleOf(task)}': ${said}.`, { label: t('Undo'), act: undo });
  if (askLogin) offerLogin({ connection, tasks, ...rest });
  return task.id;
}

async function runOnce({ connection, tasks }: TaskParts, order: Order): Promise<string> {
  const once: Order = { ...order, schedule: { kind: 'none' } };
  const made = await connection.call('task/create', {
    ...toParams(once),
    idempotencyKey: randomUUID(),
  });
  const { task } = await connection.call('task/run', { taskId: made.task.id });
  tasks.put(task);
  return task.id;
}
