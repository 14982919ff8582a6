import type { Resources as Told, Usage } from '../../protocol/session/resources.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessEntry } from '../../link/process/process.ts';
import type { HostPool } from '../host/host.ts';
import { listRunning } from '../process/process.ts';
import type { Trees } from './trees.ts';

export interface ResourcesContext {
  readonly hosts: Pick<HostPool, 'list'>;
  readonly trees: Pick<Trees, 'membersOf'>;
  readonly monotonicMs: () => number;
}

interface Look {
  readonly atMs: number;
  readonly entries: readonly ProcessEntry[];
  /** Processor time of each process, milliseconds, by pid and start time. */
  readonly cpuMs: ReadonlyMap<string, number>;
}

/** Shorter than this says more of the kernel's clock tick than of the process. */
const shortestMs = 500;
/** Who asks again after so long wants to know about now, not about the time since. */
const longestMs = 10_000;

/**
 * What sessions, hosts and the daemon use. Looks only when it is asked, at most once in half a second for however many
 * ask; processor time is that between two looks.
 */
export class Resources {
  readonly #context: ResourcesContext;
  #looks: { readonly before: Look; readonly now: Look } | undefined;
  #looking: Promise<{ before: Look; now: Look }> | undefined;

  constructor(context: ResourcesContext) {
    this.#context = context;
  }

  async read(wanted: SessionId | undefined): Promise<Told> {
    const { hosts, trees } = this.#context;
    const looks = await this.#freshLooks();
    const members = trees.membersOf(looks.now.entries);
    const usageOfPid = (pid: number): Usage =>
      usageOf(
        looks,
        looks.now.entries.filter((entry) => entry.pid === pid),
      );
    return {
      sessions: [...members]
        .filter(([id, { length }]) => length > 0 && (wanted === undefined || wanted === id))
        .map(([sessionId, entries]) => ({ sessionId, ...usageOf(looks, entries) })),
      daemon: { pid: process.pid, ...usageOfPid(process.pid) },
      hosts: hosts.list().map(({ id, file }) => ({ id, pid: file.pid, ...usageOfPid(file.pid) })),
    };
  }

  async #freshLooks(): Promise<{ before: Look; now: Look }> {
    const known = this.#looks;
    if (known !== undefined && this.#ageOf(known.now) < shortestMs) return known;
    this.#looking ??= this.#lookTwice().finally(() => {
      this.#looking = undefined;
    });
    this.#looks = await this.#looking;
    return this.#looks;
  }

  async #lookTwice(): Promise<{ before: Look; now: Look }> {
    const last = this.#looks?.now;
    if (last !== undefined && this.#ageOf(last) <= longestMs)
      return { before: last, now: this.#look() };
    const before = this.#look();
    await delay(shortestMs);
    return { before, now: this.#look() };
  }

  #look(): Look {
    const entries = listRunning();
    const cpuMs = new Map(entries.map((entry) => [keyOf(entry), entry.cpuMs ?? 0]));
    return { atMs: this.#context.monotonicMs(), entries, cpuMs };
  }

  #ageOf(look: Look): number {
    return this.#context.monotonicMs() - look.atMs;
  }
}

/** Who was not there before began since: all that it used counts. */
function usageOf(
  { before, now }: { readonly before: Look; readonly now: Look },
  entries: readonly ProcessEntry[],
): Usage {
  const isKnown = entries.length > 0 && entries.every(({ cpuMs }) => cpuMs !== null);
  const spentMs = sum(
    entries.map((entry) => (entry.cpuMs ?? 0) - (before.cpuMs.get(keyOf(entry)) ?? 0)),
  );
  const passedMs = Math.max(1, now.atMs - before.atMs);
  const percent = Math.max(0, Math.round((spentMs / passedMs) * 1000) / 10);
  return {
    cpuPercent: isKnown ? percent : null,
    rssBytes: isKnown ? sum(entries.map(({ rssBytes }) => rssBytes ?? 0)) : null,
    processes: entries.length,
  };
}

function keyOf({ pid, startTime }: ProcessEntry): string {
  return `${pid}:${startTime}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
