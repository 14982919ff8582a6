/** The Memory view: notes, facts by where they hold, what is to be reviewed; roles once there is a second one. */
import * as vscode from 'vscode';
import type { MethodResult } from '../../protocol/protocol.ts';
import type { Fact } from '../../protocol/memory/memory.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { commandIds, translate as t } from '../editor/editor.ts';
import { describeFact, describeGroup, describeNote, describeToReview } from './factRow.ts';
import type { Library } from './library.ts';
import type { FactGroup, OtherRepository, RoleShelf, SortedShelf } from './shelf.ts';
import { isEmptyShelf } from './shelf.ts';
import type { MemoryNode } from './memoryNode.ts';
import { describeFactTooltip, describeNoteTooltip } from './tooltips.ts';

export type ListFacts = (node: FactQuery) => Promise<MethodResult<'memory/listFacts'>>;
/** Which facts a row holds, and after which of them the next page begins. */
export interface FactQuery {
  readonly group: FactGroup | 'review';
  readonly after: Fact['id'] | undefined;
}

export interface MemoryTreeOptions {
  readonly library: Library;
  readonly listFacts: ListFacts;
}

export class MemoryTree implements vscode.TreeDataProvider<MemoryNode>, Disposable {
  readonly #options: MemoryTreeOptions;
  readonly #changed = new vscode.EventEmitter<MemoryNode | undefined>();
  /** Elements are kept over refreshes, because the editor tells rows apart by object. */
  readonly #nodes = new Map<string, MemoryNode>();
  /** Pages that a person asked for, by the row that holds them. */
  readonly #pages = new Map<string, number>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(options: MemoryTreeOptions) {
    this.#options = options;
  }

  update(): void {
    this.#changed.fire(undefined);
  }

  showMore(id: string): void {
    this.#pages.set(id, (this.#pages.get(id) ?? 1) + 1);
    this.#changed.fire(this.#nodes.get(id));
  }

  getChildren(node?: MemoryNode): MemoryNode[] | Promise<MemoryNode[]> {
    const sorted = this.#options.library.sort();
    if (node === undefined) return this.#listRoots(sorted);
    switch (node.kind) {
      case 'notes':
        return this.#listNotes(node.notes);
      case 'group':
        return this.#listFacts(node.id, node.group);
      case 'review':
        return this.#listFacts(node.id, 'review');
      case 'others':
        return node.others.map((other) => this.#toOther(other));
      case 'other':
        return this.#listHeld(node.id, node.other);
      case 'roles':
        return node.roles.map((role) => this.#toRole(role));
      case 'role':
        return this.#listHeld(node.id, node.role);
      case 'note':
      case 'fact':
      case 'more':
        return [];
    }
  }

  getTreeItem(node: MemoryNode): vscode.TreeItem {
    const item = toItem(node, this.#options.library);
    item.id = node.id;
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #listRoots(sorted: SortedShelf): MemoryNode[] {
    if (isEmptyShelf(this.#options.library.shelf)) return [];
    const { notes, groups, others, roles, quarantined, unreviewed } = sorted;
    const toReview = quarantined + unreviewed;
    return [
      this.#store({ kind: 'notes', id: 'notes', notes }),
      ...groups.map((group) => this.#store({ kind: 'group', id: group.id, group })),
      ...(others.length > 0 ? [this.#store({ kind: 'others', id: 'others', others })] : []),
      ...(roles.length > 0 ? [this.#store({ kind: 'roles', id: 'roles', roles })] : []),
      ...(toReview > 0
        ? [this.#store({ kind: 'review', id: 'review', quarantined, unreviewed })]
        : []),
    ];
  }

  #toOther(other: OtherRepository): MemoryNode {
    return this.#store({ kind: 'other', id: `other:${other.workspace.id}`, other });
  }

  #toRole(role: RoleShelf): MemoryNode {
    return this.#store({ kind: 'role', id: `role:${role.role.id}`, role });
  }

  #listHeld(id: string, held: Pick<RoleShelf, 'notes' | 'groups'>): MemoryNode[] {
    return [
      ...this.#listNotes(held.notes),
      ...held.groups.map((group) => this.#store({ kind: 'group', id: `${id}:${group.id}`, group })),
    ];
  }

  #listNotes(notes: readonly Extract<MemoryNode, { kind: 'note' }>['block'][]): MemoryNode[] {
    const { isMixed } = this.#options.library.sort();
    return notes.map((block) =>
      this.#store({ kind: 'note', id: `note:${block.id}`, block, isMixed }),
    );
  }

  async #listFacts(id: string, group: FactQuery['group']): Promise<MemoryNode[]> {
    const facts: Fact[] = [];
    let more = true;
    for (let page = 0; more && page < (this.#pages.get(id) ?? 1); page += 1) {
      const listed = await this.#options.listFacts({ group, after: facts.at(-1)?.id });
      facts.push(...listed.facts);
      ({ more } = listed);
    }
    const own = facts.filter((fact) => belongs(fact, group));
    const rows = own.map((fact) => this.#store({ kind: 'fact', id: `${id}:${fact.id}`, fact }));
    return more ? [...rows, this.#store({ kind: 'more', id: `${id}:more`, of: id })] : rows;
  }

  #store(node: MemoryNode): MemoryNode {
    const known = this.#nodes.get(node.id);
    if (known === undefined) {
      this.#nodes.set(node.id, node);
      return node;
    }
    return Object.assign(known, node);
  }
}

/** A list of a repository names those of its worktrees too; they have rows of their own. */
function belongs({ worktree, state }: Fact, group: FactQuery['group']): boolean {
  if (group === 'review') return true;
  return state === 'accepted' && (worktree ?? undefined) === group.worktree;
}

function toItem(node: MemoryNode, library: Library): vscode.TreeItem {
  switch (node.kind) {
    case 'notes':
      return toFolder(t('Notes'), 'notebook', {
        description: node.notes.length === 0 ? t('none yet') : t('always in the prompt'),
        context: 'notes',
        isOpen: node.notes.length > 0,
      });
    case 'note':
      return toNote(node, library);
    case 'fact':
      return toFact(node.fact, library);
    case 'group':
      return toGroup(node.group);
    case 'review':
      return toFolder(t('To Review'), 'checklist', {
        description: describeToReview(node.quarantined, node.unreviewed, t),
        context: 'review',
        isOpen: false,
      });
    case 'others':
      return toFolder(t('Other Repositories'), 'repo', { context: 'others', isOpen: false });
    case 'other': {
      const label = toPlainLine(node.other.workspace.name, 60);
      return toFolder(label, 'repo', { context: 'other', isOpen: false });
    }
    case 'roles':
      return toFolder(t('Roles'), 'organization', { context: 'roles', isOpen: true });
    case 'role':
      return toRole(node.role);
    case 'more': {
      const item = new vscode.TreeItem(t('Show More…'));
      item.command = {
        command: commandIds.showMoreFacts,
        title: t('Show More…'),
        arguments: [node],
      };
      item.contextValue = 'more';
      return item;
    }
  }
}

interface FolderLook {
  readonly description?: string;
  readonly context: string;
  readonly isOpen: boolean;
}

function toFolder(label: string, icon: string, look: FolderLook): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, look.isOpen ? Expanded : Collapsed);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = look.context;
  if (look.description !== undefined) item.description = look.description;
  item.accessibilityInformation = {
    label: [label, look.description].filter(Boolean).join(', '),
  };
  return item;
}

function toGroup(group: FactGroup): vscode.TreeItem {
  const { label, description, icon } = describeGroup(group, t);
  const context = group.worktree === undefined ? 'group' : 'group.worktree';
  const item = toFolder(label, icon, { description, context, isOpen: false });
  item.tooltip = group.worktree ?? group.workspace?.roots.join('\n') ?? label;
  return item;
}

function toRole({ role }: RoleShelf): vscode.TreeItem {
  const name = toPlainLine(role.name, 80);
  const description = [toPlainLine(role.tagLine ?? '', 100), role.agent ?? ''];
  return toFolder(name, role.tier === 'lead' ? 'star' : 'person', {
    description: description.filter(Boolean).join(' · '),
    context: 'role',
    isOpen: false,
  });
}

function toNote(
  { block, isMixed }: Extract<MemoryNode, { kind: 'note' }>,
  library: Library,
): vscode.TreeItem {
  const words = describeNote(block, { nowMs: Date.now(), t });
  const owner = block.owner.kind === 'workspace' ? block.owner.workspaceId : null;
  const parts = [isMixed ? toPlainLine(library.nameOfWorkspace(owner), 60) : '', words.description];
  const item = new vscode.TreeItem(words.label);
  item.description = parts.filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon(words.icon);
  item.contextValue = 'note';
  item.tooltip = describeNoteTooltip(block);
  item.accessibilityInformation = { label: words.spoken };
  item.command = { command: commandIds.openNote, title: t('Open'), arguments: [block.id] };
  return item;
}

function toFact(fact: Fact, library: Library): vscode.TreeItem {
  const words = describeFact(fact, { nowMs: Date.now(), t });
  const item = new vscode.TreeItem(words.label);
  item.description = words.description;
  item.iconPath = new vscode.ThemeIcon(words.icon, colorOf(fact));
  item.contextValue = contextOf(fact);
  item.tooltip = describeFactTooltip(fact, library.nameOfWorkspace(fact.workspaceId));
  item.accessibilityInformation = { label: words.spoken };
  item.command = { command: commandIds.openFact, title: t('Open'), arguments: [fact.id] };
  return item;
}

function colorOf({ state }: Fact): vscode.ThemeColor | undefined {
  return state === 'quarantined' ? new vscode.ThemeColor('waggle.askingForeground') : undefined;
}

/** What the manifest's `when` clauses read. */
function contextOf({ state, pinned }: Fact): string {
  if (state === 'quarantined') return 'fact.waiting';
  return pinned ? 'fact.pinned' : 'fact.loose';
}
