/**
 * Starts the store's thread before there is anything for it to do: its runtime and its program load while the main thread
 * loads its own. Invariant: it opens nothing until it is told, because the data directory is not ours before the lock is.
 * Imports nothing of ours, so that it can be the first thing that runs.
 */
import { Worker } from 'node:worker_threads';
import type { StoreThread, WorkerTask } from './store/store.ts';

/** Compiled code is kept where `NODE_COMPILE_CACHE` says at this moment. */
export function startStoreThread(entry: string): StoreThread {
  const task: WorkerTask = { waggleStore: 'serve', entry };
  const worker = new Worker(entry, { workerData: task });
  let failure: Error | undefined;
  worker.once('error', (error: Error) => (failure = error));
  return {
    entry,
    worker,
    get failure() {
      return failure;
    },
  };
}
