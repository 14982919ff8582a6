/** Sorts sessions into what the tree shows: groups by repository and worktree, the current one first, History last. */
import { basename, dirname, sep } from 'node:path';
import { compareAttention } from '../../protocol/session/attentionState.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Workspace } from '../../protocol/workspace/workspace.ts';
import { isHistory } from './sessionRow.ts';

export interface SessionGroup {
  /** Stable over refreshes: the folder. */
  readonly id: string;
  readonly root: string;
  readonly label: string;
  /** The repository when its name is another one, or the parent folder of two groups of one name. */
  readonly description: string;
  readonly isCurrent: boolean;
  readonly sessions: readonly Session[];
}

export interface GroupedSessions {
  readonly groups: readonly SessionGroup[];
  readonly history: readonly Session[];
}

export interface GroupingContext {
  readonly workspaces: readonly Workspace[];
  /** The folders that this window has open. */
  readonly currentRoots: readonly string[];
}

const historyLength = 100;

export function groupSessions(
  sessions: readonly Session[],
  context: GroupingContext,
): GroupedSessions {
  const shown = sessions.filter((session) => !session.hidden);
  const byRoot = new Map<string, Session[]>();
  for (const session of shown.filter((one) => !isHistory(one))) {
    const root = findRoot(session, context);
    byRoot.set(root, [...(byRoot.get(root) ?? []), session]);
  }
  const history = shown
    .filter(isHistory)
    .sort((left, right) => right.updatedAt.localeCompare(left.updatedAt))
    .slice(0, historyLength);
  return { groups: toGroups(byRoot, context), history };
}

/** The longest known folder that holds the session's directory; the directory itself when none does. */
function findRoot(session: Session, { workspaces, currentRoots }: GroupingContext): string {
  const known = workspaces.flatMap((workspace) => workspace.roots).concat(currentRoots);
  const holding = known.filter((root) => isInside(session.cwd, root));
  return (
    holding.reduce((longest, root) => (root.length > longest.length ? root : longest), '') ||
    session.cwd
  );
}

export function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function toGroups(
  byRoot: ReadonlyMap<string, Session[]>,
  context: GroupingContext,
): SessionGroup[] {
  const labels = [...byRoot.keys()].map((root) => basename(root) || root);
  const groups = [...byRoot].map(([root, sessions]): SessionGroup => {
    const label = basename(root) || root;
    const isShared = labels.filter((other) => other === label).length > 1;
    const repository = context.workspaces.find(({ roots }) => roots.includes(root))?.name ?? label;
    return {
      id: `group:${root}`,
      root,
      label,
      description: isShared ? dirname(root) : repository === label ? '' : repository,
      isCurrent: context.currentRoots.some(
        (current) => isInside(root, current) || isInside(current, root),
      ),
      sessions: sessions.sort(compareSessions),
    };
  });
  return groups.sort(
    (left, right) =>
      Number(right.isCurrent) - Number(left.isCurrent) || left.label.localeCompare(right.label),
  );
}

/** Who asks stands first; among equals the one that is there longest, so that rows do not jump. */
function compareSessions(left: Session, right: Session): number {
  return left.attention.state === right.attention.state
    ? left.createdAt.localeCompare(right.createdAt)
    : compareAttention(left.attention, right.attention);
}
