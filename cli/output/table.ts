/** Lines of a table that fits a width. Cells are plain text, made safe by the caller. */
import type { Style } from './style.ts';
import { pad, widthOf } from './width.ts';

export interface Column {
  readonly title: string;
  /** The column may be cut down to this many columns before others are. */
  readonly min: number;
  readonly max: number;
}

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

interface TableOptions {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: (text: string, style: Style) => string;
}

const gap = 2;

/** The header and one line per row; the last column takes what is left, none is wider than its content. */
export function layOutTable(options: TableOptions): string[] {
  const { columns, rows, paint } = options;
  const widths = shareWidth(options);
  const header = columns.map(({ title }): Cell => ({ text: title, style: 'dim' }));
  return [header, ...rows].map((row) => {
    const cells = row.map((cell, index) => {
      const padded = pad(cell.text, widths[index] ?? 0);
      return cell.style === undefined ? padded : paint(padded, cell.style);
    });
    const shown = cells.filter((_, index) => (widths[index] ?? 0) > 0);
    return shown.join(' '.repeat(gap)).trimEnd();
  });
}

/** Every column gets what it wants; what is too much is taken from the widest until all fit, then from the last. */
function shareWidth({ columns, rows, width }: TableOptions): number[] {
  const widths = columns.map(({ title, max }, index) => {
    const wanted = rows.map((row) => widthOf(row[index]?.text ?? ''));
    return Math.min(max, Math.max(widthOf(title), ...wanted));
  });
  let excess = sum(widths) + gap * (columns.length - 1) - width;
  while (excess > 0) {
    const index = widestShrinkable(columns, widths);
    if (index === -1) break;
    widths[index] = (widths[index] ?? 0) - 1;
    excess -= 1;
  }
  const last = widths.length - 1;
  widths[last] = Math.max(0, (widths[last] ?? 0) - Math.max(0, excess));
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function widestShrinkable(columns: readonly Column[], widths: readonly number[]): number {
  let found = -1;
  for (const [index, { min }] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (width > min && width >= (widths[found] ?? 0)) found = index;
  }
  return found;
}
