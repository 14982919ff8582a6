/** The store of memory on a database of its own, called as the database's thread calls it, at a time of the test's. */
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { memoryStore } from '../../daemon/memory/memory.store.ts';
import type { MemoryTables } from '../../daemon/memory/tables.ts';
import { recallStore } from '../../daemon/recall/recall.store.ts';
import { openConnection } from '../../daemon/store/connection.ts';
import type { Connection } from '../../daemon/store/connection.ts';
import { migrate } from '../../daemon/store/migrate.ts';
import type { StoreContext, StoreProxy } from '../../daemon/store/store.ts';

export class MemoryStore {
  readonly #directory = mkdtempSync(join(tmpdir(), 'wgl-memory-'));
  readonly #connection: Connection;
  #revision = 0;
  /** How often something was to leave the disk. */
  forgotten = 0;
  now = '2026-11-28T12:00:00.000Z';
  readonly methods: StoreProxy<typeof memoryStore>;

  private constructor() {
    this.#connection = openConnection(join(this.#directory, 'waggle.db'));
    const run = (name: keyof typeof memoryStore.methods) => async (params: never) => {
      const method = memoryStore.methods[name] as (
        db: Kysely<MemoryTables>,
        params: never,
        context: StoreContext,
      ) => Promise<unknown>;
      const { raw, db } = this.#connection;
      raw.exec('begin immediate');
      try {
        const result = await method(db as Kysely<MemoryTables>, params, this.#context());
        raw.exec('commit');
        return result;
      } catch (error) {
        raw.exec('rollback');
        throw error;
      }
    };
    const names = Object.keys(memoryStore.methods) as (keyof typeof memoryStore.methods)[];
    this.methods = Object.fromEntries(names.map((name) => [name, run(name)])) as StoreProxy<
      typeof memoryStore
    >;
  }

  static async open(): Promise<MemoryStore> {
    const store = new MemoryStore();
    await migrate(store.#connection, [memoryStore, recallStore], store.#directory);
    return store;
  }

  /** Every text of every table, to look for what must be gone. */
  dump(): string {
    const { raw } = this.#connection;
    const tables = raw
      .prepare("select name from sqlite_master where type = 'table' and name like 'memory_%'")
      .pluck()
      .all();
    return tables
      .map((table) => JSON.stringify(raw.prepare(`select * from "${String(table)}"`).all()))
      .join('\n');
  }

  close(): void {
    this.#connection.close();
    rmSync(this.#directory, { recursive: true });
  }

  #context(): StoreContext {
    this.#revision += 1;
    const revision = this.#revision;
    return {
      now: this.now,
      nextRevision: () => Promise.resolve(revision),
      forget: () => {
        this.forgotten += 1;
      },
    };
  }
}
