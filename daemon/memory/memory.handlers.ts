import { memory } from '../../protocol/memory/memory.ts';
import type { NounHandlers } from '../../protocol/protocol.ts';
import type { HandlersOf } from '../../protocol/wire/define.ts';
import type { Caller, Principal } from '../feature.ts';
import type { Exchanging } from './exchanging.ts';
import type { Facts } from './facts.ts';
import type { Notes } from './notes.ts';
import type { Overview } from './overview.ts';
import type { Reviewing } from './reviewing.ts';

export interface MemoryParts {
  readonly facts: Facts;
  readonly reviewing: Reviewing;
  readonly notes: Notes;
  readonly exchanging: Exchanging;
  readonly overview: Overview;
}

/** Who calls; a tool is called for a principal too. */
export interface MemoryCaller {
  readonly principal: Principal;
}

/** Everything but the subscription: for clients, and for the tools of agents. */
export type MemoryCalls = Omit<HandlersOf<typeof memory, MemoryCaller>, 'memory/subscribe'>;

export function createCalls({
  facts,
  reviewing,
  notes,
  exchanging,
  overview,
}: MemoryParts): MemoryCalls {
  return {
    'memory/save': (params, { principal }) => facts.save(params, principal),
    'memory/recall': (params, { principal }) => facts.recall(params, principal),
    'memory/search': (params, { principal }) => facts.search(params, principal),
    'memory/listFacts': (params, { principal }) => facts.list(params, principal),
    'memory/getFact': (params, { principal }) => facts.get(params, principal),
    'memory/forget': (params, { principal }) => facts.forget(params, principal),
    'memory/learned': (params, { principal }) => facts.learned(params, principal),
    'memory/edit': (params, { principal }) => reviewing.edit(params, principal),
    'memory/pin': (params, { principal }) => reviewing.pin(params, principal),
    'memory/promote': (params, { principal }) => reviewing.promote(params, principal),
    'memory/settleWorktree': (params, { principal }) => reviewing.settleWorktree(params, principal),
    'memory/review': (params, { principal }) => reviewing.review(params, principal),
    'memory/undo': (params, { principal }) => reviewing.undo(params, principal),
    'memory/listChanges': (params) => reviewing.listChanges(params),
    'memory/listBlocks': (params, { principal }) => notes.list(params, principal),
    'memory/getBlock': (params, { principal }) => notes.get(params, principal),
    'memory/createBlock': (params, { principal }) => notes.create(params, principal),
    'memory/writeBlock': (params, { principal }) => notes.write(params, principal),
    'memory/appendBlock': (params, { principal }) => notes.append(params, principal),
    'memory/replaceInBlock': (params, { principal }) => notes.replace(params, principal),
    'memory/changeBlock': (params, { principal }) => notes.change(params, principal),
    'memory/removeBlock': (params, { principal }) => notes.remove(params, principal),
    'memory/blockHistory': (params, { principal }) => notes.history(params, principal),
    'memory/prompt': (params, { principal }) => notes.prompt(params, principal),
    'memory/reach': () => overview.reach(),
    'memory/findImports': (params, { principal }) => exchanging.find(params, principal),
    'memory/import': (params, { principal }) => exchanging.take(params, principal),
    'memory/export': (params, { principal }) => exchanging.export(params, principal),
    'memory/writeSection': (params, { principal }) => exchanging.writeSection(params, principal),
    'memory/embeddings': (params) => overview.embeddings(params),
  };
}

export function createHandlers(
  calls: MemoryCalls,
  { overview }: Pick<MemoryParts, 'overview'>,
): NounHandlers<'memory', Caller> {
  return {
    ...calls,
    'memory/subscribe': (params, caller) => {
      caller.subscribe('memory');
      return overview.counts(params, caller.principal);
    },
  };
}
