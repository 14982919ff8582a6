/** The Sessions view: rows of the grouped list with stable ids, refreshed row by row. */
import * as vscode from 'vscode';
import type { Usage } from '../../protocol/session/resources.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import { commandIds, readSettings, translate as t } from '../editor/editor.ts';
import { readBranch } from './branch.ts';
import { canBeSwitched } from './switching.ts';
import type { GroupedSessions, SessionGroup } from './sessionGroups.ts';
import type { ContextCost } from './sessionRow.ts';
import {
  describeRow,
  describeState,
  describeTooltip,
  iconOf,
  isHistory,
  isRunning,
  nameOf,
} from './sessionRow.ts';

/** Elements are kept over refreshes, because the editor tells rows apart by object. */
export type TreeNode =
  | { readonly kind: 'group'; readonly id: string; group: SessionGroup }
  | { readonly kind: 'session'; readonly id: string; session: Session }
  | { readonly kind: 'history'; readonly id: 'history'; sessions: readonly Session[] };

type SessionNode = Extract<TreeNode, { kind: 'session' }>;

export interface SessionTreeOptions {
  /** The sessions as they are now. */
  readonly read: () => GroupedSessions;
  readonly isOpen: (sessionId: string) => boolean;
  /** What its processes use now; undefined where nobody can tell. Never rejects. */
  readonly readUsage: (sessionId: Session['id']) => Promise<Usage | undefined>;
  /** What Waggle adds to its agent's context. Never rejects. */
  readonly readCost: (sessionId: Session['id']) => Promise<ContextCost | undefined>;
}

const refreshMs = 30_000;

export class SessionTree implements vscode.TreeDataProvider<TreeNode>, Disposable {
  readonly #options: SessionTreeOptions;
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #owned = new DisposableStore();
  #nodes = new Map<string, TreeNode>();
  /** What each row said when the editor read it last. */
  readonly #said = new Map<string, string>();
  #grouped: GroupedSessions = { groups: [], history: [] };
  #shape = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(options: SessionTreeOptions) {
    this.#options = options;
    this.#owned.add(this.#changed);
    const timer = setInterval(() => this.#refreshTimes(), refreshMs);
    this.#owned.add({ dispose: () => clearInterval(timer) });
  }

  /** Reads anew. `changed`: the sessions whose rows differ; the whole tree only when rows came, went or moved. */
  update(changed: ReadonlySet<string>): void {
    this.#grouped = this.#options.read();
    const shape = describeShape(this.#grouped);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#nodes = this.#keepNodes();
      this.#said.clear();
      this.#changed.fire(undefined);
      return;
    }
    for (const id of changed) {
      const node = this.#nodes.get(`session:${id}`);
      const session = this.#find(id);
      if (node?.kind !== 'session' || session === undefined) continue;
      node.session = session;
      this.#refresh(node);
    }
  }

  /**
   * A row that says the same is left alone: while the editor reads one anew a press on it comes without its session, and
   * a tooltip goes away.
   */
  #refresh(node: SessionNode): void {
    if (this.#said.get(node.id) !== describeItem(this.#toSessionItem(node.session, node.id)))
      this.#changed.fire(node);
  }

  /** The row of a session, for `reveal`. */
  findNode(sessionId: string): TreeNode | undefined {
    return this.#nodes.get(`session:${sessionId}`);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (node === undefined) return this.#listRoots();
    return this.#listIn(node).map((session) => this.#nodeOf(session));
  }

