/** The commands about one task: each takes a row, an id, an open page, an entry of "Needs You", or asks. */
import * as vscode from 'vscode';
import type { Task } from '../../protocol/task/task.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { runCommand, toMessage, translate as t } from '../editor/editor.ts';
import { offerLogin } from './loginOffer.ts';
import type { TaskParts } from './parts.ts';
import { pickTask } from './taskPick.ts';
import { readTaskId, readTaskIds } from './taskNode.ts';
import { titleOf } from './taskRow.ts';
import { canHold, isPlanned } from './taskShelf.ts';
import { describeWork } from './taskText.ts';
import { tellDone } from './told.ts';

type ActName =
  | 'runTask'
  | 'approveTask'
  | 'requestChanges'
  | 'cancelTask'
  | 'retryTask'
  | 'reopenTask'
  | 'turnTaskOff'
  | 'turnTaskOn'
  | 'enableTask'
  | 'deleteTask'
  | 'moveTask'
  | 'pauseTasks'
  | 'resumeTasks';

interface Question {
  readonly placeHolder: string;
  readonly among?: (task: Task) => boolean;
}

type Act = (parts: TaskParts, task: Task) => Promise<unknown>;

const feedbackMaxChars = 50_000;

export function createActs(parts: TaskParts): CommandHandlers<ActName> {
  const onOne =
    (question: Question, act: Act) =>
    async (argument?: unknown): Promise<void> => {
      const task = await chooseTask(parts, argument, question);
      if (task !== undefined) await act(parts, task);
    };
  const onAll =
    (question: Question, act: (all: TaskParts, tasks: Task[]) => Promise<unknown>) =>
    async (argument?: unknown, selection?: unknown): Promise<void> => {
      const named = readTaskIds(argument, selection).flatMap((id) => parts.tasks.get(id) ?? []);
      const one = named.length > 0 ? undefined : await chooseTask(parts, argument, question);
      const chosen = one === undefined ? named : [one];
      if (chosen.length > 0) await act(parts, chosen);
    };
  const has =
    (...statuses: Task['state']['status'][]) =>
    ({ state }: Task): boolean =>
      statuses.includes(state.status);
  const ask = {
    run: { placeHolder: t('Run which task now?'), among: ({ work }: Task) => work.kind !== 'none' },
    approve: { placeHolder: t('Approve which task?'), among: has('review') },
    change: {
      placeHolder: t('Request changes of which task?'),
      among: has('review', 'blocked', 'failed'),
    },
    cancel: {
      placeHolder: t('Cancel which task?'),
      among: has('running', 'review', 'blocked', 'ready'),
    },
    retry: {
      placeHolder: t('Try which task again?'),
      among: has('failed', 'cancelled', 'blocked'),
    },
    reopen: { placeHolder: t('Reopen which task?'), among: has('done', 'failed', 'cancelled') },
    off: {
      placeHolder: t('Turn which schedule off?'),
      among: (task: Task) => isPlanned(task) && !task.paused,
    },
    on: { placeHolder: t('Turn which schedule on?'), among: ({ paused }: Task) => paused },
    enable: { placeHolder: t('Enable which task?'), among: has('draft') },
    remove: { placeHolder: t('Delete which task?') },
    move: { placeHolder: t('Move which task?') },
  };
  return {
    runTask: onOne(ask.run, runNow),
    approveTask: onAll(ask.approve, approve),
    requestChanges: onOne(ask.change, requestChanges),
    cancelTask: onAll(ask.cancel, cancel),
    retryTask: onOne(ask.retry, retry),
    reopenTask: onOne(ask.reopen, reopen),
    turnTaskOff: onOne(ask.off, (_, task) => pause(parts, task, true)),
    turnTaskOn: onOne(ask.on, (_, task) => pause(parts, task, false)),
    enableTask: onOne(ask.enable, enable),
    deleteTask: onAll(ask.remove, remove),
    moveTask: onOne(ask.move, move),
    pauseTasks: () => pauseAll(parts, true),
    resumeTasks: () => pauseAll(parts, false),
  };
}

