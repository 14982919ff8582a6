/**
 * What must be ordered with the bytes but has no length: sizes, writers, the exit. A mark at seq s comes after the bytes
 * before s. Marks of one kind at one seq are coalesced: only the last one counts.
 */
import type { ExitMark, TerminalSize } from '../../protocol/wire/mark.ts';
import type { Lease } from './lease.ts';

/** The states that marks change, as they are at some seq. */
export interface MarkState {
  readonly size: TerminalSize;
  readonly lease: Lease | null;
}

/** `order` grows with every mark, so that a client knows which it has seen even when one was coalesced. */
export type Mark = { readonly seq: number; readonly order: number } & MarkContent;

export type MarkContent =
  | { readonly kind: 'resize'; readonly size: TerminalSize }
  | { readonly kind: 'lease'; readonly lease: Lease | null }
  | { readonly kind: 'exit'; readonly exit: ExitMark };

/** A flood of resizes may not outgrow the ring; beyond this the oldest fold into the base. */
const marksMax = 4096;

export class Marks {
  #marks: Mark[] = [];
  #order = 0;
  #base: MarkState;

  constructor(base: MarkState) {
    this.#base = base;
  }

  /** The number of the newest mark. */
  get order(): number {
    return this.#order;
  }

  /** Invariant: `seq` never goes back. */
  append(seq: number, content: MarkContent): void {
    const from = this.#firstAt(seq);
    const same = this.#marks.findIndex(({ kind }, at) => at >= from && kind === content.kind);
    if (same !== -1) this.#marks.splice(same, 1);
    this.#order += 1;
    this.#marks.push({ ...content, seq, order: this.#order });
    if (this.#marks.length > marksMax) this.#fold(this.#marks.splice(0, marksMax / 2));
  }

  /** Forgets what lies before `seq`, keeping what it amounted to. */
  dropBefore(seq: number): void {
    if ((this.#marks[0]?.seq ?? seq) >= seq) return;
    const kept = this.#marks.findIndex((mark) => mark.seq >= seq);
    this.#fold(this.#marks.splice(0, kept === -1 ? this.#marks.length : kept));
  }

  /** Size and writer in effect just before the marks at `seq`. */
  stateAt(seq: number): MarkState {
    return this.#marks.filter((mark) => mark.seq < seq).reduce(applyMark, this.#base);
  }

  /** The first mark after `order`, undefined when there is none. */
  findAfter(order: number): Mark | undefined {
    if (order >= this.#order) return undefined;
    return this.#marks.find((mark) => mark.order > order);
  }

  findExit(): Mark | undefined {
    return this.#marks.find((mark) => mark.kind === 'exit');
  }

  /** The `order` before the first mark at or after `seq`: where a client begins that starts at `seq`. */
  orderBefore(seq: number): number {
    const first = this.#marks.find((mark) => mark.seq >= seq);
    return first === undefined ? this.#order : first.order - 1;
  }

  /** Where the marks at `seq`, which are the last ones, begin. */
  #firstAt(seq: number): number {
    let from = this.#marks.length;
    while (from > 0 && this.#marks[from - 1]?.seq === seq) from -= 1;
    return from;
  }

  #fold(marks: readonly Mark[]): void {
    this.#base = marks.reduce(applyMark, this.#base);
    const exit = marks.find((mark) => mark.kind === 'exit');
    if (exit) this.#marks.unshift(exit);
  }
}

function applyMark(state: MarkState, mark: Mark): MarkState {
  if (mark.kind === 'resize') return { ...state, size: mark.size };
  return mark.kind === 'lease' ? { ...state, lease: mark.lease } : state;
}
