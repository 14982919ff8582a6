/**
 * Watches one visible terminal from inside of the page: how much text reached its parser, and the moment at which a line
 * stood there. For figures and for tests that need more than what is shown now.
 */
import type { EditorWindow } from './editorWindow.ts';

const visibleTerminal = '.terminal-wrapper.active';

interface Cell {
  getChars(): string;
  getWidth(): number;
  getFgColor(): number;
  isFgRGB(): boolean;
}

interface BufferLine {
  getCell(column: number): Cell | undefined;
  translateToString(trimRight: boolean): string;
}

/** What VS Code hangs on each `.terminal-wrapper`; only what is used here. */
interface ProbedTerminal {
  readonly cols: number;
  readonly rows: number;
  readonly buffer: {
    readonly active: {
      readonly type: string;
      readonly baseY: number;
      readonly cursorY: number;
      getLine(index: number): BufferLine | undefined;
    };
  };
  readonly modes: Readonly<Record<string, unknown>>;
  onWriteParsed(listener: () => void): { dispose(): void };
  write(data: string | Uint8Array, parsed?: () => void): void;
}

interface ProbedElement extends HTMLElement {
  readonly xterm?: ProbedTerminal;
  waggleLine?: Promise<ProbedLine>;
}

export interface ProbedLine {
  readonly text: string;
  /** Milliseconds since the epoch at which the line had been parsed. */
  readonly at: number;
  /** Characters that were handed to the terminal since the probe was set. */
  readonly characters: number;
}

/** Waits, from now on, for a line that matches near the cursor of a visible terminal. Set it before what makes the line. */
export async function probeLine(
  window: EditorWindow,
  expected: RegExp,
  index = 0,
): Promise<() => Promise<ProbedLine>> {
  const terminal = window.page.locator(visibleTerminal).nth(index);
  await terminal.evaluate((element: ProbedElement, source) => {
    const { xterm } = element;
    if (xterm === undefined) throw new Error('no terminal');
    const pattern = new RegExp(source);
    let characters = 0;
    const write = xterm.write.bind(xterm);
    xterm.write = (data, parsed) => {
      characters += data.length;
      write(data, parsed);
    };
    element.waggleLine = new Promise((resolve) => {
      const subscription = xterm.onWriteParsed(() => {
        const { baseY, cursorY } = xterm.buffer.active;
        for (let row = baseY + cursorY; row > Math.max(-1, baseY + cursorY - 4); row -= 1) {
          const text = xterm.buffer.active.getLine(row)?.translateToString(true) ?? '';
          if (!pattern.test(text)) continue;
          subscription.dispose();
          xterm.write = write;
          resolve({ text, at: Date.now(), characters });
          return;
        }
      });
    });
  }, expected.source);
  return () =>
    terminal.evaluate(async (element: ProbedElement) => {
      if (element.waggleLine === undefined) throw new Error('no probe was set');
      return element.waggleLine;
    });
}

/** Size, buffer and modes of a visible terminal, as xterm.js knows them. */
export async function readTerminalState(
  window: EditorWindow,
  index = 0,
): Promise<{ cols: number; rows: number; buffer: string; modes: Record<string, unknown> }> {
  return window.page
    .locator(visibleTerminal)
    .nth(index)
    .evaluate((element: ProbedElement) => {
      const { xterm } = element;
      if (xterm === undefined) throw new Error('no terminal');
      const { cols, rows, buffer, modes } = xterm;
      const names = [
        'bracketedPasteMode',
        'mouseTrackingMode',
        'sendFocusMode',
        'applicationCursorKeysMode',
        'wraparoundMode',
      ];
      const shown = Object.fromEntries(names.map((name) => [name, modes[name]]));
      return { cols, rows, buffer: buffer.active.type, modes: shown };
    });
}

/** Characters of a row of the visible part with their widths and, where it is a true colour, their foreground. */
export async function readCells(
  window: EditorWindow,
  place: { readonly row: number; readonly columns: readonly number[]; readonly index?: number },
): Promise<Array<{ chars: string; width: number; colour: number | undefined }>> {
  return window.page
    .locator(visibleTerminal)
    .nth(place.index ?? 0)
    .evaluate((element: ProbedElement, { row, columns }) => {
      const active = element.xterm?.buffer.active;
      const line = active?.getLine(active.baseY + row);
      return columns.map((column) => {
        const cell = line?.getCell(column);
        const colour = cell?.isFgRGB() ? cell.getFgColor() : undefined;
        return { chars: cell?.getChars() ?? '', width: cell?.getWidth() ?? 0, colour };
      });
    }, place);
}
