/**
 * Embeddings, on the main thread: asks the provider that a person set for vectors, of questions at once and of facts in the
 * background. Nothing is asked while none is set.
 */
import type { EmbeddingStatus } from '../../protocol/memory/memory.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import type { RecallVector } from '../recall/recall.ts';

/** A wish of `memory/embeddings`. */
export interface EmbeddingChange {
  readonly provider?: EmbeddingStatus['settings']['provider'] | undefined;
  readonly url?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly key?: string | null | undefined;
}

export interface Embedding extends Disposable {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Undefined at once when no provider is set, and within the limit when it hangs or fails: search goes on by words. */
  embed(text: string): Promise<RecallVector | undefined>;
  /** Facts were made or changed: those without a vector get one in the background. */
  factsChanged(): void;
  status(): EmbeddingStatus;
  configure(change: EmbeddingChange): Promise<EmbeddingStatus>;
  readonly onDidChangeStatus: Event<EmbeddingStatus>;
}
