/**
 * How much may be on its way to one terminal before it has parsed it. Grows only while the terminal keeps up; what nobody
 * looks at gets less; what is being skipped anyway is kept short, so that the newest is seen soon.
 */

/** `focused`: a person types there; `visible`: it can be seen; `hidden`: behind another tab or in a closed panel. */
export type TerminalView = 'focused' | 'visible' | 'hidden';

const KIB = 1024;
const firstBytes = 512 * KIB;
const leastBytes = 64 * KIB;
const mostBytes: Readonly<Record<TerminalView, number>> = {
  focused: 2048 * KIB,
  visible: 512 * KIB,
  hidden: 128 * KIB,
};
const growBelowMs = 80;
const shrinkAboveMs = 100;
/** While output is skipped: the lag that is aimed at, and never more than this. */
const skippingLagMs = 30;
const skippingBytes = 192 * KIB;

export class WriteWindow {
  #bytes = firstBytes;
  #view: TerminalView = 'focused';
  #bytesPerMs = 0;
  /** Output was lost and the terminal has not caught up since. */
  isSkipping = false;

  get bytes(): number {
    const bytes = Math.min(this.#bytes, mostBytes[this.#view]);
    if (!this.isSkipping) return bytes;
    const aimed = this.#bytesPerMs * skippingLagMs || skippingBytes;
    return Math.min(bytes, skippingBytes, Math.max(leastBytes, aimed));
  }

  set view(view: TerminalView) {
    this.#view = view;
  }

  /** The terminal took `lagMs` to parse what was on its way, `bytes`; `isShort`: more waited for it. */
  observe({ lagMs, bytes, isShort }: { lagMs: number; bytes: number; isShort: boolean }): void {
    if (bytes > 0 && lagMs > 0) this.#bytesPerMs = bytes / lagMs;
    if (lagMs > shrinkAboveMs) this.#bytes = Math.max(leastBytes * 2, this.#bytes * 0.8);
    else if (lagMs < growBelowMs && isShort && !this.isSkipping) {
      this.#bytes = Math.min(mostBytes.focused, this.#bytes * 1.1);
    }
  }
}
