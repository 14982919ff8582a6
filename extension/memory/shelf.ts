/** What the Memory view shows, sorted: this window's repositories first, then what holds everywhere, then the others. Knows no editor. */
import type { Block, FactCounts, FactScope } from '../../protocol/memory/memory.ts';
import type { Role } from '../../protocol/role/role.ts';
import type { Workspace } from '../../protocol/workspace/workspace.ts';
import { basename } from 'node:path';

/** As the daemon told it last. */
export interface Shelf {
  readonly blocks: readonly Block[];
  readonly counts: readonly FactCounts[];
  readonly workspaces: readonly Workspace[];
  readonly roles: readonly Role[];
}

/** Facts that stand under one row. */
export interface FactGroup {
  readonly id: string;
  readonly scope: FactScope;
  readonly workspace: Workspace | undefined;
  readonly role: Role | undefined;
  /** Real path; its facts hold there only. */
  readonly worktree: string | undefined;
  readonly count: number;
}

export interface SortedShelf {
  /** The repositories of this window. */
  readonly current: readonly Workspace[];
  readonly notes: readonly Block[];
  /** Several repositories have notes here, so that each says whose it is. */
  readonly isMixed: boolean;
  readonly groups: readonly FactGroup[];
  readonly others: readonly OtherRepository[];
  /** Empty while there is only the default one. */
  readonly roles: readonly RoleShelf[];
  /** Facts that wait for a person, and those that hold but nobody looked at. */
  readonly quarantined: number;
  readonly unreviewed: number;
}

export interface OtherRepository {
  readonly workspace: Workspace;
  readonly notes: readonly Block[];
  readonly groups: readonly FactGroup[];
}

export interface RoleShelf {
  readonly role: Role;
  readonly notes: readonly Block[];
  readonly groups: readonly FactGroup[];
}

/** `currentRoots`: real paths of the folders that this window has open. */
export function sortShelf(shelf: Shelf, currentRoots: readonly string[]): SortedShelf {
  const current = currentWorkspaces(shelf.workspaces, currentRoots);
  const isCurrent = (id: string | null | undefined): boolean =>
    current.some((workspace) => workspace.id === id);
  const made = madeRoles(shelf.roles);
  const ownRoles = shelf.roles.filter(
    ({ isDefault, workspaceId }) =>
      isDefault && ((workspaceId ?? null) === null || isCurrent(workspaceId)),
  );
  const notes = shelf.blocks.filter(({ owner }) =>
    owner.kind === 'workspace'
      ? isCurrent(owner.workspaceId)
      : ownRoles.some(({ id }) => id === owner.roleId),
  );
  const groups = groupFacts(shelf).filter(({ count }) => count > 0);
  const isOwn = ({ scope, workspace, role }: FactGroup): boolean => {
    if (scope === 'repository') return isCurrent(workspace?.id);
    if (scope === 'agent') return ownRoles.some(({ id }) => id === role?.id);
    return true;
  };
  return {
    current,
    notes,
    isMixed: new Set(notes.map(({ owner }) => JSON.stringify(owner))).size > 1,
    groups: groups.filter(isOwn),
    others: listOthers(shelf, groups, isCurrent),
    roles: made.map((role) => ({
      role,
      notes: shelf.blocks.filter(({ owner }) => owner.kind === 'role' && owner.roleId === role.id),
      groups: groups.filter((group) => group.scope === 'agent' && group.role?.id === role.id),
    })),
    quarantined: sum(shelf.counts.map(({ quarantined }) => quarantined)),
    unreviewed: sum(shelf.counts.map(({ unreviewed }) => unreviewed)),
  };
}

export function isEmptyShelf({ blocks, counts, roles }: Shelf): boolean {
  const facts = sum(counts.map(({ accepted, quarantined }) => accepted + quarantined));
  return blocks.length === 0 && facts === 0 && madeRoles(roles).length === 0;
}

/** Those that a person made and that may still work: the word is shown with the first of them. */
export function madeRoles(roles: readonly Role[]): Role[] {
  return roles.filter(({ isDefault, archived }) => !isDefault && archived !== true);
}

/** The repositories of a window's folders, in the folders' order. */
export function currentWorkspaces(
  workspaces: readonly Workspace[],
  currentRoots: readonly string[],
): Workspace[] {
  const found = currentRoots.flatMap((folder) =>
    workspaces.filter(({ roots }) => roots.some((root) => isWithin(folder, root))).slice(0, 1),
  );
  return [...new Set(found)];
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}\\`);
}

function listOthers(
  shelf: Shelf,
  groups: readonly FactGroup[],
  isCurrent: (id: string) => boolean,
): OtherRepository[] {
  return shelf.workspaces
    .filter(({ id }) => !isCurrent(id))
    .map((workspace) => ({
      workspace,
      notes: shelf.blocks.filter(
        ({ owner }) => owner.kind === 'workspace' && owner.workspaceId === workspace.id,
      ),
      groups: groups.filter(
        (group) => group.scope === 'repository' && group.workspace?.id === workspace.id,
      ),
    }))
    .filter(({ notes, groups: found }) => notes.length + found.length > 0)
    .sort((left, right) => left.workspace.name.localeCompare(right.workspace.name));
}

const scopeOrder: readonly FactScope[] = ['repository', 'agent', 'person', 'everywhere'];

/** What is in quarantine is not counted: it stands under "To Review". */
function groupFacts({ counts, workspaces, roles }: Shelf): FactGroup[] {
  const groups = new Map<string, FactGroup>();
  for (const { scope, workspaceId, roleId, worktree, accepted } of counts) {
    const workspace =
      scope === 'repository' ? workspaces.find(({ id }) => id === workspaceId) : undefined;
    const role = scope === 'agent' ? roles.find(({ id }) => id === roleId) : undefined;
    const holder = workspace?.id ?? role?.id ?? '';
    const id = ['facts', scope, holder, worktree ?? ''].join(':');
    const count = (groups.get(id)?.count ?? 0) + accepted;
    groups.set(id, { id, scope, workspace, role, worktree: worktree ?? undefined, count });
  }
  return [...groups.values()].sort(
    (left, right) =>
      scopeOrder.indexOf(left.scope) - scopeOrder.indexOf(right.scope) ||
      (left.workspace?.name ?? '').localeCompare(right.workspace?.name ?? '') ||
      (left.worktree ?? '').localeCompare(right.worktree ?? ''),
  );
}

/** The name of a worktree for a person: its folder's. */
export function nameWorktree(worktree: string): string {
  return basename(worktree) || worktree;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
