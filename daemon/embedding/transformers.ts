/** Embeddings on this machine: asks a thread that holds the model, so that the daemon answers on while it computes. */
import { Worker } from 'node:worker_threads';
import type { EmbeddingSettings } from '../../protocol/memory/memory.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { EmbeddingFailureKind } from './failure.ts';
import { EmbeddingFailure } from './failure.ts';
import type { LocalModelPlace } from './localModel.ts';
import type { EmbeddingProvider, EmbeddingRequest } from './vectorAnswer.ts';

export interface TransformersContext {
  readonly settings: EmbeddingSettings;
  readonly model: string;
  readonly directory: string;
  /** File of the thread's program. */
  readonly entry: string;
}

export interface LocalQuestion {
  readonly id: number;
  readonly texts: readonly string[];
}

export type LocalAnswer = { readonly id: number } & (
  | { readonly vectors: Float32Array[] }
  | {
      readonly failure: {
        readonly kind: EmbeddingFailureKind;
        readonly message: string;
        readonly fix: string | undefined;
      };
    }
);

export function createTransformers(context: TransformersContext): EmbeddingProvider {
  const { settings, model, directory, entry } = context;
  return new LocalProvider(entry, { model, directory, hub: settings.url });
}

class LocalProvider implements EmbeddingProvider {
  readonly modelId: string;
  readonly #entry: string;
  readonly #place: LocalModelPlace;
  readonly #waiting = new Map<number, PromiseWithResolvers<Float32Array[]>>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(entry: string, place: LocalModelPlace) {
    this.modelId = `transformers ${place.model}`;
    this.#entry = entry;
    this.#place = place;
  }

  /** What takes too long is left behind: the next question may find the model loaded. */
  async embed({ texts, timeoutMs, signal }: EmbeddingRequest): Promise<Float32Array[]> {
    signal.throwIfAborted();
    const id = (this.#lastId += 1);
    const waiting = Promise.withResolvers<Float32Array[]>();
    this.#waiting.set(id, waiting);
    const limit = AbortSignal.timeout(timeoutMs);
    const giveUp = (): void =>
      waiting.reject(
        signal.aborted
          ? signal.reason
          : new EmbeddingFailure('timeout', 'The local model takes too long.'),
      );
    const any = AbortSignal.any([signal, limit]);
    any.addEventListener('abort', giveUp, { once: true });
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, texts: [...texts] } satisfies LocalQuestion);
      return await waiting.promise;
    } finally {
      any.removeEventListener('abort', giveUp);
      this.#waiting.delete(id);
    }
  }

  dispose(): void {
    void this.#worker?.terminate();
    this.#end('it was ended');
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { workerData: this.#place });
    worker.unref();
    worker.on('message', (answer: LocalAnswer) => this.#receive(answer));
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#end(toPlainLine(errorMessageOf(error), 200));
    });
    worker.on('exit', (code) => {
      if (this.#worker === worker) this.#end(`its thread ended with ${code}`);
    });
    return worker;
  }

  #receive(answer: LocalAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if ('vectors' in answer) return waiting?.resolve(answer.vectors);
    const { kind, message, fix } = answer.failure;
    waiting?.reject(new EmbeddingFailure(kind, message, fix === undefined ? {} : { fix }));
  }

  #end(why: string): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values())
      reject(new EmbeddingFailure('answer', `The local model fails: ${why}`));
    this.#waiting.clear();
  }
}
