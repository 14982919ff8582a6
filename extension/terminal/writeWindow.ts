/**
 * How much may be on its way to one terminal before it has parsed it. Begins small and grows while the terminal keeps up,
 * so that a slow one never has more before it than it parses in a moment; what nobody looks at gets less, and so does
 * what is being skipped anyway, so that the newest is seen soon.
 */

/** `focused`: a person types there; `visible`: it can be seen; `hidden`: behind another tab or in a closed panel. */
export type TerminalView = 'focused' | 'visible' | 'hidden';

/** One question to the terminal and its answer. */
export interface RoundTrip {
  /** Milliseconds of one clock. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** What the terminal had to parse before it could answer. */
  readonly aheadBytes: number;
  /** More waited for the answer. */
  readonly isShort: boolean;
}

const KIB = 1024;
const leastBytes = 128 * KIB;
/** Beyond this it grows only while the answer comes soon, however long an answer takes at best. */
const usualBytes = 512 * KIB;
const mostBytes: Readonly<Record<TerminalView, number>> = {
  focused: 2048 * KIB,
  visible: 512 * KIB,
  hidden: 128 * KIB,
};
const stepBytes = 64 * KIB;
const growBelowMs = 90;
const shrinkAboveMs = 100;
/** What parsing may add to the time that an answer takes when there is nothing to parse. */
const parsingMs = 60;
const firstIdleMs = 15;
/** An answer behind so little tells how long answers take at best. */
const idleBytes = 4 * KIB;
/** What a person waits for after the end of a burst stands behind this much. */
const skippingBytes = 24 * KIB;

export class WriteWindow {
  #bytes = leastBytes;
  #idleMs = firstIdleMs;
  #shrunkAt = 0;
  /** Nobody tells how a terminal is looked at before it was. */
  view: TerminalView = 'focused';
  /** Output was lost and the terminal has not caught up since. */
  isSkipping = false;

  get bytes(): number {
    const bytes = Math.min(this.#bytes, mostBytes[this.view]);
    return this.isSkipping ? Math.min(bytes, skippingBytes) : bytes;
  }

  observe({ sentAt, answeredAt, aheadBytes, isShort }: RoundTrip): void {
    const lagMs = answeredAt - sentAt;
    if (aheadBytes <= idleBytes) this.#idleMs = (3 * this.#idleMs + lagMs) / 4;
    const allowedMs = this.#idleMs + parsingMs;
    if (lagMs > Math.max(shrinkAboveMs, allowedMs)) {
      // Answers that were on their way already tell the same once more.
      if (sentAt < this.#shrunkAt) return;
      this.#shrunkAt = answeredAt;
      this.#bytes = Math.max(leastBytes, this.#bytes * Math.max(0.5, allowedMs / lagMs));
    } else if (isShort && !this.isSkipping) this.#grow(lagMs);
  }

  #grow(lagMs: number): void {
    const most = lagMs < growBelowMs ? mostBytes.focused : Math.max(usualBytes, this.#bytes);
    this.#bytes = Math.min(most, this.#bytes + stepBytes);
  }
}
