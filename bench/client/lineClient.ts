/**
 * The attached terminal of `kill9`, in a process of its own so that nobody else's work counts as its silence. Follows lines
 * that count up; on SIGTERM prints what it saw. Reads `{route}` from its argument.
 */
import { createHostTransport, openSessionStream } from '../../link/stream/stream.ts';
import type { HostRoute } from '../../link/stream/stream.ts';
import { finish } from './counter.ts';

/** What it saw until it was ended. `wrong`: lines that do not follow the one before them. */
export interface LineResult {
  readonly lines: number;
  readonly wrong: number;
  readonly gaps: number;
  readonly longestSilenceMs: number;
}

class LineChecker {
  #rest = '';
  /** The first line may be cut, when the program wrote before we came. */
  #isCut = true;
  #last: number | undefined;
  #lastAt = performance.now();
  wrong = 0;
  lines = 0;
  longestSilenceMs = 0;

  push(bytes: Uint8Array): void {
    const now = performance.now();
    if (this.lines > 0) this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastAt);
    this.#lastAt = now;
    const parts = (this.#rest + Buffer.from(bytes).toString('latin1')).split('\r\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      this.#check(Number(part));
    }
  }

  #check(number: number): void {
    if (this.#isCut) {
      this.#isCut = false;
      return;
    }
    if (this.#last !== undefined && number !== this.#last + 1) this.wrong += 1;
    this.#last = number;
    this.lines += 1;
  }
}

const { route } = JSON.parse(process.argv[2] ?? '{}') as { route: HostRoute };
const stream = await openSessionStream({ transport: createHostTransport(route), right: 'write' });
const checker = new LineChecker();
let gaps = 0;
stream.onGap(() => (gaps += 1));
stream.onOutput(({ bytes }) => checker.push(bytes));
process.on('SIGTERM', () => {
  const { lines, wrong, longestSilenceMs } = checker;
  finish({ lines, wrong, gaps, longestSilenceMs } satisfies LineResult);
});
process.stdout.write('attached\n');
