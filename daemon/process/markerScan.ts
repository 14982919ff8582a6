import { readEnvironmentOf } from '../../link/process/process.ts';
import type { TreeEntry } from './processTree.ts';

/**
 * Finds processes by a variable in their environment. Remembers what it saw of each process, so that a scan that is
 * repeated reads only the new ones; who is not in the list any more is forgotten.
 */
export class MarkerScan {
  readonly #variable: string;
  readonly #matches: (value: string) => boolean;
  /** Values by pid and start time; null without the variable. */
  #seen = new Map<string, string | null>();

  constructor(variable: string, matches: (value: string) => boolean) {
    this.#variable = variable;
    this.#matches = matches;
  }

  /** `entries` are all processes; `matches` stands in for that of the scan. */
  find<E extends TreeEntry>(entries: readonly E[], matches = this.#matches): E[] {
    const before = this.#seen;
    this.#seen = new Map();
    return entries.filter((entry) => {
      const value = this.#valueOf(entry, before);
      return value !== null && matches(value);
    });
  }

  #valueOf(entry: TreeEntry, before: ReadonlyMap<string, string | null>): string | null {
    const key = `${entry.pid}:${entry.startTime}`;
    const known = before.get(key);
    if (known !== undefined) {
      this.#seen.set(key, known);
      return known;
    }
    const environment = readEnvironmentOf(entry.pid);
    // Nothing can be read in the middle of an exec: that process is asked again.
    if (environment === undefined || environment.size === 0) return null;
    const value = environment.get(this.#variable) ?? null;
    this.#seen.set(key, value);
    return value;
  }
}