/** The task that a row or an id names; one that is picked when the command came without. */
export async function chooseTask(
  { connection, tasks }: Pick<TaskParts, 'connection' | 'tasks'>,
  argument: unknown,
  { placeHolder, among = () => true }: Question,
): Promise<Task | undefined> {
  const id = readTaskId(argument);
  const known = id === undefined ? undefined : tasks.get(id);
  if (known !== undefined) return known;
  if (id !== undefined) return (await connection.call('task/get', { taskId: id })).task;
  const listed = await connection.call('task/list', {});
  tasks.replace(listed.tasks, listed.settings);
  return pickTask(tasks.list().filter(among), placeHolder);
}

async function runNow({ connection, tasks }: TaskParts, { id }: Task): Promise<void> {
  const { task } = await connection.call('task/run', { taskId: id });
  tasks.put(task);
}

async function approve({ connection, tasks }: TaskParts, chosen: readonly Task[]): Promise<void> {
  for (const { id } of chosen) {
    const { task } = await connection.call('task/approve', { taskId: id });
    tasks.put(task);
  }
  const [first] = chosen;
  if (first !== undefined && chosen.length === 1) tellDone(t("'{0}' is approved.", titleOf(first)));
  else tellDone(t('{0} tasks are approved.', chosen.length));
}

async function requestChanges({ connection, tasks }: TaskParts, asked: Task): Promise<void> {
  const feedback = await vscode.window.showInputBox({
    title: t("Request Changes: '{0}'", titleOf(asked)),
    prompt: t('What is missing? The same conversation goes on with it.'),
    ignoreFocusOut: true,
    validateInput: (typed) =>
      typed.length > feedbackMaxChars ? t('At most {0} characters.', feedbackMaxChars) : undefined,
  });
  if (feedback === undefined || feedback.trim() === '') return;
  const { task } = await connection.call('task/requestChanges', { taskId: asked.id, feedback });
  tasks.put(task);
}

async function cancel(parts: TaskParts, chosen: readonly Task[]): Promise<void> {
  const { connection, tasks } = parts;
  await Promise.all(
    chosen.map(async ({ id }) =>
      tasks.put((await connection.call('task/cancel', { taskId: id })).task),
    ),
  );
  const [first] = chosen;
  if (first === undefined || chosen.length > 1) {
    tellDone(t('{0} tasks are cancelled.', chosen.length));
    return;
  }
  const undo = { label: t('Reopen'), act: () => reopen(parts, first) };
  tellDone(t("'{0}' is cancelled.", titleOf(first)), undo);
}

async function retry({ connection, tasks }: TaskParts, { id }: Task): Promise<void> {
  const { task } = await connection.call('task/retry', { taskId: id });
  tasks.put(task);
}

async function reopen({ connection, tasks }: TaskParts, { id }: Task): Promise<void> {
  const { task } = await connection.call('task/reopen', { taskId: id });
  tasks.put(task);
}

export async function pause(parts: TaskParts, { id }: Task, paused: boolean): Promise<void> {
  const answer = await parts.connection.call('task/pause', { taskId: id, paused });
  parts.tasks.put(answer.task);
  if (answer.askLogin) offerLogin(parts);
}

/**
 * Says what it does before it may. The revision is the one that was shown, so that what changed meanwhile is not enabled
 * unseen.
 */
export async function enable(parts: TaskParts, task: Task): Promise<boolean> {
  const button = t('Enable');
  const chosen = await vscode.window.showWarningMessage(
    toMessage(t("Enable '{0}'?", titleOf(task))),
    { modal: true, detail: describeEnabled(task) },
    button,
  );
  if (chosen !== button) return false;
  const { id, revision } = task;
  const answer = await parts.connection.call('task/enable', { taskId: id, revision });
  parts.tasks.put(answer.task);
  if (answer.askLogin) offerLogin(parts);
  return true;
}

