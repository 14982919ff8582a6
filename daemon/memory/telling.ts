import type { Fact } from '../../protocol/memory/memory.ts';
import type { EventParams } from '../../protocol/protocol.ts';
import { blockIdSchema, factIdSchema } from '../../protocol/wire/brand.ts';
import type { FeatureContext } from '../context.ts';
import type { Embedding } from '../embedding/embedding.ts';
import type { BlocksWritten } from './block.store.ts';
import type { FactsWritten } from './fact.store.ts';
import { toBlock, toFact } from './rows.ts';

/** Tells clients and the embeddings what changed, after it is in the database. */
export class Telling {
  readonly #publish: FeatureContext['publish'];
  readonly #embedding: Pick<Embedding, 'factsChanged'>;
  #revision = 0;

  constructor(
    { publish }: Pick<FeatureContext, 'publish'>,
    embedding: Pick<Embedding, 'factsChanged'>,
  ) {
    this.#publish = publish;
    this.#embedding = embedding;
  }

  /** The newest that was told, or stood in the database at the start. */
  get revision(): number {
    return this.#revision;
  }

  startAt(revision: number): void {
    this.#revision = revision;
  }

  facts({ facts, forgotten, revision }: FactsWritten): void {
    if (facts.length + forgotten.length === 0) return;
    this.#revision = Math.max(this.#revision, revision);
    this.#publish('memory/factsChanged', {
      facts: facts.map(toFact),
      forgotten: forgotten.map((id) => factIdSchema.parse(id)),
      revision,
    });
    this.#embedding.factsChanged();
  }

  /** A use is no new revision. */
  used(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    const revision = this.#revision;
    this.#publish('memory/factsChanged', { facts: [...facts], forgotten: [], revision });
  }

  importAdvanced(how: EventParams<'memory/importAdvanced'>): void {
    this.#publish('memory/importAdvanced', how);
  }

  blocks({ blocks, removed, revision }: BlocksWritten): void {
    if (blocks.length + removed.length === 0) return;
    this.#revision = Math.max(this.#revision, revision);
    this.#publish('memory/blocksChanged', {
      blocks: blocks.map(toBlock),
      removed: removed.map((id) => blockIdSchema.parse(id)),
      revision,
    });
  }
}
