import type { Entry } from '../../protocol/chat/entry.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';
import type { Paint } from './entryLines.ts';
import { linesOfEntry } from './entryLines.ts';

export interface Printer {
  readonly paint: Paint;
  readonly write: (text: string) => void;
}

/** Prints a chat as it goes on: text as it comes, everything else once, when it is over. */
export class Printing {
  readonly #printer: Printer;
  readonly #printed = new Set<number>();
  /** The text that is being written, and how much of it is there. */
  #open: { readonly position: number; readonly chars: number } | undefined;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  entry(entry: Entry): void {
    const { position, isOpen, content, parent } = entry;
    const isInside = parent !== null && content.kind !== 'permission';
    if (this.#printed.has(position) || isInside) return;
    if (content.kind === 'text') return this.#printText(position, content.text, isOpen);
    // What is asked is shown by whoever takes the answer.
    if (isOpen) return;
    this.#printed.add(position);
    this.#lines(linesOfEntry(entry, { paint: this.#printer.paint, isWhole: false }));
  }

  appended({ position, content }: Entry): void {
    if (content.kind === 'text') this.#printText(position, content.text, true);
  }

  /** Ends the line that is being written. */
  break(): void {
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#printer.write('\n');
  }

  #printText(position: number, text: string, isOpen: boolean): void {
    if (this.#printed.has(position)) return;
    if (this.#open?.position !== position) this.break();
    const known = this.#open?.chars ?? 0;
    this.#printer.write(toVisibleText(text.slice(known).replaceAll('\r', '')));
    this.#open = { position, chars: text.length };
    if (isOpen) return;
    this.#printed.add(position);
    this.break();
  }

  #lines(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.break();
    this.#printer.write(`${lines.join('\n')}\n`);
  }
}
