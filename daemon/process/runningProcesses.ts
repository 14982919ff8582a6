import { readdirSync } from 'node:fs';
import type { ProcessEntry } from '../../link/process/process.ts';
import { listProcesses, readProcess } from '../../link/process/process.ts';

/** Every so many looks everything is read again: a number that was used again between two looks is noticed then. */
const wholeEvery = 15;

/**
 * Looks again and again who runs. Invariant: between whole looks only who is new is read, because on a machine that rests
 * the reading of hundreds of unchanged processes would be all that a daemon does. For times and memory ask `listRunning`.
 */
export class RunningProcesses {
  #known = new Map<number, ProcessEntry>();
  #running: readonly ProcessEntry[] = [];
  #names = '';
  #looks = 0;

  /**
   * `again`: numbers that are read anew, to notice who has ended and waits for its parent. The same array as before when
   * nobody came or went: who is re-parented is so because somebody went.
   */
  look(again: ReadonlySet<number> = new Set()): readonly ProcessEntry[] {
    const isWhole = this.#looks % wholeEvery === 0 || process.platform !== 'linux';
    this.#looks += 1;
    const entries = isWhole ? listProcesses() : this.#readNew(again);
    if (entries === undefined) return this.#running;
    // A whole look sees whom the names before it do not have.
    if (isWhole) this.#names = '';
    this.#known = new Map(entries.map((entry) => [entry.pid, entry]));
    this.#running = entries.filter((entry) => !entry.zombie);
    return this.#running;
  }

  #readNew(again: ReadonlySet<number>): ProcessEntry[] | undefined {
    const listed = readdirSync('/proc');
    const names = listed.join();
    if (names === this.#names && again.size === 0) return undefined;
    this.#names = names;
    return listed.flatMap((name) => {
      const pid = Number(name);
      if (!Number.isInteger(pid)) return [];
      const known = again.has(pid) ? undefined : this.#known.get(pid);
      return known ?? readProcess(pid) ?? [];
    });
  }
}
