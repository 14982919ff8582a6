/**
 * Which input numbers of which client were seen, so that a repeat after a reconnect is answered and not typed again.
 * Numbers of one client only grow; those below the highest that were not refused were delivered or wait to be.
 */
import type { InputOutcome } from '../../protocol/wire/mark.ts';

interface Entry {
  highest: number;
  /** Numbers accepted but not yet taken by the kernel: a repeat is answered when they are. */
  readonly waiting: Set<number>;
  /** Outcomes other than `delivered`, the newest few. */
  readonly refused: Map<number, InputOutcome>;
}

const clientsMax = 4096;
const refusedMax = 256;

export class InputLedger {
  readonly #entries = new Map<string, Entry>();

  /** Highest number seen of a client, 0 when none. */
  highestOf(client: string): number {
    return this.#entries.get(client)?.highest ?? 0;
  }

  /** `new`: not seen before, to be handled. `waiting`: an answer will come. Else what was answered then. */
  check(client: string, number: number): InputOutcome | 'new' | 'waiting' {
    const entry = this.#entries.get(client);
    if (entry === undefined || number > entry.highest) return 'new';
    if (entry.waiting.has(number)) return 'waiting';
    return entry.refused.get(number) ?? 'delivered';
  }

  accept(client: string, number: number): void {
    const entry = this.#open(client);
    entry.highest = number;
    entry.waiting.add(number);
  }

  delivered(client: string, number: number): void {
    this.#entries.get(client)?.waiting.delete(number);
  }

  refuse(client: string, number: number, outcome: InputOutcome): void {
    const entry = this.#open(client);
    entry.highest = Math.max(entry.highest, number);
    entry.waiting.delete(number);
    entry.refused.set(number, outcome);
    const [oldest] = entry.refused.keys();
    if (entry.refused.size > refusedMax && oldest !== undefined) entry.refused.delete(oldest);
  }

  /** The process is gone: what waited will not be delivered. Returns what that was. */
  endWaiting(): (readonly [client: string, number: number])[] {
    const ended = [...this.#entries].flatMap(([client, { waiting }]) =>
      [...waiting].map((number) => [client, number] as const),
    );
    for (const [client, number] of ended) this.refuse(client, number, 'ended');
    return ended;
  }

  #open(client: string): Entry {
    const known = this.#entries.get(client);
    const entry = known ?? { highest: 0, waiting: new Set(), refused: new Map() };
    // Re-inserted, so that the first key is always the client that was silent for longest.
    this.#entries.delete(client);
    this.#entries.set(client, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > clientsMax && oldest !== undefined) this.#entries.delete(oldest);
    return entry;
  }
}
