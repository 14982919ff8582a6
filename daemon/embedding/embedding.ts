/**
 * Embeddings, on the main thread: asks the provider that a person set for vectors, of questions at once and of facts in the
 * background. Nothing is asked while none is set.
 */
import { join } from 'node:path';
import type { EmbeddingStatus } from '../../protocol/memory/memory.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { FeatureContext } from '../context.ts';
import type { RecallVector, recallStore } from '../recall/recall.ts';
import { Background, toFailure } from './background.ts';
import type { EmbeddingChange } from './choices.ts';
import { EmbeddingChoices } from './choices.ts';
import { createProvider } from './provider.ts';
import type { EmbeddingProvider } from './vectorAnswer.ts';

export type { EmbeddingChange } from './choices.ts';

export interface Embedding extends Disposable {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Undefined at once when no provider is set, and within the limit when it hangs or fails: search goes on by words. */
  embed(text: string): Promise<RecallVector | undefined>;
  /** Facts were made or changed: those without a vector get one in the background. */
  factsChanged(): void;
  status(): EmbeddingStatus;
  /** @throws WaggleError `badRequest`. */
  configure(change: EmbeddingChange): Promise<EmbeddingStatus>;
  /** `missing`: what waits after a failure is tried at once. `all`: every vector of this model is made again. */
  reindex(which: 'missing' | 'all'): Promise<EmbeddingStatus>;
  readonly onDidChangeStatus: Event<EmbeddingStatus>;
}

export type EmbeddingContext = Pick<
  FeatureContext,
  'paths' | 'secrets' | 'log' | 'clock' | 'openStore' | 'program'
>;

/** What a person waits for is not worth more. */
const questionLimitMs = 1500;
const questionMaxChars = 4000;
/** Questions come again while somebody types or pages. */
const keptQuestions = 32;

interface Active {
  readonly provider: EmbeddingProvider;
  readonly background: Background;
}

export function createEmbedding(context: EmbeddingContext): Embedding {
  return new EmbeddingService(context);
}

class EmbeddingService implements Embedding {
  readonly #context: EmbeddingContext;
  readonly #store;
  readonly #choices: EmbeddingChoices;
  readonly #changed = new Emitter<EmbeddingStatus>();
  readonly #questions = new Map<string, Float32Array>();
  readonly #end = new AbortController();
  #active: Active | undefined;
  /** One change after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: EmbeddingContext) {
    this.#context = context;
    this.#store = context.openStore<typeof recallStore>('recall');
    const { paths, secrets } = context;
    this.#choices = new EmbeddingChoices({ paths, secrets, store: this.#store, env: process.env });
  }

  get onDidChangeStatus(): Event<EmbeddingStatus> {
    return this.#changed.event;
  }

  async start(): Promise<void> {
    await this.#choices.load();
    this.#activate();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#turn;
    await this.#active?.background.stop();
  }

  dispose(): void {
    this.#end.abort();
    this.#active?.background.dispose();
    this.#active?.provider.dispose?.();
    this.#changed.dispose();
  }

  async embed(text: string): Promise<RecallVector | undefined> {
    const active = this.#active;
    if (active === undefined || active.background.state.kind === 'failing') return undefined;
    const { modelId: model } = active.provider;
    const asked = text.slice(0, questionMaxChars).trim();
    if (asked === '') return undefined;
    const kept = this.#questions.get(asked);
    if (kept !== undefined) return { model, values: kept };
    try {
      const [values] = await active.provider.embed({
        texts: [asked],
        timeoutMs: questionLimitMs,
        signal: this.#end.signal,
      });
      if (values === undefined || this.#active !== active) return undefined;
      active.background.succeeded();
      this.#keepQuestion(asked, values);
      return { model, values };
    } catch (error) {
      const failure = toFailure(error);
      if (!this.#end.signal.aborted && failure.kind !== 'text') active.background.meet(failure);
      return undefined;
    }
  }

  factsChanged(): void {
    this.#active?.background.wake();
  }

  status(): EmbeddingStatus {
    const { settings } = this.#choices;
    const none = { dimension: null, done: 0, total: 0, problem: null, retryAt: null };
    if (this.#active === undefined) return { settings, state: 'off', ...none };
    const { state, progress } = this.#active.background;
    if (state.kind !== 'failing') return { ...none, settings, ...progress, state: state.kind };
    const { message, fix } = state.failure;
    return {
      settings,
      ...progress,
      state: 'failing',
      problem: fix === undefined ? message : `${message} ${fix}`,
      retryAt: new Date(state.retryAt).toISOString(),
    };
  }

  configure(change: EmbeddingChange): Promise<EmbeddingStatus> {
    return this.#inTurn(async () => {
      await this.#choices.change(change);
      await this.#deactivate();
      this.#activate();
    });
  }

  reindex(which: 'missing' | 'all'): Promise<EmbeddingStatus> {
    return this.#inTurn(async () => {
      const active = this.#active;
      if (active === undefined) return;
      if (which === 'all') {
        await this.#deactivate();
        await this.#store.dropVectors({ model: active.provider.modelId, which: 'this' });
        this.#activate();
      } else active.background.wake(true);
    });
  }

  #inTurn(work: () => Promise<void>): Promise<EmbeddingStatus> {
    const done = this.#turn.then(work).then(() => this.#tell());
    this.#turn = done.catch(toldToItsCaller);
    return done;
  }

  #activate(): void {
    const { settings } = this.#choices;
    const provider = createProvider({
      settings,
      readKey: () => this.#choices.readKey(),
      directory: join(this.#context.paths.home, 'embedding'),
      entry: this.#context.program.entryOf('embeddingWorker'),
    });
    if (provider === undefined || this.#end.signal.aborted) return;
    const background = new Background({
      store: this.#store,
      provider,
      log: this.#context.log,
      now: () => this.#context.clock.now(),
      batch: settings.batch,
      timeoutMs: settings.timeoutMs,
      changed: () => void this.#tell(),
    });
    this.#active = { provider, background };
    background.wake();
  }

  async #deactivate(): Promise<void> {
    const active = this.#active;
    this.#active = undefined;
    this.#questions.clear();
    await active?.background.stop();
    active?.provider.dispose?.();
  }

  #tell(): EmbeddingStatus {
    const status = this.status();
    this.#changed.fire(status);
    return status;
  }

  #keepQuestion(text: string, values: Float32Array): void {
    this.#questions.set(text, values);
    const [oldest] = this.#questions.keys();
    if (oldest !== undefined && this.#questions.size > keptQuestions)
      this.#questions.delete(oldest);
  }
}

function toldToItsCaller(error: unknown): void {
  void error;
}