  /** As they are now: what was folded has not been told of a change. */
  #listIn(node: TreeNode): readonly Session[] {
    if (node.kind === 'history') return this.#grouped.history;
    if (node.kind !== 'group') return [];
    return this.#grouped.groups.find(({ id }) => id === node.id)?.sessions ?? [];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind !== 'session') return undefined;
    if (isHistory(node.session)) return this.#nodes.get('history');
    const group = this.#grouped.groups.find(({ sessions }) =>
      sessions.some(({ id }) => id === node.session.id),
    );
    return group && this.#nodes.get(group.id);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    if (node.kind === 'group') return toGroupItem(node.group);
    if (node.kind === 'history') return toHistoryItem();
    const item = this.#toSessionItem(node.session, node.id);
    this.#said.set(node.id, describeItem(item));
    return item;
  }

  /** Asked for when a person rests on the row: only then it is measured. */
  async resolveTreeItem(item: vscode.TreeItem, node: TreeNode): Promise<vscode.TreeItem> {
    if (node.kind !== 'session') return item;
    const { id } = node.session;
    const [usage, cost] = isRunning(node.session)
      ? await Promise.all([this.#options.readUsage(id), this.#options.readCost(id)])
      : [];
    const context = { nowMs: Date.now(), t, usage, cost };
    item.tooltip = new vscode.MarkdownString(describeTooltip(node.session, context));
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #toSessionItem(session: Session, id: string): vscode.TreeItem {
    const item = new vscode.TreeItem(nameOf(session));
    const branch = isHistory(session) ? undefined : readBranch(this.#rootOf(session));
    const icon = iconOf(session, readSettings().reduceMotion);
    const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
    item.id = id;
    item.description = describeRow(session, { nowMs: Date.now(), t, branch });
    item.iconPath = new vscode.ThemeIcon(icon.id, color);
    item.contextValue = [
      contextOf(session),
      ...(session.mode === 'pipe' ? ['chat'] : []),
      ...(canBeSwitched(session, 'chat') ? ['agent'] : []),
      ...(this.#options.isOpen(session.id) ? ['open'] : []),
    ].join('.');
    item.command = { command: commandIds.openSession, title: t('Open'), arguments: [session.id] };
    const state = describeState(session, { nowMs: Date.now(), t });
    item.accessibilityInformation = {
      label: `${nameOf(session)}, ${state}, ${item.description}`,
    };
    return item;
  }

  #rootOf(session: Session): string {
    const group = this.#grouped.groups.find(({ sessions }) =>
      sessions.some(({ id }) => id === session.id),
    );
    return group?.root ?? session.cwd;
  }

  #listRoots(): TreeNode[] {
    const roots = this.#grouped.groups.map((group) =>
      this.#store({ kind: 'group', id: group.id, group }),
    );
    if (this.#grouped.history.length === 0) return roots;
    return [
      ...roots,
      this.#store({ kind: 'history', id: 'history', sessions: this.#grouped.history }),
    ];
  }

  #nodeOf(session: Session): TreeNode {
    return this.#store({ kind: 'session', id: `session:${session.id}`, session });
  }

  #store(node: TreeNode): TreeNode {
    const known = this.#nodes.get(node.id);
    if (known === undefined) {
      this.#nodes.set(node.id, node);
      return node;
    }
    return Object.assign(known, node);
  }

  #keepNodes(): Map<string, TreeNode> {
    const { groups, history } = this.#grouped;
    const sessions = [...groups.flatMap((group) => group.sessions), ...history];
    const ids = new Set([
      ...groups.map(({ id }) => id),
      'history',
      ...sessions.map(({ id }) => `session:${id}`),
    ]);
    return new Map([...this.#nodes].filter(([id]) => ids.has(id)));
  }

  #find(id: string): Session | undefined {
    const { groups, history } = this.#grouped;
    return [...groups.flatMap((group) => group.sessions), ...history].find(
      (session) => session.id === id,
    );
  }

  /** Ages go on without an event; rows of running sessions only. */
  #refreshTimes(): void {
    for (const { sessions } of this.#grouped.groups) {
      for (const { id } of sessions) {
        const node = this.#nodes.get(`session:${id}`);
        if (node?.kind === 'session') this.#refresh(node);
      }
    }
  }
}

/** All that can be seen of a row, but for its tooltip, which is asked for. */
function describeItem({ label, description, iconPath, contextValue }: vscode.TreeItem): string {
  const icon = iconPath instanceof vscode.ThemeIcon ? [iconPath.id, iconPath.color?.id] : [];
  return JSON.stringify([label, description, icon, contextValue]);
}

/** What decides about rows and their places, without what they say. */
function describeShape({ groups, history }: GroupedSessions): string {
  const lines = groups.map(({ id, label, description, sessions }) =>
    [id, label, description, ...sessions.map((session) => session.id)].join('\u0000'),
  );
  return [...lines, ...history.map(({ id }) => id)].join('\u0001');
}

function toGroupItem(group: SessionGroup): vscode.TreeItem {
  const item = new vscode.TreeItem(group.label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = group.id;
  item.description = group.description;
  item.iconPath = new vscode.ThemeIcon(group.isCurrent ? 'root-folder' : 'folder');
  item.tooltip = group.root;
  item.contextValue = 'group';
  return item;
}

function toHistoryItem(): vscode.TreeItem {
  const item = new vscode.TreeItem(t('History'), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = 'history';
  item.iconPath = new vscode.ThemeIcon('history');
  item.contextValue = 'history';
  return item;
}

/** What the manifest's `when` clauses read. */
function contextOf(session: Session): string {
  if (isRunning(session)) return 'session.running';
  return session.status === 'interrupted' ? 'session.interrupted' : 'session.ended';
}
