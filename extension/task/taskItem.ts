/** The rows of the Agent Tasks view as the editor draws them. */
import * as vscode from 'vscode';
import type { Session } from '../../protocol/session/session.ts';
import type { Task, TaskResult } from '../../protocol/task/task.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { commandIds, readSettings, translate as t } from '../editor/editor.ts';
import { escapeMarkdown } from '../session/session.ts';
import type { TaskNode } from './taskNode.ts';
import type { RowIcon } from './taskRow.ts';
import { describeRun, describeTask, sessionIdOf, titleOf } from './taskRow.ts';
import type { SectionId, TaskSection } from './taskShelf.ts';
import { childrenOf, isOn, isPlanned } from './taskShelf.ts';
import { describeTooltip } from './taskTooltip.ts';

export interface ItemContext {
  readonly tasks: readonly Task[];
  readonly findSession: (id: string) => Session | undefined;
}

export function toItem(node: TaskNode, context: ItemContext): vscode.TreeItem {
  const item = toBareItem(node, context);
  item.id = node.id;
  return item;
}

function toBareItem(node: TaskNode, context: ItemContext): vscode.TreeItem {
  switch (node.kind) {
    case 'section':
      return toSection(node.section);
    case 'task':
      return toTask(node, context);
    case 'run': {
      const { label, description, spoken, icon } = describeRun(node.run, { nowMs: Date.now(), t });
      const item = new vscode.TreeItem(label);
      item.description = description;
      item.iconPath = toIcon(icon);
      item.contextValue = node.run.sessionId === null ? 'run' : 'run.session';
      item.tooltip = new Date(node.run.startedAt ?? node.run.plannedAt).toLocaleString();
      item.accessibilityInformation = { label: spoken };
      item.command = { command: commandIds.openRun, title: t('Open'), arguments: [node] };
      return item;
    }
    case 'result':
      return toResult(node);
    case 'more': {
      const item = new vscode.TreeItem(t('Show Earlier Runs…'));
      item.contextValue = 'more';
      item.command = {
        command: commandIds.showMoreRuns,
        title: item.label as string,
        arguments: [node],
      };
      return item;
    }
  }
}

const sectionIcons: Readonly<Record<SectionId, string>> = {
  review: 'checklist',
  running: 'sync',
  scheduled: 'watch',
  open: 'circle-outline',
  files: 'repo',
  done: 'pass',
};

function nameSection(id: SectionId): string {
  switch (id) {
    case 'review':
      return t('To Review');
    case 'running':
      return t('Running');
    case 'scheduled':
      return t('Scheduled');
    case 'open':
      return t('Not Started');
    case 'files':
      return t('Task Files');
    case 'done':
      return t('Done');
  }
}

function toSection({ id, tasks, failed }: TaskSection): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const label = nameSection(id);
  const item = new vscode.TreeItem(label, id === 'done' ? Collapsed : Expanded);
  const count = String(tasks.length);
  item.description = failed === 0 || id === 'files' ? count : t('{0} · {1} failed', count, failed);
  item.iconPath = new vscode.ThemeIcon(sectionIcons[id]);
  item.contextValue = `section.${id}`;
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  if (id === 'files')
    item.tooltip = t('From .waggle/tasks of this repository; off until you enable each.');
  return item;
}

function toTask(
  { task, parent }: Extract<TaskNode, { kind: 'task' }>,
  { tasks, findSession }: ItemContext,
): vscode.TreeItem {
  const session = findSession(sessionIdOf(task) ?? '');
  const still = readSettings().reduceMotion;
  const words = describeTask(task, { nowMs: Date.now(), t, session, still });
  const item = new vscode.TreeItem(words.label, collapsibleOf(task, tasks));
  item.description = words.description;
  item.iconPath = toIcon(words.icon);
  item.contextValue = contextOf(task);
  const parentTitle =
    parent === 'section:review' && task.parentId !== null
      ? tasks.find(({ id }) => id === task.parentId)
      : undefined;
  if (parentTitle !== undefined)
    item.description = [t('in {0}', titleOf(parentTitle)), words.description]
      .filter(Boolean)
      .join(' · ');
  item.tooltip = new vscode.MarkdownString(
    describeTooltip(task, { nowMs: Date.now(), t, session }),
  );
  item.command = { command: commandIds.openTask, title: t('Open'), arguments: [task.id] };
  const box = checkboxOf(task, parent, words.label);
  item.accessibilityInformation = { label: words.spoken };
  if (box !== undefined) item.checkboxState = box;
  return item;
}

function collapsibleOf(task: Task, tasks: readonly Task[]): vscode.TreeItemCollapsibleState {
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  if (childrenOf(task, tasks).length > 0) return Expanded;
  return task.lastRun === null && task.results.length === 0 ? None : Collapsed;
}

/** Only what is planned, or comes from a file, has one: it says whether the schedule is on. */
function checkboxOf(task: Task, parent: string, label: string): vscode.TreeItem['checkboxState'] {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  if (parent !== 'section:scheduled' && parent !== 'section:files') return undefined;
  const state = isOn(task) ? Checked : Unchecked;
  const tooltip = isOn(task) ? t('On. Press to turn it off.') : t('Off. Press to turn it on.');
  return { state, tooltip, accessibilityInformation: { label: `${label}, ${tooltip}` } };
}

/** What the manifest's `when` clauses read: its status, then what else is so. */
function contextOf(task: Task): string {
  const { status } = task.state;
  const flags = [
    ...(isPlanned(task) ? [isOn(task) ? 'on' : 'off'] : []),
    ...(task.source.kind === 'file' ? ['file'] : ['own']),
    ...(sessionIdOf(task) === undefined ? [] : ['session']),
    ...(task.work.kind === 'none' ? [] : ['work']),
  ];
  return ['task', status, ...flags].join('.');
}

const resultIcons: Readonly<Record<TaskResult['kind'], string>> = {
  file: 'file',
  link: 'link-external',
  commit: 'git-commit',
  note: 'note',
};

function toResult(node: Extract<TaskNode, { kind: 'result' }>): vscode.TreeItem {
  const { kind, title, target } = node.result;
  const item = new vscode.TreeItem(toPlainLine(title, 120));
  const shown = toPlainLine(target, 120);
  if (kind !== 'note' && shown !== item.label) item.description = shown;
  item.iconPath = new vscode.ThemeIcon(resultIcons[kind]);
  item.contextValue = 'result';
  item.tooltip = new vscode.MarkdownString(escapeMarkdown(toPlainLine(target, 1000)));
  item.command = { command: commandIds.openTaskResult, title: t('Open'), arguments: [node] };
  return item;
}

function toIcon({ id, color }: RowIcon): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
}

/** All that can be seen of a row, but for its tooltip. */
export function describeItem(item: vscode.TreeItem): string {
  const { label, description, iconPath, contextValue, collapsibleState, checkboxState } = item;
  const icon = iconPath instanceof vscode.ThemeIcon ? [iconPath.id, iconPath.color?.id] : [];
  return JSON.stringify([label, description, icon, contextValue, collapsibleState, checkboxState]);
}
