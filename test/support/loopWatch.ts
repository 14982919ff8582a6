/** How long the turns of a daemon's loop are, as `loopProbe.ts` in it says. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoopTurns {
  /** The longest, and the 99th of a hundred moments, milliseconds by the clock. */
  readonly longestMs: number;
  readonly p99Ms: number;
  /** The same of what the turn itself took of the processor. */
  readonly longestBusyMs: number;
  readonly p99BusyMs: number;
}

const deadlineMs = 30_000;

export class LoopWatch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'wgl-loop-'));

  /** Variables for the program that is to be watched. */
  get env(): Record<string, string> {
    const probe = pathToFileURL(join(import.meta.dirname, 'loopProbe.ts'));
    return { NODE_OPTIONS: `--import=${probe.href}`, WAGGLE_TEST_LOOPS: this.#folder };
  }

  begin(pid: number): void {
    process.kill(pid, 'SIGUSR2');
  }

  /** The turns since `begin`. */
  async end(pid: number): Promise<LoopTurns> {
    const file = join(this.#folder, `loop-${pid}.json`);
    process.kill(pid, 'SIGUSR2');
    const deadline = performance.now() + deadlineMs;
    while (!existsSync(file)) {
      if (performance.now() > deadline) throw new Error('the loop says nothing');
      await delay(15);
    }
    const turns: [number, number][] = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
    const clock = turns.map(([ms]) => ms);
    const busy = turns.map(([, ms]) => ms);
    return {
      longestMs: Math.max(...clock),
      p99Ms: quantileOfTime(clock, 0.99),
      longestBusyMs: Math.max(...busy),
      p99BusyMs: quantileOfTime(busy, 0.99),
    };
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function quantileOfTime(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
