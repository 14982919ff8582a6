import type Database from 'better-sqlite3';

type Statement = Database.Statement<unknown[], unknown>;

/** Texts that are longer are put together for one time. */
const textMaxChars = 4096;
const keptMax = 256;

/**
 * Statements that were prepared before: preparing one costs more than most of them take to run. SQLite prepares one anew by
 * itself when the schema has changed.
 */
export class Statements {
  readonly #raw: Database.Database;
  readonly #kept = new Map<string, Statement>();

  constructor(raw: Database.Database) {
    this.#raw = raw;
  }

  prepare(text: string): Statement {
    const known = this.#kept.get(text);
    const statement = known ?? this.#raw.prepare<unknown[], unknown>(text);
    if (text.length > textMaxChars) return statement;
    // The one that was used last stands last.
    if (known !== undefined) this.#kept.delete(text);
    this.#kept.set(text, statement);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptMax && oldest !== undefined) this.#kept.delete(oldest);
    return statement;
  }

  close(): void {
    this.#kept.clear();
    this.#raw.close();
  }
}
