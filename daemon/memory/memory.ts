/**
 * Memory: notes that are always in the prompt, and facts that come back when they are asked for. Decides what is trusted;
 * finding is `daemon/recall`, vectors are `daemon/embedding`, files are `daemon/exchange`. Calls no model.
 */
import type { MemoryPrompt, Reach } from '../../protocol/memory/memory.ts';
import type { FeatureContext } from '../context.ts';
import type { Embedding } from '../embedding/embedding.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Feature, Resource, Tool } from '../feature.ts';
import { Exchanging } from './exchanging.ts';
import { Facts } from './facts.ts';
import type { MemoryCalls } from './memory.handlers.ts';
import { createCalls, createHandlers } from './memory.handlers.ts';
import { createMemoryResources, createMemoryTools } from './memory.tools.ts';
import type { memoryStore } from './memory.store.ts';
import { Notes } from './notes.ts';
import type { FindSession, MemoryNouns } from './nouns.ts';
import { Overview } from './overview.ts';
import { Placing } from './placing.ts';
import { Reviewing } from './reviewing.ts';
import { Telling } from './telling.ts';
import { Upkeep } from './upkeep.ts';

export type { MemoryCalls } from './memory.handlers.ts';

export interface MemoryFeature extends Feature<'memory'> {
  /** The wire's methods for any principal: what the tools of agents call. Rights of an agent are checked inside. */
  readonly calls: MemoryCalls;
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  /** Who knows the sessions. */
  describeWith(find: FindSession): void;
  /** How notes reach each agent. */
  reachWith(list: () => readonly Reach[]): void;
  /** What stands in the prompt of what starts there. */
  promptFor(place: PromptPlace): Promise<MemoryPrompt>;
  /** A session has ended: whoever subscribed is told, once, what it learned. */
  sessionEnded(sessionId: string): Promise<void>;
}

/** Of a session. */
export interface PromptPlace {
  readonly workspaceId: string;
  readonly roleId: string;
  readonly cwd: string;
}

export interface MemoryOptions extends MemoryNouns {
  readonly embedding: Embedding;
  readonly exchange: Exchange;
}

export function createMemoryFeature(
  context: FeatureContext,
  { embedding, exchange, ...nouns }: MemoryOptions,
): MemoryFeature {
  const store = context.openStore<typeof memoryStore>('memory');
  const placing = new Placing(nouns);
  const telling = new Telling(context, embedding);
  const shared = { daemon: context, store, placing, telling, embedding };
  const facts = new Facts(shared);
  const tagLineOf = (roleId: string): string => nouns.roles.find(roleId)?.tagLine ?? '';
  const notes = new Notes({ ...shared, tagLineOf });
  let listReach = (): readonly Reach[] => [];
  const overview = new Overview({ ...shared, listReach: () => listReach() });
  const reviewing = new Reviewing(shared);
  const exchanging = new Exchanging({ ...shared, exchange, notes });
  const upkeep = new Upkeep(shared);
  const told = new Set<string>();
  const calls = createCalls({ facts, reviewing, notes, exchanging, overview });
  const listening = embedding.onDidChangeStatus((status) =>
    context.publish('memory/embeddingsChanged', { status }),
  );
  return {
    noun: 'memory',
    calls,
    tools: createMemoryTools(calls),
    resources: createMemoryResources(calls),
    handlers: createHandlers(calls, { overview }),
    describeWith: (find) => placing.describeWith(find),
    reachWith: (list) => (listReach = list),
    promptFor: ({ workspaceId, roleId, cwd }) =>
      notes.promptAt({ workspaceId, roleId, worktree: nouns.workspaces.worktreeOf(cwd) }),
    async sessionEnded(sessionId) {
      const learned = await facts.learnedBy(sessionId);
      const unseen = learned.factIds.filter((id) => !told.has(id));
      if (unseen.length === 0 || learned.toReview === 0) return;
      for (const id of unseen) told.add(id);
      context.publish('memory/learned', learned);
    },
    async start() {
      telling.startAt(await store.readRevision({}));
      await embedding.start();
      upkeep.begin();
    },
    stop: () => embedding.stop(),
    dispose() {
      upkeep.dispose();
      listening.dispose();
      embedding.dispose();
    },
  };
}
