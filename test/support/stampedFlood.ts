/**
 * A program that prints at a rate, with the time in every block, and answers a key at once: how late its viewer is, and
 * how long a key takes. The monotonic clock is one for all processes of a machine.
 */
import type { SessionStream } from '../../link/stream/stream.ts';

const blockBytes = 10_000;

/** Prints `rate` bytes a second until it is ended; a key `k` is answered by `K` and the count of keys. */
export function stampedFlood(rate: number): string[] {
  const script = `
    const fs = require('fs');
    const write = (text) => { for (let rest = Buffer.from(text); rest.length > 0;)
      try { rest = rest.subarray(fs.writeSync(1, rest)); } catch (error) { if (error.code !== 'EAGAIN') throw error; } };
    const filler = 'x'.repeat(${blockBytes} - 30);
    let began = performance.now(), sent = 0, keys = 0;
    process.stdin.on('data', (typed) => { for (const key of typed) write('K' + (keys += 1) + '\\n'); });
    const print = () => {
      const due = (performance.now() - began) * ${rate / 1000};
      for (let count = 0; sent < due && count < 20; count += 1) {
        write('T' + process.hrtime.bigint() + '\\n' + filler + '\\n');
        sent += ${blockBytes};
      }
      if (due - sent > ${rate / 10}) began = performance.now() - sent / ${rate / 1000};
      setImmediate(print);
    };
    write('ready\\n');
    print();`;
  return ['sh', '-c', `stty raw -echo; exec '${process.execPath}' -e "$0"`, script];
}

export class FloodReader {
  readonly delaysMs: number[] = [];
  readonly echoesMs: number[] = [];
  bytes = 0;
  skipped = 0;
  readonly #stream: SessionStream;
  readonly #typed: number[] = [];
  #rest = '';

  constructor(stream: SessionStream) {
    this.#stream = stream;
    stream.onOutput(({ bytes }) => this.#read(Buffer.from(bytes)));
    stream.onGap(({ from, to }) => {
      this.skipped += to - from;
      this.#rest = '';
    });
  }

  /** Forgets what was measured so far. */
  reset(): void {
    this.delaysMs.length = 0;
    this.echoesMs.length = 0;
    this.bytes = 0;
    this.skipped = 0;
  }

  type(): void {
    this.#typed.push(performance.now());
    void this.#stream.write(Buffer.from('k'));
  }

  #read(bytes: Buffer): void {
    this.bytes += bytes.length;
    const lines = (this.#rest + bytes.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    const [, stamp] = /^T(\d+)$/.exec(line) ?? [];
    if (stamp !== undefined)
      this.delaysMs.push(Number(process.hrtime.bigint() - BigInt(stamp)) / 1e6);
    const [, count] = /^K(\d+)$/.exec(line) ?? [];
    const at = this.#typed[Number(count) - 1];
    if (at !== undefined) this.echoesMs.push(performance.now() - at);
  }
}

/** The value below which so many of them lie. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
