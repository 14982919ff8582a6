import type { Style } from './style.ts';
import {
  isErasure,
  isSameStyle,
  linkOf,
  penStyleOf,
  plainStyle,
  styleOf,
  toSequence,
} from './style.ts';
import type { Attributes, Cell, Core, Line } from './xterm.ts';

const contentMask = 0x3fffff;
const combinedFlag = 0x200000;
const codePointMask = 0x1fffff;

/** A cell as it is written. */
interface Shown {
  /** Empty for a cell that holds nothing. */
  readonly text: string;
  /** Columns; 0 for a combining character that stands alone, and for the second half of a wide one. */
  readonly width: number;
  readonly style: Style;
  readonly link: number;
}

/**
 * Writes lines so that a terminal that reads them holds the same cells. Keeps track of the pen; the cursor is where the
 * methods say.
 */
export class RowWriter {
  readonly #core: Core;
  readonly #parts: string[] = [];
  readonly #cell: Cell = {
    ...{ content: 0, combinedData: '', fg: 0, bg: 0 },
    extended: { _ext: 0, urlId: 0 },
  };
  #style: Style = plainStyle;
  #link = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  get text(): string {
    return this.#parts.join('');
  }

  /** Text that changes neither pen nor link. */
  push(text: string): void {
    this.#parts.push(text);
  }

  setPen(style: Style, link = 0): void {
    if (!isSameStyle(style, this.#style)) this.#forcePen(style);
    if (link === this.#link) return;
    this.#link = link;
    const target = link === 0 ? undefined : this.#core._oscLinkService.getLinkData(link);
    const parameters = target?.id === undefined ? '' : `id=${target.id}`;
    this.#parts.push(`\u001b]8;${parameters};${target?.uri ?? ''}\u001b\\`);
  }

  /** Something else changed the pen, but not the link. */
  forgetPen(): void {
    this.#forcePen(plainStyle);
  }

  /** The pen of the terminal as xterm keeps it. */
  setPenTo(attributes: Attributes): void {
    this.setPen(penStyleOf(attributes), linkOf(this.#core, attributes));
  }

  /**
   * Lines one below the other, from the first column of an empty row on. Cursor: somewhere in the last row. `onLine` may
   * write in the first column of a line before its cells.
   */
  writeLines(lines: readonly Line[], onLine: (index: number) => void = ignoreLine): void {
    for (const [index, line] of lines.entries()) {
      const isWrapped = index > 0 && line.isWrapped;
      const previous = index > 0 ? lines[index - 1] : undefined;
      if (previous !== undefined && isWrapped) this.#wrap(previous);
      if (previous !== undefined && !isWrapped) {
        this.#mend(previous, false);
        this.setPen(plainStyle);
        this.#parts.push('\r\n');
      }
      onLine(index);
      this.#writeCells(line, isWrapped);
    }
    const last = lines.at(-1);
    if (last !== undefined) this.#mend(last, false);
  }

  /**
   * The cursor behind the last column, the next character wraps. `row` from 1. False when nothing stands there: then the
   * cursor is in the last column.
   */
  writePendingWrap(line: Line, row: number): boolean {
    const { cols } = this.#core;
    const { text, width } = this.#read(line, cols - 1);
    const column = text === '' && width === 0 ? cols - 2 : cols - 1;
    const last = this.#read(line, Math.max(0, column));
    this.#parts.push(`\u001b[${row};${Math.max(0, column) + 1}H`);
    if (last.text !== '') this.#print(last);
    return last.text !== '';
  }

  /**
   * The same where the last cell was erased afterwards: everything else in the row is protected, the last cell printed without, and a
   * selective erasure leaves the cursor alone. False when it cannot be written.
   */
  writeErasedPendingWrap(line: Line, row: number): boolean {
    const { cols } = this.#core;
    const last = this.#read(line, cols - 1);
    if (!isErasure(last.style)) return false;
    this.#parts.push(`\u001b[${row};1H`);
    for (let column = 0; column < cols - 1; column += 1) {
      const cell = this.#read(line, column);
      if (cell.text === '' && (cell.width === 0 || isSameStyle(cell.style, last.style))) continue;
      const text = cell.text === '' ? ' ' : cell.text;
      this.#parts.push(`\u001b[${column + 1}G`);
      this.#print({ ...cell, text, style: { ...cell.style, isProtected: true } });
    }
    this.setPen(last.style);
    this.#parts.push(`\u001b[${cols}G \u001b[?1K`);
    return true;
  }

  #forcePen(style: Style): void {
    this.#style = style;
    this.#parts.push(toSequence(style));
  }

  /** From the first column. `isDirty`: that column holds a character of ours. */
  #writeCells(line: Line, isDirty: boolean): void {
    let skipped = 0;
    for (let column = 0; column < line.length;) {
      const cell = this.#read(line, column);
      if (cell.text !== '') {
        if (skipped > 0) this.#parts.push(`\u001b[${skipped}C`);
        skipped = 0;
        this.#print(cell);
        column += Math.max(1, cell.width);
        continue;
      }
      const count = this.#countAlike(line, column, cell.style);
      const isPlain = isSameStyle(cell.style, plainStyle);
      if (isErasure(cell.style) && (!isPlain || (isDirty && column === 0))) {
        if (skipped > 0) this.#parts.push(`\u001b[${skipped}C`);
        skipped = 0;
        this.setPen(cell.style);
        this.#parts.push(`\u001b[${count}X`);
      }
      skipped += count;
      column += count;
    }
  }

  #countAlike(line: Line, from: number, style: Style): number {
    let column = from + 1;
    while (column < line.length) {
      const next = this.#read(line, column);
      if (next.text !== '' || !isSameStyle(next.style, style)) break;
      column += 1;
    }
    return column - from;
  }

  /** From behind `line` to the first column of the next row, so that the terminal knows it as the same line. */
  #wrap(line: Line): void {
    const { cols, rows } = this.#core;
    const last = this.#read(line, cols - 1);
    const isFull = last.text !== '' || (last.width === 0 && this.#isWideAt(line, cols - 2));
    this.setPen(plainStyle);
    if (!isFull) this.#parts.push(`\u001b[${cols}G.`);
    this.#parts.push(' ');
    if (rows > 1 && (!isFull || this.#hasGhost(line))) {
      this.#parts.push('\u001b[A');
      if (!isFull && isErasure(last.style)) {
        this.#parts.push(`\u001b[${cols}G`);
        this.setPen(last.style);
        this.#parts.push('\u001b[X');
      }
      this.#mend(line, true);
      this.#parts.push('\u001b[B');
    }
    this.setPen(plainStyle);
    this.#parts.push('\r');
  }

  /** Empty cells with more than a colour: what is left of a wide character that was written over. */
  #mend(line: Line, isOnRow: boolean): void {
    if (!this.#hasGhost(line)) return;
    if (!isOnRow) this.#parts.push('\r');
    for (let column = line.length - 1; column >= 0; column -= 1) {
      if (this.#isGhost(line, column)) this.#writeGhost(line, column);
    }
  }

  #hasGhost(line: Line): boolean {
    if (line.length < 3) return false;
    for (let column = 0; column < line.length; column += 1) {
      if (this.#isGhost(line, column)) return true;
    }
    return false;
  }

  #isGhost(line: Line, column: number): boolean {
    const { text, style, link } = this.#read(line, column);
    if (text !== '' || (isErasure(style) && link === 0)) return false;
    return !this.#isWideAt(line, column - 1);
  }

  #isWideAt(line: Line, column: number): boolean {
    return column >= 0 && this.#read(line, column).width === 2;
  }

  /** A wide character is written and one of its halves over it again. */
  #writeGhost(line: Line, column: number): void {
    const { style, link } = this.#read(line, column);
    this.setPen(style, link);
    const other = column === 0 ? 1 : column - 1;
    const at = (one: number): string => `\u001b[${one + 1}G`;
    this.#parts.push(`${at(Math.min(column, other))}\u3000${at(other)} `);
    const start = this.#isWideAt(line, other - 1) ? other - 1 : other;
    const neighbour = this.#read(line, start);
    this.#parts.push(at(start));
    if (neighbour.text !== '') return this.#print(neighbour);
    if (!isErasure(neighbour.style)) return;
    this.setPen(neighbour.style);
    this.#parts.push('\u001b[X');
  }

  #print({ text, width, style, link }: Shown): void {
    this.setPen(style, link);
    // Any sequence keeps a combining character from joining the one before.
    if (width === 0) this.#forcePen(style);
    this.#parts.push(text);
  }

  #read(line: Line, column: number): Shown {
    const cell = line.loadCell(column, this.#cell);
    const { content } = cell;
    const width = content >>> 22;
    const isCut = width === 2 && column === line.length - 1;
    return {
      text: isCut ? '' : textOf(cell),
      width: isCut ? 1 : width,
      style: styleOf(cell),
      link: linkOf(this.#core, cell),
    };
  }
}

function textOf({ content, combinedData }: Cell): string {
  if ((content & contentMask) === 0) return '';
  if ((content & combinedFlag) !== 0) return combinedData;
  return String.fromCodePoint(content & codePointMask);
}

function ignoreLine(): void {
  return;
}
