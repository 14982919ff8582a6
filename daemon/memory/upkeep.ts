import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { FeatureContext } from '../context.ts';
import type { StoreProxy } from '../store/store.ts';
import { undoDays } from './change.store.ts';
import { dayMs } from './facts.ts';
import type { memoryStore } from './memory.store.ts';
import { ownSource } from './placing.ts';
import type { Telling } from './telling.ts';

const everyMs = 3_600_000;
/** What a start brings comes first. */
const firstAfterMs = 30_000;

export interface UpkeepContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'daemonId' | 'log'>;
  readonly store: Pick<StoreProxy<typeof memoryStore>, 'expire' | 'purge'>;
  readonly telling: Pick<Telling, 'facts'>;
}

/** What nobody looked at in time is forgotten, and what was forgotten long ago leaves the disk. */
export class Upkeep implements Disposable {
  readonly #context: UpkeepContext;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: UpkeepContext) {
    this.#context = context;
  }

  begin(): void {
    this.#arm(firstAfterMs);
  }

  async run(): Promise<void> {
    const { store, telling, daemon } = this.#context;
    const nowMs = daemon.clock.now();
    const now = new Date(nowMs).toISOString();
    const act = { by: ownSource, ownerDaemonId: daemon.daemonId };
    telling.facts(await store.expire({ now, ...act }));
    await store.purge({ before: new Date(nowMs - undoDays * dayMs).toISOString() });
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#arm(everyMs);
      this.run().catch((error: unknown) =>
        this.#context.daemon.log.warn('memory was not tidied', { error }),
      );
    }, ms);
    this.#timer.unref();
  }
}
