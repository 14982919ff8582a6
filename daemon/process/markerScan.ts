import { readEnvironmentOf } from '../../link/process/process.ts';
import type { TreeEntry } from './processTree.ts';

/**
 * Finds processes by a variable in their environment. Remembers what it saw of each process, so that a scan that is
 * repeated reads only the new ones.
 */
export class MarkerScan {
  readonly #variable: string;
  readonly #matches: (value: string) => boolean;
  readonly #seen = new Map<string, boolean>();

  constructor(variable: string, matches: (value: string) => boolean) {
    this.#variable = variable;
    this.#matches = matches;
  }

  find<E extends TreeEntry>(entries: readonly E[]): E[] {
    return entries.filter((entry) => this.#isMarked(entry));
  }

  #isMarked(entry: TreeEntry): boolean {
    const key = `${entry.pid}:${entry.startTime}`;
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const environment = readEnvironmentOf(entry.pid);
    // Nothing can be read in the middle of an exec: that process is asked again.
    if (environment === undefined || environment.size === 0) return false;
    const value = environment.get(this.#variable);
    const isMarked = value !== undefined && this.#matches(value);
    this.#seen.set(key, isMarked);
    return isMarked;
  }
}
