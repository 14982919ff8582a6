/**
 * The only home of the database. One worker thread owns it and runs every `*.store.ts`; the main thread sees typed
 * proxies. One method is one transaction; what is queued together shares one commit with `synchronous=FULL`.
 * Knows no noun: each brings its tables, migrations and methods.
 */
export type { AnyStore, StoreContext, StoreProxy } from './definition.ts';
export { defineStore } from './definition.ts';
export type { StoreNotice, StoreWarning, WorkerTask } from './message.ts';
export type { LockHolder } from './lock.ts';
export { acquireLock } from './lock.ts';
export type { StoreThread, Stores } from './client.ts';
export { openStores } from './client.ts';
export { readForeign } from './foreign.ts';
export { squeezeWords } from './squeezing.ts';
export { serveStores } from './serve.ts';
