/** How a noun declares its store: tables, migrations, methods. */
import type { Kysely, Transaction } from 'kysely';

/** One numbered step of a noun's schema; all steps of all nouns run in one transaction after a copy of the file. */
export interface Migration {
  /** Unique over all nouns, ascending; never changed once released. */
  readonly version: number;
  up(db: Kysely<unknown>): Promise<void>;
}

/** What a store method sees beside the tables. */
export interface StoreContext {
  /** The next global revision; rows and events that change together carry the same. */
  nextRevision(): Promise<number>;
  /** ISO instant of the transaction. */
  readonly now: string;
  /** What this call removes must not be found on disk any more: not in the log, nor in a copy made before a migration. */
  forget(): void;
}

/** Any method of a store: parameters and results are plain values that survive a structured clone. */
export type StoreMethod<DB, P, R> = (
  db: Kysely<DB> | Transaction<DB>,
  params: P,
  context: StoreContext,
) => Promise<R>;

// The parameter position of a method is contravariant: `never` is the type every method accepts.
export type StoreMethods<DB> = Readonly<Record<string, StoreMethod<DB, never, unknown>>>;

export interface StoreDefinition<DB, M extends StoreMethods<DB>> {
  readonly name: string;
  readonly migrations: readonly Migration[];
  readonly methods: M;
}

/** Declares a noun's store: `defineStore<MyTables>()({ name, migrations, methods })`. */
export function defineStore<DB>() {
  return <const M extends StoreMethods<DB>>(
    definition: StoreDefinition<DB, M>,
  ): StoreDefinition<DB, M> => definition;
}

/** The store as the main thread sees it: each call resolves after its commit is on disk. */
export type StoreProxy<S> =
  S extends StoreDefinition<infer DB, infer M>
    ? {
        readonly [K in keyof M]: M[K] extends StoreMethod<DB, infer P, infer R>
          ? (params: P) => Promise<R>
          : never;
      }
    : never;

/** Any noun's store, for lists of them. */
export interface AnyStore {
  readonly name: string;
  readonly migrations: readonly Migration[];
  // Kysely's tables are invariant: only a `never` database accepts every noun's.
  readonly methods: Readonly<
    Record<string, (db: never, params: never, context: StoreContext) => Promise<unknown>>
  >;
}
