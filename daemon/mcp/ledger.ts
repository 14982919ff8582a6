/** What was asked for with a key, and what came of it: on disk, so that it is known after the daemon died. */
import type { Clock, Logger } from '../context.ts';
import type { StoreProxy } from '../store/store.ts';
import type { mcpStore } from './mcp.store.ts';

export interface KeyedCall {
  /** Of who asked, which tool, and the key they gave. */
  readonly key: string;
  /** Of what they gave along. */
  readonly input: string;
  readonly principalId: string;
}

export interface KeptCall {
  readonly input: string;
  /** JSON; null: it was begun and its end is not known. */
  readonly result: string | null;
}

export interface Ledger {
  /** Undefined: nobody has asked before, and it is noted that it begins now. */
  begin(call: KeyedCall): Promise<KeptCall | undefined>;
  finish(call: KeyedCall, result: string): Promise<void>;
  /** It was not done. */
  drop(key: string): Promise<void>;
}

const keptMs = 15 * 60_000;
const keptMax = 2000;

/** In memory alone: nothing of a private session is written down. */
export class PassingLedger implements Ledger {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #kept = new Map<string, KeptCall & { readonly atMs: number }>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  begin({ key, input }: KeyedCall): Promise<KeptCall | undefined> {
    const known = this.find(key);
    if (known === undefined) this.#put(key, { input, result: null });
    return Promise.resolve(known);
  }

  finish({ key, input }: KeyedCall, result: string): Promise<void> {
    this.#put(key, { input, result });
    return Promise.resolve();
  }

  drop(key: string): Promise<void> {
    this.#kept.delete(key);
    return Promise.resolve();
  }

  find(key: string): KeptCall | undefined {
    const now = this.#clock.monotonicMs();
    for (const [old, { atMs }] of this.#kept) {
      if (now - atMs < keptMs && this.#kept.size <= keptMax) break;
      this.#kept.delete(old);
    }
    return this.#kept.get(key);
  }

  #put(key: string, call: KeptCall): void {
    this.#kept.set(key, { ...call, atMs: this.#clock.monotonicMs() });
  }
}

export interface LastingLedgerContext {
  readonly store: Pick<StoreProxy<typeof mcpStore>, 'beginCall' | 'finishCall' | 'dropCall'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
}

/** In the database for a day. On a disk that takes nothing more, agents can still call a person: then memory must do. */
export class LastingLedger implements Ledger {
  readonly #context: LastingLedgerContext;
  readonly #unwritten: PassingLedger;

  constructor(context: LastingLedgerContext) {
    this.#context = context;
    this.#unwritten = new PassingLedger(context.clock);
  }

  async begin(call: KeyedCall): Promise<KeptCall | undefined> {
    const known = this.#unwritten.find(call.key);
    if (known !== undefined) return known;
    try {
      return await this.#context.store.beginCall(call);
    } catch (error) {
      this.#context.log.warn('A call is kept in memory only', { error });
      return this.#unwritten.begin(call);
    }
  }

  async finish(call: KeyedCall, result: string): Promise<void> {
    try {
      if (await this.#context.store.finishCall({ key: call.key, result })) return;
    } catch (error) {
      this.#context.log.warn('What a call gave is kept in memory only', { error });
    }
    await this.#unwritten.finish(call, result);
  }

  async drop(key: string): Promise<void> {
    await this.#unwritten.drop(key);
    try {
      await this.#context.store.dropCall({ key });
    } catch (error) {
      this.#context.log.warn('A call that failed is still noted', { error });
    }
  }
}
