import type { Line, ScreenBuffer } from './xterm.ts';

export const plain = { fg: 0, bg: 0, extended: { _ext: 0, urlId: 0 } };
export const emptyCell = { ...plain, content: 0, combinedData: '' };

export function eachLine(buffer: ScreenBuffer, visit: (line: Line, index: number) => void): void {
  for (let index = 0; index < buffer.lines.length; index += 1) {
    const line = buffer.lines.get(index);
    if (line !== undefined) visit(line, index);
  }
}

/** Forgets so many of the oldest lines above the screen. */
export function trimAbove(buffer: ScreenBuffer, count: number): void {
  buffer.lines.trimStart(count);
  buffer.ybase -= count;
  buffer.ydisp = buffer.ybase;
  buffer.savedY = Math.max(0, buffer.savedY - count);
}
