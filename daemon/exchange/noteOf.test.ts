import type { Block, Fact, Source } from '../../protocol/memory/memory.ts';
import { blockIdSchema, factIdSchema, workspaceIdSchema } from '../../protocol/wire/brand.ts';
import { createUuid } from '../uuid.ts';

const at = '2026-11-28T12:00:00.000Z';
const source: Source = {
  ...{ by: 'agent', who: 'shop <1> --', from: 'work', agent: null, roleId: null },
  ...{ sessionId: null, turn: null, path: null },
};

export function noteOf(label: string, text: string, description = ''): Block {
  return {
    id: blockIdSchema.parse(createUuid()),
    owner: { kind: 'workspace', workspaceId: workspaceIdSchema.parse(createUuid()) },
    ...{ label, description, text, limit: 2000, position: 0, revision: 1, updatedAt: at },
    updatedBy: source,
  };
}

export function factOf(text: string, over: Partial<Fact> = {}): Fact {
  return {
    id: factIdSchema.parse(createUuid()),
    ...{ text, type: 'belief', scope: 'repository', workspaceId: null, worktree: null },
    ...{ roleId: null, source, state: 'accepted', reasons: [], suspicious: [], contradicts: [] },
    ...{ validFrom: at, supersededBy: null, supersededAt: null, uses: 0, lastUsedAt: null },
    ...{
      pinned: false,
      reviewedAt: null,
      expiresAt: null,
      createdAt: at,
      updatedAt: at,
      revision: 1,
    },
    ...over,
  };
}
