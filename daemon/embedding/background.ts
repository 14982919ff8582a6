/**
 * Makes the vectors that are missing, batch after batch, until none is. What is missing is asked of the database each time,
 * so nothing is lost when it ends in the middle, and it goes on there after a restart.
 */
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Logger } from '../context.ts';
import type { MissingVector, NewVector, recallStore } from '../recall/recall.ts';
import type { StoreProxy } from '../store/store.ts';
import { EmbeddingFailure } from './failure.ts';
import type { EmbeddingProvider } from './vectorAnswer.ts';
import { wrongDimension } from './vectorAnswer.ts';

export interface Progress {
  readonly dimension: number | null;
  readonly done: number;
  readonly total: number;
}

export type BackgroundState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'working' }
  | { readonly kind: 'failing'; readonly failure: EmbeddingFailure; readonly retryAt: number };

export interface BackgroundContext {
  readonly store: Pick<
    StoreProxy<typeof recallStore>,
    'listMissing' | 'putVectors' | 'dropVectors' | 'progress'
  >;
  readonly provider: EmbeddingProvider;
  readonly log: Logger;
  readonly now: () => number;
  readonly batch: number;
  readonly timeoutMs: number;
  readonly changed: () => void;
}

const firstRetryMs = 5000;
const lastRetryMs = 300_000;

export class Background implements Disposable {
  readonly #context: BackgroundContext;
  readonly #end = new AbortController();
  #state: BackgroundState = { kind: 'ready' };
  #progress: Progress = { dimension: null, done: 0, total: 0 };
  #running: Promise<void> | undefined;
  /** Facts changed while it ran. */
  #isAsked = false;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(context: BackgroundContext) {
    this.#context = context;
  }

  get state(): BackgroundState {
    return this.#state;
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Soon after facts changed. While it fails, only at the time that was said, or when a person asks for it `now`. */
  wake(now = false): void {
    if (this.#end.signal.aborted) return;
    this.#isAsked = true;
    if (this.#state.kind === 'failing' && !now) return;
    if (now) this.#failures = 0;
    if (this.#state.kind === 'failing') this.#enter({ kind: 'working' });
    clearTimeout(this.#timer);
    this.#running ??= this.#run();
  }

  /** Ends what is under way; nothing is written afterwards. */
  async stop(): Promise<void> {
    this.dispose();
    await this.#running;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#end.abort();
  }

  /** Somebody else met this failure, with a question. */
  meet(failure: EmbeddingFailure): void {
    if (this.#running === undefined && this.#state.kind !== 'failing') this.#fail(failure);
  }

  /** The provider answered: the next failure is the first again. */
  succeeded(): void {
    this.#failures = 0;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    try {
      while (this.#isAsked && !signal.aborted) {
        this.#isAsked = false;
        await this.#makeAll();
      }
      if (!signal.aborted) this.#enter({ kind: 'ready' });
    } catch (error) {
      if (!signal.aborted) this.#fail(toFailure(error));
    } finally {
      this.#running = undefined;
    }
  }

  async #makeAll(): Promise<void> {
    const { store, provider, batch } = this.#context;
    const model = provider.modelId;
    await this.#count();
    for (;;) {
      const missing = await store.listMissing({ model, count: batch });
      if (missing.length === 0 || this.#end.signal.aborted) break;
      this.#enter({ kind: 'working' });
      await this.#keep(await this.#make(missing));
      await this.#count();
    }
    // What another model made is no longer of use once this one has all; until then a person may still go back.
    const { done, total } = this.#progress;
    if (done === total && !this.#end.signal.aborted)
      await store.dropVectors({ model, which: 'others' });
  }

  /** A text that is refused is asked for alone, so that it keeps none of the others from having theirs. */
  async #make(missing: readonly MissingVector[]): Promise<NewVector[]> {
    try {
      const vectors = await this.#ask(missing.map(({ text }) => text));
      return missing.map(({ id, textHash }, index) => ({
        ...{ id, textHash },
        values: vectors[index] ?? null,
      }));
    } catch (error) {
      if (!(error instanceof EmbeddingFailure) || error.kind !== 'text') throw error;
      if (missing.length > 1) return await this.#makeHalves(missing);
      const [one] = missing;
      // Before the first vector it is more likely that all are refused, by a wrong model.
      if (this.#progress.dimension === null || one === undefined) throw error;
      this.#context.log.warn('A fact is refused by the embedding service', { factId: one.id });
      return [{ id: one.id, textHash: one.textHash, values: null }];
    }
  }

  /** What the first half gave is kept before the second is tried. */
  async #makeHalves(missing: readonly MissingVector[]): Promise<NewVector[]> {
    const middle = Math.ceil(missing.length / 2);
    await this.#keep(await this.#make(missing.slice(0, middle)));
    await this.#count();
    return await this.#make(missing.slice(middle));
  }

  async #ask(texts: readonly string[]): Promise<Float32Array[]> {
    const { provider, timeoutMs } = this.#context;
    const vectors = await provider.embed({ texts, timeoutMs, signal: this.#end.signal });
    this.succeeded();
    return vectors;
  }

  async #keep(vectors: readonly NewVector[]): Promise<void> {
    if (this.#end.signal.aborted || vectors.length === 0) return;
    const { store, provider } = this.#context;
    const known = this.#progress.dimension;
    const dimension = vectors.find(({ values }) => values !== null)?.values?.length ?? known;
    if (dimension === null) return;
    const isKept = await store.putVectors({ model: provider.modelId, dimension, vectors });
    if (!isKept) throw wrongDimension(dimension, known ?? 0);
  }

  async #count(): Promise<void> {
    const { store, provider, changed } = this.#context;
    const { dimension, done, total } = await store.progress({ model: provider.modelId });
    this.#progress = { dimension: dimension ?? null, done, total };
    changed();
  }

  #fail(failure: EmbeddingFailure): void {
    const { log, now } = this.#context;
    this.#failures += 1;
    const usualMs = Math.min(lastRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    const waitMs = Math.max(usualMs, failure.retryAfterMs ?? 0);
    log.warn('No embeddings', { kind: failure.kind, error: failure.message, waitMs });
    this.#timer = setTimeout(() => this.#retry(), waitMs);
    this.#timer.unref();
    this.#enter({ kind: 'failing', failure, retryAt: now() + waitMs });
  }

  #retry(): void {
    if (this.#end.signal.aborted) return;
    this.#isAsked = true;
    this.#running ??= this.#run();
  }

  #enter(state: BackgroundState): void {
    if (state.kind === this.#state.kind && state.kind !== 'failing') return;
    this.#state = state;
    this.#context.changed();
  }
}

export function toFailure(error: unknown): EmbeddingFailure {
  if (error instanceof EmbeddingFailure) return error;
  return new EmbeddingFailure('answer', 'Embeddings fail inside Waggle.', { cause: error });
}