function describeEnabled(task: Task): string {
  const lines = [
    describeWork(task.work, t, 600),
    t('in {0}', task.cwd),
    ...(task.source.kind === 'file'
      ? [t('It comes from a file of the repository. When the file changes, you are asked again.')]
      : []),
  ];
  return lines.join('\n\n');
}

async function remove(parts: TaskParts, chosen: readonly Task[]): Promise<void> {
  const { connection } = parts;
  const running = chosen.filter(({ state }) => state.status === 'running');
  if (running.length > 0 && !(await confirmRemoval(running))) return;
  const deleted: Task['id'][] = [];
  for (const { id } of chosen) {
    if (!deleted.includes(id))
      deleted.push(...(await connection.call('task/delete', { taskId: id })).deleted);
  }
  const [first] = chosen;
  const said =
    first !== undefined && deleted.length === 1
      ? t("'{0}' is deleted.", titleOf(first))
      : t('{0} tasks are deleted.', deleted.length);
  const undo = async (): Promise<void> => {
    const { tasks } = await connection.call('task/restore', { taskIds: deleted });
    for (const task of tasks) parts.tasks.put(task);
  };
  tellDone(said, { label: t('Undo'), act: undo });
}

async function confirmRemoval(running: readonly Task[]): Promise<boolean> {
  const [first] = running;
  const button = t('Cancel and Delete');
  const name = first === undefined ? '' : titleOf(first);
  const chosen = await vscode.window.showWarningMessage(
    running.length === 1
      ? toMessage(t("Delete '{0}'?", name))
      : t('Delete {0} tasks?', running.length),
    { modal: true, detail: t('It is still running. What runs of it is ended.') },
    button,
  );
  return chosen === button;
}

/** Undefined as `parent`: to the top. */
export async function moveUnder(
  parts: TaskParts,
  moved: readonly Task[],
  parent: Task | undefined,
): Promise<void> {
  const { connection, tasks } = parts;
  const parentId = parent?.id ?? null;
  const before = moved.map(({ id, parentId: old }) => ({ id, old }));
  const put = async (id: Task['id'], to: Task['id'] | null): Promise<void> => {
    const { task } = await connection.call('task/edit', { taskId: id, change: { parentId: to } });
    tasks.put(task);
  };
  for (const { id } of moved) await put(id, parentId);
  const [first] = moved;
  if (first === undefined) return;
  const name = moved.length === 1 ? titleOf(first) : t('{0} tasks', moved.length);
  const said =
    parent === undefined
      ? t("'{0}' stands on its own now.", name)
      : t("'{0}' is part of '{1}' now.", name, titleOf(parent));
  const undo = async (): Promise<void> => {
    for (const { id, old } of before) await put(id, old);
  };
  tellDone(said, { label: t('Undo'), act: undo });
}

async function move(parts: TaskParts, task: Task): Promise<void> {
  const all = parts.tasks.list();
  const rows = all
    .filter((other) => other.id !== task.parentId && canHold(other, task, all))
    .map((other) => ({ label: titleOf(other), parent: other as Task | undefined }));
  const top = { label: t('On Its Own'), parent: undefined };
  const offered = task.parentId === null ? rows : [top, ...rows];
  const placeHolder = t("Of which task is '{0}' a part?", titleOf(task));
  const chosen = await vscode.window.showQuickPick(offered, { placeHolder });
  if (chosen !== undefined) await moveUnder(parts, [task], chosen.parent);
}

async function pauseAll({ connection, tasks }: TaskParts, paused: boolean): Promise<void> {
  const { settings } = await connection.call('task/configure', { change: { paused } });
  tasks.putSettings(settings);
  const again = { label: t('Resume'), act: () => runCommand('resumeTasks') };
  if (paused)
    tellDone(t('All schedules are paused. What you run yourself runs all the same.'), again);
  else tellDone(t('Schedules run again.'));
}
