/** Sizes as the editor gives and takes them. */
import type { TerminalSize } from '../../protocol/wire/mark.ts';

export interface Dimensions {
  readonly columns: number;
  readonly rows: number;
}

/** The editor takes the smaller of an override and its own size, and (1.139) ignores `undefined`, which was to end one. */
export const ownDimensions: Dimensions = { columns: 5000, rows: 5000 };

export function toSize(dimensions: Dimensions | undefined): TerminalSize | undefined {
  if (dimensions === undefined || dimensions.columns < 1 || dimensions.rows < 1) return undefined;
  return { cols: Math.min(2000, dimensions.columns), rows: Math.min(2000, dimensions.rows) };
}
