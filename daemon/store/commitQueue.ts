/**
 * Group commit: every call that waits runs as a savepoint of one transaction, and its answer leaves after the commit is
 * on disk. Invariant: this is the only place that opens transactions while serving.
 */
import { statSync } from 'node:fs';
import { busyTimeoutMs, restoreFullSync } from './connection.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './definition.ts';
import { findTrouble, toStoreError, unflushedError } from './failure.ts';
import type { WaggleError } from '../../protocol/wire/errors.ts';

const batchMax = 256;
/** After so long without work the write-ahead log is moved into the database. */
const idleMs = 1000;
/** And at the latest after so many commits, or when the log grew by so much. */
const checkpointCommits = 256;
const checkpointBytes = 4 * 1024 * 1024;

export interface QueuedCall {
  readonly run: (db: Connection['db'], context: StoreContext) => Promise<unknown>;
  readonly answer: (value: unknown) => void;
  readonly fail: (error: WaggleError) => void;
  /** Does the same in the copies of the database. */
  readonly runInCopies: () => Promise<void>;
}

export interface CommitQueueEvents {
  /** The file system refused bytes. */
  onDiskFull(): void;
  /** A flush failed: nothing is written any more until the database is opened again. */
  onUnflushed(): void;
  onTrouble(message: string, error: unknown): void;
}

type Outcome =
  | { readonly value: unknown; readonly isForgetting: boolean }
  | { readonly error: WaggleError };

export class CommitQueue {
  readonly #connection: Connection;
  readonly #events: CommitQueueEvents;
  #waiting: QueuedCall[] = [];
  #running: Promise<void> | undefined;
  #verified = false;
  #isUnflushed = false;
  #commits = 0;
  #checkpointedBytes = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, events: CommitQueueEvents) {
    this.#connection = connection;
    this.#events = events;
  }

  push(call: QueuedCall): void {
    this.#waiting.push(call);
    this.#running ??= this.#drain();
  }

  /** Resolves when nothing waits. */
  async settle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    clearTimeout(this.#idleTimer);
  }

  async #drain(): Promise<void> {
    // One turn of the loop lets everything that was sent together arrive.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, batchMax));
    this.#running = undefined;
    this.#armCheckpoint();
  }

  async #commit(batch: readonly QueuedCall[]): Promise<void> {
    const { raw } = this.#connection;
    const outcomes: Outcome[] = [];
    try {
      this.#begin();
      for (const call of batch) outcomes.push(await this.#runOne(call));
      raw.exec('commit');
    } catch (error) {
      this.#abandon(batch, error);
      return;
    } finally {
      raw.pragma(`busy_timeout = ${busyTimeoutMs}`);
    }
    this.#verifySync();
    this.#checkpointWhenLong();
    await this.#forget(batch.filter((_call, index) => isForgetting(outcomes[index])));
    batch.forEach((call, index) => settleCall(call, outcomes[index]));
  }

  /** When another program writes for longer than the timeout, reads still work and each write fails as busy at once. */
  #begin(): void {
    const { raw } = this.#connection;
    if (this.#isUnflushed) {
      raw.exec('begin');
      return;
    }
    try {
      raw.exec('begin immediate');
    } catch (error) {
      if (findTrouble(error) !== 'busy') throw error;
      raw.pragma('busy_timeout = 0');
      raw.exec('begin');
    }
  }

  async #runOne(call: QueuedCall): Promise<Outcome> {
    const { raw, db } = this.#connection;
    raw.exec('savepoint call');
    try {
      let isForgetting = false;
      const forget = (): void => {
        isForgetting = true;
      };
      const value = await call.run(db, this.#createContext(forget));
      raw.exec('release call');
      return { value, isForgetting };
    } catch (error) {
      // SQLite itself rolled everything back: what ran before in this batch is gone too.
      if (!raw.inTransaction) throw error;
      raw.exec('rollback to call');
      raw.exec('release call');
      this.#observe(error);
      return { error: this.#toError(error) };
    }
  }

  #toError(error: unknown): WaggleError {
    const isRefused = this.#isUnflushed && findTrouble(error) === 'other';
    return isRefused ? unflushedError(error) : toStoreError(error);
  }

  #abandon(batch: readonly QueuedCall[], error: unknown): void {
    if (this.#connection.raw.inTransaction) this.#connection.raw.exec('rollback');
    this.#observe(error);
    for (const call of batch) call.fail(this.#toError(error));
  }

  #observe(error: unknown): void {
    const trouble = findTrouble(error);
    if (trouble === 'full') this.#events.onDiskFull();
    if (trouble === 'unflushed') this.#stopWriting();
    if (trouble !== undefined) this.#events.onTrouble('A statement failed', error);
  }

  /** The system reports a lost flush once and calls the next one a success: no later acknowledgement would be true. */
  #stopWriting(): void {
    if (this.#isUnflushed) return;
    this.#isUnflushed = true;
    this.#connection.raw.pragma('query_only = ON');
    this.#events.onUnflushed();
  }

  /** The log still holds earlier versions of rows until it is written over. */
  async #forget(calls: readonly QueuedCall[]): Promise<void> {
    if (calls.length === 0) return;
    try {
      this.#connection.raw.pragma('wal_checkpoint(TRUNCATE)');
      for (const call of calls) await call.runInCopies();
    } catch (error) {
      if (findTrouble(error) === 'unflushed') this.#stopWriting();
      this.#events.onTrouble('Removed rows may still be on disk', error);
    }
  }

  #createContext(forget: () => void): StoreContext {
    let revision: number | undefined;
    return {
      now: new Date().toISOString(),
      forget,
      nextRevision: () => Promise.resolve((revision ??= this.#raiseRevision())),
    };
  }

  #raiseRevision(): number {
    const raise = this.#connection.raw.prepare(
      'update waggle_revision set value = value + 1 where id = 1 returning value',
    );
    return Number(raise.pluck().get());
  }

  #verifySync(): void {
    if (this.#verified) return;
    this.#verified = true;
    if (!restoreFullSync(this.#connection.raw)) return;
    this.#events.onTrouble('Commits were not flushed fully; set again', undefined);
  }

  #armCheckpoint(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (this.#running === undefined) this.#checkpoint();
    }, idleMs);
    this.#idleTimer.unref();
  }

  /** SQLite's own checkpoints do not say that a flush failed; `openConnection` turns them off. */
  #checkpointWhenLong(): void {
    this.#commits += 1;
    const grownBytes = this.#logBytes() - this.#checkpointedBytes;
    if (this.#commits >= checkpointCommits || grownBytes > checkpointBytes) this.#checkpoint();
  }

  #logBytes(): number {
    return statSync(`${this.#connection.raw.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  #checkpoint(): void {
    if (this.#isUnflushed) return;
    this.#commits = 0;
    this.#checkpointedBytes = this.#logBytes();
    try {
      this.#connection.raw.pragma('wal_checkpoint(PASSIVE)');
    } catch (error) {
      if (findTrouble(error) === 'unflushed') this.#stopWriting();
      this.#events.onTrouble('The checkpoint failed', error);
    }
  }
}

function isForgetting(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && 'value' in outcome && outcome.isForgetting;
}

function settleCall(call: QueuedCall, outcome: Outcome | undefined): void {
  if (outcome === undefined) return;
  if ('error' in outcome) call.fail(outcome.error);
  else call.answer(outcome.value);
}
