/** What the main thread and the store's worker say to each other; all of it survives a structured clone. */
import type { ErrorCode } from '../../protocol/wire/errors.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** Files of one database. Absolute paths. */
export interface StoreLocation {
  readonly database: string;
  /** Copies made before a migration. */
  readonly backupDir: string;
  /** Given back to the file system when it is full. */
  readonly reserveFile: string;
}

/**
 * `workerData` of the worker; `entry` is the file of its program. `serve` waits to be told what to open; `check` only
 * examines a large database beside the one that serves.
 */
export type WorkerTask =
  | { readonly waggleStore: 'serve'; readonly entry: string }
  | { readonly waggleStore: 'check'; readonly entry: string; readonly location: StoreLocation };

export type ToWorker =
  /** The first message of all. */
  | { readonly kind: 'open'; readonly location: StoreLocation }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly store: string;
      readonly method: string;
      readonly params: unknown;
    }
  | { readonly kind: 'close' };

export interface StoreNotice {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A sentence for people; no text takes the warning of that key back. */
export interface StoreWarning {
  readonly key: string;
  readonly text: string | undefined;
}

export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly failure: StoredFailure }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: StoredFailure }
  | { readonly kind: 'notice'; readonly notice: StoreNotice }
  | { readonly kind: 'warning'; readonly warning: StoreWarning }
  | { readonly kind: 'closed' };

/** A typed error as it crosses the thread. */
export interface StoredFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string | undefined;
  readonly details: Record<string, unknown> | undefined;
}

export function toStoredFailure(error: WaggleError): StoredFailure {
  return { code: error.code, message: error.message, fix: error.fix, details: error.details };
}

export function fromStoredFailure({ code, message, fix, details }: StoredFailure): WaggleError {
  return new WaggleError(code, message, {
    ...(fix === undefined ? {} : { fix }),
    ...(details === undefined ? {} : { details }),
  });
}
