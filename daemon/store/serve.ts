/** The worker's side: opens the database, migrates, then answers calls of the main thread. */
import type { MessagePort } from 'node:worker_threads';
import { Worker, parentPort, workerData } from 'node:worker_threads';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { notRecordingWarning } from '../../protocol/wire/warnings.ts';
import { CommitQueue } from './commitQueue.ts';
import { runInCopies } from './copies.ts';
import type { Connection } from './connection.ts';
import type { AnyStore, StoreMethod } from './definition.ts';
import { toStoreError } from './failure.ts';
import { checkBeside, openSound } from './integrity.ts';
import type { FromWorker, StoreLocation, ToWorker, WorkerTask } from './message.ts';
import { toStoredFailure } from './message.ts';
import { migrate } from './migrate.ts';
import type { Reserve } from './reserve.ts';
import { createReserve } from './reserve.ts';

type Post = (message: FromWorker) => void;

/** Entry of the worker program: `stores` are all nouns' stores. */
export async function serveStores(stores: readonly AnyStore[]): Promise<void> {
  const port = parentPort;
  if (port === null) throw new WaggleError('internal', 'The store runs in a worker thread only.');
  const task = workerData as WorkerTask;
  const { entry } = task;
  const post: Post = (message) => port.postMessage(message);
  if (task.waggleStore === 'check') {
    reportCheck(post, task.location.database);
    return;
  }
  const location = await toldLocation(port);
  try {
    const connection = await openMigrated(stores, location, { post, entry });
    answerCalls(port, { connection, stores, location });
    post({ kind: 'opened' });
  } catch (error) {
    post({ kind: 'refused', failure: toStoredFailure(toStoreError(error)) });
    port.close();
  }
}

function toldLocation(port: MessagePort): Promise<StoreLocation> {
  return new Promise((resolve) => {
    port.once('message', (message: ToWorker) => {
      if (message.kind === 'open') resolve(message.location);
    });
  });
}

async function openMigrated(
  stores: readonly AnyStore[],
  location: StoreLocation,
  { post, entry }: { readonly post: Post; readonly entry: string },
): Promise<Connection> {
  const { connection, putAside, needsBackgroundCheck } = openSound(location.database);
  if (putAside !== undefined) warnOfDamage(post, putAside);
  try {
    const { applied, backup } = await migrate(connection, stores, location.backupDir);
    if (applied.length > 0)
      post({
        kind: 'notice',
        notice: {
          level: 'info',
          message: 'Schema brought up to date',
          fields: { applied, backup },
        },
      });
  } catch (error) {
    connection.close();
    throw error;
  }
  if (needsBackgroundCheck) checkInBackground(post, entry, location);
  return connection;
}

function warnOfDamage(post: Post, putAside: string): void {
  const text = `The database was damaged. It lies in ${putAside}; a new one was started, so the history is empty.`;
  post({ kind: 'warning', warning: { key: 'store.damaged', text } });
  post({
    kind: 'notice',
    notice: { level: 'error', message: 'Damaged database put aside', fields: { putAside } },
  });
}

function reportCheck(post: Post, database: string): void {
  if (!checkBeside(database)) {
    const text =
      'The database is damaged. Restart the daemon to put the file aside and start a new one.';
    post({ kind: 'warning', warning: { key: 'store.damaged', text } });
  }
}

function checkInBackground(post: Post, entry: string, location: StoreLocation): void {
  const task: WorkerTask = { waggleStore: 'check', location, entry };
  const checker = new Worker(entry, { workerData: task });
  checker.on('message', post);
  checker.on('error', (error: Error) =>
    post({
      kind: 'notice',
      notice: {
        level: 'warn',
        message: 'Background check failed',
        fields: { error: error.message },
      },
    }),
  );
  checker.unref();
}

interface Serving {
  readonly connection: Connection;
  readonly stores: readonly AnyStore[];
  readonly location: StoreLocation;
}

function answerCalls(port: MessagePort, { connection, stores, location }: Serving): void {
  const post: Post = (message) => port.postMessage(message);
  const reserve = guardSpace(post, location);
  const queue = new CommitQueue(connection, {
    onDiskFull: () => {
      reserve.release();
      post({ kind: 'warning', warning: { key: 'store.full', text: notRecordingWarning } });
    },
    onUnflushed: () => {
      const text =
        'The disk lost what was written: Waggle is not recording. Sessions go on. Once the disk is well: waggle daemon restart';
      post({ kind: 'warning', warning: { key: 'store.unflushed', text } });
    },
    onTrouble: (message, error) => {
      const fields = { error: error instanceof Error ? error.message : undefined };
      post({ kind: 'notice', notice: { level: 'warn', message, fields } });
    },
  });
  const methods = tableOf(stores);
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      void closeStore(port, { queue, reserve, connection });
      return;
    }
    if (message.kind === 'open') return;
    const { id, store, method, params } = message;
    const found = methods.get(`${store}.${method}`);
    const fail = (error: WaggleError): void =>
      post({ kind: 'failure', id, failure: toStoredFailure(error) });
    if (found === undefined) {
      fail(new WaggleError('internal', `There is no store method ${store}.${method}.`));
      return;
    }
    queue.push({
      run: (db, context) => found(db, params, context),
      answer: (value) => post({ kind: 'answer', id, value }),
      fail,
      runInCopies: () =>
        runInCopies(location.backupDir, (db, context) => found(db, params, context)),
    });
  });
}

function guardSpace(post: Post, location: StoreLocation): Reserve {
  return createReserve({
    path: location.reserveFile,
    onRoom: () => post({ kind: 'warning', warning: { key: 'store.full', text: undefined } }),
    onFailed: (error) => {
      const fields = { error: error instanceof Error ? error.message : String(error) };
      post({ kind: 'notice', notice: { level: 'warn', message: 'No reserve on disk', fields } });
    },
  });
}

type AnyMethod = StoreMethod<unknown, unknown, unknown>;

// The table forgets the parameter types; the proxy of the main thread has checked them at compile time.
function tableOf(stores: readonly AnyStore[]): Map<string, AnyMethod> {
  return new Map(
    stores.flatMap((store) =>
      Object.entries(store.methods).map(
        ([name, method]) => [`${store.name}.${name}`, method as AnyMethod] as const,
      ),
    ),
  );
}

async function closeStore(
  port: MessagePort,
  { queue, reserve, connection }: { queue: CommitQueue; reserve: Reserve; connection: Connection },
): Promise<void> {
  await queue.settle();
  reserve.dispose();
  connection.close();
  const closed: FromWorker = { kind: 'closed' };
  port.postMessage(closed);
  port.close();
}
