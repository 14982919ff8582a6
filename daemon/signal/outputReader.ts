import type { TerminalReport } from './escapeScanner.ts';
import { EscapeScanner } from './escapeScanner.ts';
import { SilentDialogs } from './silentDialog.ts';

/** Everything that the output of an agent says about its state, in order. */
export class OutputReader {
  readonly #scanner = new EscapeScanner();
  readonly #dialogs: SilentDialogs;
  #seq = 0;

  constructor(agent: string) {
    this.#dialogs = new SilentDialogs(agent);
  }

  /** The next byte is this one: there was a gap, or it is the first that is read. */
  moveTo(seq: number): void {
    this.#seq = seq;
    this.#scanner.moveTo(seq);
    this.#dialogs.forget();
  }

  push(bytes: Uint8Array): TerminalReport[] {
    const reports = this.#scanner.push(bytes);
    this.#seq += bytes.length;
    const text = this.#dialogs.push(bytes);
    return text === undefined ? reports : [...reports, { type: 'doubt', text, seq: this.#seq }];
  }
}
