/** Rows of tasks that are dragged: onto a task they become parts of it, anywhere else they stand on their own. */
import * as vscode from 'vscode';
import type { Task } from '../../protocol/task/task.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { showFailure, translate as t } from '../editor/editor.ts';
import { moveUnder } from './acts.ts';
import type { TaskParts } from './parts.ts';
import type { TaskNode } from './taskNode.ts';
import { titleOf } from './taskRow.ts';
import { canHold } from './taskShelf.ts';

const mime = 'application/vnd.code.tree.waggle.tasks';

export class TaskDrag implements vscode.TreeDragAndDropController<TaskNode> {
  readonly dragMimeTypes = [mime];
  readonly dropMimeTypes = [mime];
  readonly #parts: TaskParts;

  constructor(parts: TaskParts) {
    this.#parts = parts;
  }

  handleDrag(source: readonly TaskNode[], data: vscode.DataTransfer): void {
    const ids = source.flatMap((node) => (node.kind === 'task' ? [node.task.id] : []));
    if (ids.length > 0) data.set(mime, new vscode.DataTransferItem(JSON.stringify(ids)));
  }

  async handleDrop(target: TaskNode | undefined, data: vscode.DataTransfer): Promise<void> {
    const text = await data.get(mime)?.asString();
    if (text === undefined) return;
    try {
      await this.#drop(target, readIds(text));
    } catch (error) {
      await showFailure(error);
    }
  }

  async #drop(target: TaskNode | undefined, ids: readonly string[]): Promise<void> {
    const { tasks } = this.#parts;
    const parent = findParent(target);
    const moved = ids
      .flatMap((id) => tasks.get(id) ?? [])
      .filter((task) => task.id !== parent?.id && task.parentId !== (parent?.id ?? null));
    if (moved.length === 0) return;
    for (const task of moved) refuseCircle(parent, task, tasks.list());
    await moveUnder(this.#parts, moved, parent);
  }
}

function findParent(target: TaskNode | undefined): Task | undefined {
  return target?.kind === 'task' || target?.kind === 'result' ? target.task : undefined;
}

function refuseCircle(parent: Task | undefined, task: Task, all: readonly Task[]): void {
  if (parent === undefined || canHold(parent, task, all)) return;
  throw new WaggleError(
    'badRequest',
    t("'{0}' is part of '{1}' already.", titleOf(parent), titleOf(task)),
  );
}

function readIds(text: string): string[] {
  const ids: unknown = JSON.parse(text);
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}
