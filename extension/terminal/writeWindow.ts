/**
 * How much may be on its way to one terminal before it has parsed it. Grows only while the terminal keeps up; what nobody
 * looks at gets less; what is being skipped anyway is kept short, so that the newest is seen soon.
 */

/** `focused`: a person types there; `visible`: it can be seen; `hidden`: behind another tab or in a closed panel. */
export type TerminalView = 'focused' | 'visible' | 'hidden';

const KIB = 1024;
const leastBytes = 512 * KIB;
const mostBytes: Readonly<Record<TerminalView, number>> = {
  focused: 2048 * KIB,
  visible: 512 * KIB,
  hidden: 128 * KIB,
};
const growBelowMs = 90;
const shrinkAboveMs = 100;
/** Parsed in some 20 ms: what a person waits for after the end of a burst. */
const skippingBytes = 128 * KIB;

export class WriteWindow {
  #bytes = leastBytes;
  /** Nobody tells how a terminal is looked at before it was. */
  view: TerminalView = 'focused';
  /** Output was lost and the terminal has not caught up since. */
  isSkipping = false;

  get bytes(): number {
    const bytes = Math.min(this.#bytes, mostBytes[this.view]);
    return this.isSkipping ? Math.min(bytes, skippingBytes) : bytes;
  }

  /** The terminal parsed what was on its way in `lagMs`. `isShort`: more waited for it. */
  observe(lagMs: number, isShort: boolean): void {
    if (lagMs > shrinkAboveMs) this.#bytes = Math.max(leastBytes, this.#bytes * 0.8);
    else if (lagMs < growBelowMs && isShort && !this.isSkipping) {
      this.#bytes = Math.min(mostBytes.focused, this.#bytes * 1.1);
    }
  }
}
