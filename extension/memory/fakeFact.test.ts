/** Facts, notes and counts for tests of words and order. */
import { blockSchema } from '../../protocol/memory/block.ts';
import { factCountsSchema, factSchema } from '../../protocol/memory/fact.ts';
import type { Block, Fact, FactCounts } from '../../protocol/memory/memory.ts';
import type { Role } from '../../protocol/role/role.ts';
import { roleSchema } from '../../protocol/role/role.ts';
import type { Workspace } from '../../protocol/workspace/workspace.ts';
import { workspaceSchema } from '../../protocol/workspace/workspace.ts';

export const at = '2026-11-20T08:00:00.000Z';
export const nowMs = Date.parse(at) + 3 * 60 * 60_000;

let count = 0;
/** A different one each time. */
export function fakeId(): string {
  count += 1;
  return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
}

const source = {
  ...{ by: 'agent', who: 'fix-login', from: 'work', agent: 'claude', roleId: null },
  ...{ sessionId: fakeId(), turn: 12, path: null },
};

export function fakeFact(change: Partial<Record<keyof Fact, unknown>> = {}): Fact {
  return factSchema.parse({
    ...{ id: fakeId(), type: 'gotcha', text: 'The tests need port 5433', scope: 'repository' },
    ...{ workspaceId: null, worktree: null, roleId: null, source, state: 'accepted' },
    ...{ reasons: [], suspicious: [], contradicts: [], validFrom: at, supersededBy: null },
    ...{ supersededAt: null, uses: 0, lastUsedAt: null, pinned: false, reviewedAt: null },
    ...{ expiresAt: null, createdAt: at, updatedAt: at, revision: 1 },
    ...change,
  });
}

export function fakeBlock(change: Partial<Record<keyof Block, unknown>> = {}): Block {
  return blockSchema.parse({
    ...{ id: fakeId(), label: 'conventions', description: '', limit: 2000, text: 'x' },
    ...{ owner: { kind: 'workspace', workspaceId: fakeId() }, position: 0, revision: 1 },
    ...{ updatedAt: at, updatedBy: source },
    ...change,
  });
}

export function fakeWorkspace(name: string, roots: readonly string[]): Workspace {
  return workspaceSchema.parse({ id: fakeId(), name, roots, remotes: [], trustedRoots: [] });
}

export function fakeRole(name: string, change: Partial<Record<keyof Role, unknown>> = {}): Role {
  return roleSchema.parse({ id: fakeId(), name, isDefault: false, archived: false, ...change });
}

export function fakeCounts(change: Partial<Record<keyof FactCounts, unknown>>): FactCounts {
  return factCountsSchema.parse({
    ...{ scope: 'repository', workspaceId: null, roleId: null, worktree: null },
    ...{ accepted: 0, quarantined: 0, unreviewed: 0 },
    ...change,
  });
}
