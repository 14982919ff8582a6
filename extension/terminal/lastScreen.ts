/**
 * What is kept of a session that no process stands behind any more, drawn faint: so that nobody takes it for a living one.
 */
import type { TerminalSize } from '../../protocol/wire/mark.ts';

const faint = '\u001b[2m';
const attributes = /\u001b\[[\d;:]*m/g;
const screenSwitch = /\u001b\[\?(?:1049|1047|47)([hl])/g;

/**
 * A screen that a program had taken over stays where it would vanish with the program: it is drawn on the ordinary one, and
 * the cursor goes below what was drawn last. `size`: the terminal's when it was drawn.
 */
export function drawFaint(kept: Uint8Array, size: TerminalSize): Uint8Array {
  const text = keepScreen(new TextDecoder().decode(kept), size);
  const faded = text.replace(attributes, (sequence) => `${sequence}${faint}`);
  return new TextEncoder().encode(`${faint}${faded}`);
}

function keepScreen(text: string, size: TerminalSize): string {
  const last = [...text.matchAll(screenSwitch)].at(-1);
  if (last?.[1] !== 'h') return text;
  const before = text.slice(0, last.index);
  const after = text.slice(last.index + last[0].length);
  const bottom = findLowestRow(after, size);
  return `${before}\u001b[2J\u001b[H${after}\u001b[r\u001b[${bottom};1H`;
}

const pieces =
  /\u001b\[([\d;:?<>=]*)([A-Za-z])|\u001b(?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)|.)|\r|\n|[^\u001b\r\n]/gsu;

/** The lowest row, from 1, that something was drawn in since the screen was cleared; rather too low than too high. */
function findLowestRow(text: string, { cols, rows }: TerminalSize): number {
  let [row, column, lowest] = [1, 0, 1];
  for (const [piece, values = '', final] of text.matchAll(pieces)) {
    const [first = 0] = values.split(';').map(Number);
    const count = Math.max(1, first);
    if (final === 'H' || final === 'f' || final === 'd') row = count;
    else if (final === 'A' || final === 'F') row -= count;
    else if (final === 'B' || final === 'E') row += count;
    else if (final === 'J' && first >= 2) lowest = 1;
    else if (piece === '\n') row += 1;
    else if (piece !== '\r' && !piece.startsWith('\u001b')) {
      if (column >= cols) [row, column] = [row + 1, 0];
      column += 1;
      if (piece !== ' ') lowest = Math.max(lowest, Math.min(rows, row));
    }
    if (piece === '\r' || final === 'H' || final === 'f') column = 0;
    row = Math.min(rows, Math.max(1, row));
  }
  return lowest;
}
