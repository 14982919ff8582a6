/** When to acknowledge: every 64 KiB, and shortly after the last bytes so that the host sees us caught up. */
import type { Disposable } from '../../protocol/wire/disposable.ts';

const ackEveryBytes = 64 * 1024;
const ackAfterMs = 50;

export class AckPace implements Disposable {
  readonly #send: (seq: number) => void;
  #acked = 0;
  #seq = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (seq: number) => void) {
    this.#send = send;
  }

  /** Everything before `seq` is done with. */
  advance(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
    if (this.#seq - this.#acked >= ackEveryBytes) return this.#flush();
    this.#timer ??= setTimeout(() => this.#flush(), ackAfterMs);
  }

  /** Another generation counts from zero. */
  reset(): void {
    this.#acked = 0;
    this.#seq = 0;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #flush(): void {
    this.dispose();
    if (this.#seq === this.#acked) return;
    this.#acked = this.#seq;
    this.#send(this.#seq);
  }
}
