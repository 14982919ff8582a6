/** Choosing one of several tasks, or one of the runs of a task. */
import * as vscode from 'vscode';
import type { Run, Task } from '../../protocol/task/task.ts';
import { readSettings, toPickLabel, translate as t } from '../editor/editor.ts';
import { describeExactly } from './moment.ts';
import type { TaskParts } from './parts.ts';
import type { RowIcon } from './taskRow.ts';
import { describeRun, describeTask, titleOf } from './taskRow.ts';
import { sortTasks } from './taskShelf.ts';

export async function pickTask(
  tasks: readonly Task[],
  placeHolder: string,
): Promise<Task | undefined> {
  if (tasks.length === 0) {
    await vscode.window.showInformationMessage(t('There is no such task.'));
    return undefined;
  }
  const still = readSettings().reduceMotion;
  const roots = sortTasks(tasks).flatMap((section) => section.tasks);
  const ordered = [...new Set([...roots, ...tasks])];
  const rows = ordered.map((task) => {
    const { label, description, icon } = describeTask(task, { nowMs: Date.now(), t, still });
    return { task, label: toPickLabel(label), description, iconPath: toIcon(icon) };
  });
  const chosen = await vscode.window.showQuickPick(rows, { placeHolder, matchOnDescription: true });
  return chosen?.task;
}

interface RunPick extends vscode.QuickPickItem {
  readonly run?: Run;
}

const pageSize = 50;

/** Newest first; earlier ones come when the person asks for them. */
export function pickRun({ connection }: TaskParts, task: Task): Promise<Run | undefined> {
  const pick = vscode.window.createQuickPick<RunPick>();
  pick.title = t("Runs of '{0}'", titleOf(task));
  pick.placeholder = t('Open what which run wrote?');
  pick.matchOnDescription = true;
  let rows: RunPick[] = [];
  let next: string | null = null;
  const read = async (): Promise<void> => {
    pick.busy = true;
    const after = next === null ? {} : { after: next };
    const page = await connection.call('task/history', {
      taskId: task.id,
      limit: pageSize,
      ...after,
    });
    rows = [...rows, ...page.runs.map(toRunPick)];
    ({ next } = page);
    const more: RunPick[] =
      next === null ? [] : [{ label: t('Show Earlier Runs…'), alwaysShow: true }];
    pick.items = [...rows, ...more];
    pick.busy = false;
    if (rows.length === 0) pick.placeholder = t('It has not run yet.');
  };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(error instanceof Error ? error : new Error(String(error)));
      pick.dispose();
    };
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen === undefined) return;
      if (chosen.run === undefined) {
        read().catch(fail);
        return;
      }
      resolve(chosen.run);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
    read().catch(fail);
  });
}

function toRunPick(run: Run): RunPick {
  const { description, icon } = describeRun(run, { nowMs: Date.now(), t });
  const label = describeExactly(run.startedAt ?? run.plannedAt);
  return { run, label, description, iconPath: toIcon(icon) };
}

function toIcon({ id, color }: RowIcon): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
}
