/** The Agent Tasks view: sections of tasks, below a task its parts, what it left and its runs; refreshed row by row. */
import * as vscode from 'vscode';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Task } from '../../protocol/task/task.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { TaskList } from './taskList.ts';
import { describeItem, toItem } from './taskItem.ts';
import type { TaskNode, TaskRow } from './taskNode.ts';
import type { TaskSection } from './taskShelf.ts';
import { childrenOf, sortTasks } from './taskShelf.ts';

export interface TaskTreeOptions {
  readonly tasks: TaskList;
  readonly findSession: (id: string) => Session | undefined;
  /** The newest runs of a task. */
  readonly listRuns: (taskId: Task['id'], limit: number) => Promise<MethodResult<'task/history'>>;
}

const firstRuns = 5;
const moreRuns = 25;
const refreshMs = 30_000;

export class TaskTree implements vscode.TreeDataProvider<TaskNode>, Disposable {
  readonly #options: TaskTreeOptions;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<TaskNode | undefined>());
  /** Elements are kept over refreshes, because the editor tells rows apart by object. */
  readonly #nodes = new Map<string, TaskNode>();
  /** What each row said when the editor read it last. */
  readonly #said = new Map<string, string>();
  /** Runs that a person asked for, by the row of their task. */
  readonly #shownRuns = new Map<string, number>();
  #sections: readonly TaskSection[] = [];
  #shape = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(options: TaskTreeOptions) {
    this.#options = options;
    const timer = setInterval(() => this.update(), refreshMs);
    this.#owned.add({ dispose: () => clearInterval(timer) });
  }

  get sections(): readonly TaskSection[] {
    return this.#sections;
  }

  /**
   * Reads anew: the whole tree when rows came, went or moved, else the rows that say something else. A row that says the
   * same is left alone: while the editor reads one anew a press on it comes without its task.
   */
  update(): void {
    const tasks = this.#options.tasks.list();
    this.#sections = sortTasks(tasks);
    const shape = describeShape(this.#sections, tasks);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#forgetGone(tasks);
      this.#changed.fire(undefined);
      return;
    }
    for (const node of this.#nodes.values()) this.#refresh(node);
  }

  /** Its runs are other ones. */
  updateRuns(taskId: string): void {
    for (const node of this.#nodes.values()) {
      const hasRuns = this.#shownRuns.has(node.id);
      if (node.kind === 'task' && node.task.id === taskId && hasRuns) this.#changed.fire(node);
    }
  }

  showMore(id: string): void {
    this.#shownRuns.set(id, (this.#shownRuns.get(id) ?? firstRuns) + moreRuns);
    this.#changed.fire(this.#nodes.get(id));
  }

  /** A checkbox shows what holds and not what was pressed. */
  reset(node: TaskNode): void {
    this.#changed.fire(node);
  }

  /** The row of a task, for `reveal`: below its parent rather than among what is to be reviewed. */
  findNode(taskId: string): TaskRow | undefined {
    this.#walk(undefined);
    const rows = [...this.#nodes.values()].filter(
      (node): node is TaskRow => node.kind === 'task' && node.task.id === taskId,
    );
    return rows.find(({ parent }) => parent !== 'section:review') ?? rows[0];
  }

  getChildren(node?: TaskNode): TaskNode[] | Promise<TaskNode[]> {
    if (node === undefined) {
      return this.#sections.map((section) =>
        this.#store({ kind: 'section', id: `section:${section.id}`, section }),
      );
    }
    if (node.kind === 'section')
      return node.section.tasks.map((task) => this.#toTask(task, node.id));
    return node.kind === 'task' ? this.#listBelow(node) : [];
  }

  getParent(node: TaskNode): TaskNode | undefined {
    return node.kind === 'section' ? undefined : this.#nodes.get(node.parent);
  }

  getTreeItem(node: TaskNode): vscode.TreeItem {
    const item = this.#toItem(node);
    this.#said.set(node.id, describeItem(item));
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #toItem(node: TaskNode): vscode.TreeItem {
    const { tasks, findSession } = this.#options;
    return toItem(node, { tasks: tasks.list(), findSession });
  }

  #refresh(node: TaskNode): void {
    const fresh = node.kind === 'task' ? this.#options.tasks.get(node.task.id) : undefined;
    if (node.kind === 'task' && fresh !== undefined) node.task = fresh;
    if (node.kind === 'section') {
      const section = this.#sections.find(({ id }) => id === node.section.id);
      if (section !== undefined) node.section = section;
    }
    const said = this.#said.get(node.id);
    if (said !== undefined && said !== describeItem(this.#toItem(node))) this.#changed.fire(node);
  }

  async #listBelow(node: TaskRow): Promise<TaskNode[]> {
    const parts = this.#listParts(node);
    if (node.task.lastRun === null) return parts;
    const limit = this.#shownRuns.get(node.id) ?? firstRuns;
    this.#shownRuns.set(node.id, limit);
    const { runs, next } = await this.#options.listRuns(node.task.id, limit);
    const rows = runs.map((run) =>
      this.#store({ kind: 'run', id: `${node.id}/run:${run.id}`, run, parent: node.id }),
    );
    if (next === null) return [...parts, ...rows];
    return [
      ...parts,
      ...rows,
      this.#store({ kind: 'more', id: `${node.id}/more`, parent: node.id }),
    ];
  }

  #listParts(node: TaskRow): TaskNode[] {
    const { task } = node;
    const below = childrenOf(task, this.#options.tasks.list());
    return [
      ...below.map((child) => this.#toTask(child, node.id)),
      ...task.results.map((result) =>
        this.#store({
          kind: 'result',
          id: `${node.id}/result:${result.id}`,
          result,
          task,
          parent: node.id,
        }),
      ),
    ];
  }

  #toTask(task: Task, parent: string): TaskNode {
    const prefix = parent.startsWith('section:') && parent !== 'section:review' ? '' : `${parent}/`;
    return this.#store({ kind: 'task', id: `${prefix}task:${task.id}`, task, parent });
  }

  /** Makes the nodes of all tasks, so that one which was never shown can be revealed. */
  #walk(node: TaskNode | undefined): void {
    const below =
      node?.kind === 'task' ? this.#listParts(node) : (this.getChildren(node) as TaskNode[]);
    for (const child of below) if (child.kind !== 'result') this.#walk(child);
  }

  #store(node: TaskNode): TaskNode {
    const known = this.#nodes.get(node.id);
    if (known === undefined) {
      this.#nodes.set(node.id, node);
      return node;
    }
    return Object.assign(known, node);
  }

  #forgetGone(tasks: readonly Task[]): void {
    const known = new Set<string>(tasks.map(({ id }) => id));
    for (const [id, node] of this.#nodes) {
      if (node.kind !== 'task' || known.has(node.task.id)) continue;
      this.#nodes.delete(id);
      this.#said.delete(id);
      this.#shownRuns.delete(id);
    }
  }
}

/** What decides about rows and their places, without what they say. */
function describeShape(sections: readonly TaskSection[], tasks: readonly Task[]): string {
  const places = sections.map(({ id, tasks: own }) => [id, ...own.map((task) => task.id)].join());
  const below = tasks.map(({ id, parentId, results, lastRun }) =>
    [id, parentId, lastRun?.id, ...results.map((result) => result.id)].join(),
  );
  return [...places, ...below].join('\n');
}
