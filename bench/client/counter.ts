/**
 * What every receiving client of the benches counts: waits for "ready", then for `bytes` more. In a verifying run it also
 * hashes; timed runs only count, because hashing would take one of two cores from the producer.
 */
import { createHash } from 'node:crypto';

export interface CountResult {
  readonly seconds: number;
  readonly bytes: number;
  readonly sha256: string | null;
}

export class Counter {
  readonly #wanted: number;
  readonly #hash;
  readonly #begin: () => void;
  #prefix = '';
  #startedAt: number | undefined;
  #bytes = 0;

  /** `begin` is called once when the program is ready; it must send the newline that opens the gate. */
  constructor(wanted: number, verify: boolean, begin: () => void) {
    this.#wanted = wanted;
    this.#hash = verify ? createHash('sha256') : undefined;
    this.#begin = begin;
  }

  /** Takes the next bytes; the result once the wanted number has arrived. */
  push(bytes: Uint8Array): CountResult | undefined {
    if (this.#startedAt === undefined) {
      this.#prefix += Buffer.from(bytes).toString('latin1');
      if (!this.#prefix.includes('ready')) return undefined;
      this.#startedAt = performance.now();
      this.#begin();
      return undefined;
    }
    this.#bytes += bytes.length;
    this.#hash?.update(bytes);
    if (this.#bytes < this.#wanted) return undefined;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return { seconds, bytes: this.#bytes, sha256: this.#hash?.digest('hex') ?? null };
  }
}

/** Prints the result and ends by signal: an ordinary exit after heavy streaming can hang (nodejs/node#54918). */
export function finish(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.kill(process.pid, 'SIGKILL'));
}
