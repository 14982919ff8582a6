/** A client whose terminal is headless: shows a stream as the command and the extension do. */
import { Emulator } from '../../daemon/screen/emulator.ts';
import { decodeSnapshot } from '../../link/snapshot/snapshot.ts';
import type { SessionStream } from '../../link/stream/stream.ts';
import type { ScreenState } from './screenState.ts';
import { readScreen } from './screenState.ts';

export class ScreenViewer {
  readonly stream: SessionStream;
  #terminal: Emulator;
  /** Seqs of the stored screens that were shown. */
  readonly snapshots: number[] = [];
  readonly gaps: { readonly from: number; readonly to: number }[] = [];
  approximate: boolean;
  /** What the last stored screen did not know. */
  missing = '';

  constructor(stream: SessionStream) {
    this.stream = stream;
    this.approximate = stream.approximate;
    this.#terminal = new Emulator(stream.size);
    stream.onResize(({ size }) => this.#terminal.resize(size));
    stream.onOutput(({ bytes }) => this.#terminal.feed(bytes));
    stream.onGap(({ from, to }) => this.gaps.push({ from, to }));
    stream.onSnapshot(({ seq, size, bytes }) => {
      const stored = decodeSnapshot(bytes);
      this.#terminal.dispose();
      this.#terminal = new Emulator(size);
      this.#terminal.feed(stored?.text ?? new Uint8Array());
      this.snapshots.push(seq);
      this.approximate = stored?.approximate ?? true;
      const parts = Object.entries(stored?.missing ?? {}).filter(([, isMissing]) => isMissing);
      this.missing = parts.map(([part]) => part).join(' ');
    });
  }

  get screen(): ScreenState {
    return readScreen(this.#terminal);
  }

  /** The text of the rows shown, without looks. */
  get rows(): string[] {
    const { lines, ybase } = this.#terminal.core.buffers.active;
    const rows = Array.from({ length: this.#terminal.core.rows }, (_, row) => ybase + row);
    const cell = { content: 0, combinedData: '', fg: 0, bg: 0, extended: { _ext: 0, urlId: 0 } };
    return rows.map((row) => {
      const line = lines.get(row);
      const codes = Array.from({ length: this.#terminal.core.cols }, (_, column) => {
        return (line?.loadCell(column, cell).content ?? 0) & 0x1fffff;
      });
      return codes.map((code) => String.fromCodePoint(code === 0 ? 32 : code)).join('');
    });
  }
}
