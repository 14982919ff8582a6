/** The main thread's side: tells the worker what to open and hands out typed proxies whose calls resolve after their commit. */
import type { Worker } from 'node:worker_threads';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { AnyStore, StoreProxy } from './definition.ts';
import type { FromWorker, StoreLocation, StoreNotice, StoreWarning, ToWorker } from './message.ts';
import { fromStoredFailure } from './message.ts';

export interface OpenStoresOptions {
  readonly thread: StoreThread;
  readonly location: StoreLocation;
  readonly onNotice: (notice: StoreNotice) => void;
  readonly onWarning: (warning: StoreWarning) => void;
  /** The worker died; no call is answered any more. */
  readonly onFailed: (error: WaggleError) => void;
}

export interface Stores extends Disposable {
  /** `name` as declared; the type comes from the definition (`import type`). */
  openStore<S extends AnyStore>(name: string): StoreProxy<S>;
  /** Commits what waits, moves the log into the database and ends the worker. */
  stop(): Promise<void>;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: WaggleError): void;
}

/** A thread that loads the worker program, and waits to be told what to open. */
export interface StoreThread {
  /** File of the worker program. */
  readonly entry: string;
  readonly worker: Worker;
  /** Set when it died before anybody looked after it. */
  readonly failure: Error | undefined;
}

/** Rejects with `newerSchema`, `busy`, `diskFull` or `internal` when the database cannot be served. */
export async function openStores(options: OpenStoresOptions): Promise<Stores> {
  const client = new StoreClient(options);
  await client.opened;
  return client;
}

class StoreClient implements Stores {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #options: OpenStoresOptions;
  readonly #pending = new Map<number, PendingCall>();
  #opening: PromiseWithResolvers<void> = Promise.withResolvers();
  #closing: PromiseWithResolvers<void> | undefined;
  #failure: WaggleError | undefined;
  #isOpen = false;
  #nextId = 1;

  constructor(options: OpenStoresOptions) {
    this.#options = options;
    this.opened = this.#opening.promise;
    const { thread, location } = options;
    this.#worker = thread.worker;
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`worker ended with ${code}`)));
    if (thread.failure === undefined) this.#post({ kind: 'open', location });
    else this.#end(thread.failure);
  }

  openStore<S extends AnyStore>(name: string): StoreProxy<S> {
    const methods = new Map<string, (params: unknown) => Promise<unknown>>();
    const proxy = new Proxy(Object.freeze({}), {
      get: (_target, key) => {
        // A proxy that had `then` would be taken for a promise.
        if (typeof key !== 'string' || key === 'then') return undefined;
        let method = methods.get(key);
        if (method === undefined) {
          method = (params) => this.#call(name, key, params);
          methods.set(key, method);
        }
        return method;
      },
    });
    return proxy as StoreProxy<S>;
  }

  #call(store: string, method: string, params: unknown): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject });
    this.#post({ kind: 'call', id, store, method, params });
    return promise;
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'opened':
        this.#isOpen = true;
        return this.#opening.resolve();
      case 'refused':
        this.#failure = fromStoredFailure(message.failure);
        return this.#opening.reject(this.#failure);
      case 'answer':
        return this.#take(message.id)?.resolve(message.value);
      case 'failure':
        return this.#take(message.id)?.reject(fromStoredFailure(message.failure));
      case 'notice':
        return this.#options.onNotice(message.notice);
      case 'warning':
        return this.#options.onWarning(message.warning);
      case 'closed':
        return this.#closing?.resolve();
    }
  }

  #take(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    return call;
  }

  #end(cause: Error): void {
    this.#closing?.resolve();
    if (this.#failure !== undefined) return;
    const error = new WaggleError('internal', 'The database thread ended.', { cause });
    this.#failure =
      this.#closing === undefined
        ? error
        : new WaggleError('stopped', 'The database is closed.', { cause });
    for (const call of this.#pending.values()) call.reject(this.#failure);
    this.#pending.clear();
    if (!this.#isOpen) this.#opening.reject(error);
    else if (this.#closing === undefined) this.#options.onFailed(error);
  }

  async stop(): Promise<void> {
    if (this.#failure !== undefined) return;
    if (this.#closing === undefined) {
      this.#closing = Promise.withResolvers();
      this.#post({ kind: 'close' });
    }
    await this.#closing.promise;
    await this.#worker.terminate();
  }

  dispose(): void {
    this.#failure ??= new WaggleError('stopped', 'The database is closed.');
    // Ends by itself; nobody is left who could wait for it.
    void this.#worker.terminate();
  }
}
