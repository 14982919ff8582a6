import type { BlockRow, FactRow } from '../../daemon/memory/rows.ts';

const at = '2026-11-28T12:00:00.000Z';

/** A fact that an agent learned in a repository. */
export function aFactRow(over: Partial<FactRow> = {}): FactRow {
  return {
    id: '0197a1b2-0000-7000-8000-0000000000f1',
    type: 'belief',
    text: 'The tests need Redis.',
    scope: 'repository',
    workspaceId: '0197a1b2-0000-7000-8000-000000000003',
    worktree: null,
    roleId: '0197a1b2-0000-7000-8000-000000000004',
    source: aSource(),
    state: 'accepted',
    reasons: [],
    suspicious: [],
    contradicts: [],
    validFrom: at,
    supersededBy: null,
    supersededAt: null,
    uses: 0,
    lastUsedAt: null,
    pinned: false,
    reviewedAt: null,
    expiresAt: '2026-12-28T12:00:00.000Z',
    createdAt: at,
    updatedAt: at,
    revision: 1,
    ...over,
  };
}

export function aSource(over: Partial<FactRow['source']> = {}): FactRow['source'] {
  return {
    by: 'agent',
    who: 'fix-login',
    from: 'work',
    agent: 'claude',
    roleId: '0197a1b2-0000-7000-8000-000000000004',
    sessionId: '0197a1b2-0000-7000-8000-000000000005',
    turn: 2,
    path: null,
    ...over,
  };
}

/** Said by a person: looked at, and kept. */
export function aSaidFactRow(over: Partial<FactRow> = {}): FactRow {
  const source = aSource({ by: 'person', who: 'person', from: 'person', sessionId: null });
  return aFactRow({ source, reviewedAt: at, expiresAt: null, ...over });
}

export function aBlockRow(over: Partial<BlockRow> = {}): BlockRow {
  return {
    id: '0197a1b2-0000-7000-8000-0000000000b1',
    owner: { kind: 'workspace', workspaceId: '0197a1b2-0000-7000-8000-000000000003' },
    label: 'project',
    description: '',
    limit: 2000,
    text: 'Shop is a web shop.',
    position: 1,
    revision: 7,
    updatedAt: at,
    updatedBy: aSource(),
    ...over,
  };
}
