import type { Methods } from '../../protocol/protocol.ts';
import { factCountsSchema } from '../../protocol/memory/fact.ts';
import type { Reach } from '../../protocol/memory/memory.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import type { FeatureContext } from '../context.ts';
import type { Embedding } from '../embedding/embedding.ts';
import type { Principal } from '../feature.ts';
import type { StoreProxy } from '../store/store.ts';
import type { memoryStore } from './memory.store.ts';
import type { Placing } from './placing.ts';
import { reachOf } from './placing.ts';
import type { Telling } from './telling.ts';

type Params<M extends keyof Methods> = ParamsOut<Methods[M]>;
type Result<M extends keyof Methods> = ResultIn<Methods[M]>;

export interface OverviewContext {
  readonly daemon: Pick<FeatureContext, 'clock'>;
  readonly store: Pick<StoreProxy<typeof memoryStore>, 'counts'>;
  readonly placing: Placing;
  readonly telling: Telling;
  readonly embedding: Embedding;
  readonly listReach: () => readonly Reach[];
}

/** How much there is, how it reaches agents, and how far the embeddings are. */
export class Overview {
  readonly #context: OverviewContext;

  constructor(context: OverviewContext) {
    this.#context = context;
  }

  async counts(
    { place }: Params<'memory/subscribe'>,
    by: Principal,
  ): Promise<Result<'memory/subscribe'>> {
    const { store, placing, telling, daemon } = this.#context;
    const reach = reachOf(await placing.locate(place, by));
    const now = new Date(daemon.clock.now()).toISOString();
    const { revision } = telling;
    const counts = await store.counts({ filter: { reach, now } });
    return { counts: counts.map((row) => factCountsSchema.parse(row)), revision };
  }

  reach(): Result<'memory/reach'> {
    return { agents: [...this.#context.listReach()] };
  }

  async embeddings({
    change,
    reindex,
  }: Params<'memory/embeddings'>): Promise<Result<'memory/embeddings'>> {
    const { embedding } = this.#context;
    if (change !== undefined) await embedding.configure(change);
    if (reindex !== undefined) await embedding.reindex(reindex);
    return { status: embedding.status() };
  }
}
