import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { eachLine, emptyCell } from './lines.ts';
import { Missing } from './missing.ts';
import { Tracker } from './tracker.ts';
import type { Tracked } from './tracker.ts';
import { useModernWidths } from './unicode.ts';
import type { Core, Line, OpenTerminal } from './xterm.ts';
import { openTerminal } from './xterm.ts';

/** Lines above the screen that a checkpoint carries when they fit. */
export const scrollbackLines = 1000;
/** Enough to fill any screen; without a bound one sequence could take gigabytes. */
const repeatMax = 65_536;

/**
 * A headless terminal with its tracker, fed synchronously. Throws what the parser throws on hostile output: it is of no
 * use afterwards.
 */
export class Emulator {
  readonly core: Core;
  readonly tracked: Tracked;
  readonly missing: Missing;
  readonly #terminal: OpenTerminal;

  constructor(size: TerminalSize, scrollback = scrollbackLines) {
    this.#terminal = openTerminal(size, scrollback);
    this.core = this.#terminal.core;
    useModernWidths(this.core);
    boundRepetition(this.core);
    this.tracked = new Tracker(this.core);
    this.missing = new Missing(this.core);
  }

  get size(): TerminalSize {
    return { cols: this.core.cols, rows: this.core.rows };
  }

  /** No sequence and no character is open. */
  get isAtRest(): boolean {
    const { _parser: parser, _utf8Decoder: decoder } = this.core._inputHandler;
    return parser.currentState === 0 && decoder.interim[0] === 0;
  }

  /** At rest, and the next character joins none before it. */
  get isSettled(): boolean {
    return this.isAtRest && this.core._inputHandler._parser.precedingJoinState === 0;
  }

  feed(bytes: Uint8Array): void {
    this.core._inputHandler.parse(bytes);
  }

  /** What the terminal answers to these bytes. */
  ask(bytes: Uint8Array): string {
    const said: string[] = [];
    const listening = this.core.coreService.onData((text) => said.push(text));
    this.feed(bytes);
    listening.dispose();
    return said.join('');
  }

  /**
   * xterm keeps columns of a narrowed alternate screen and lines scrolled off one that was made lower, and shows them
   * when it grows again; it keeps the first half of a wide character at the edge, and a saved cursor outside of the screen. No
   * sequence can bring these back, so they are forgotten here; programs repaint after a resize.
   */
  resize(size: TerminalSize): void {
    if (size.cols === this.core.cols && size.rows === this.core.rows) return;
    const { isBrittle } = this.missing;
    this.#terminal.resize(size);
    const { normal, alt } = this.core.buffers;
    alt.lines.maxLength = Math.max(alt.lines.length, size.rows);
    eachLine(alt, (line) => {
      if (line.length > this.core.cols) line.resize(this.core.cols, { ...emptyCell });
    });
    for (const buffer of [normal, alt]) {
      eachLine(buffer, dropCutCharacter);
      buffer.savedX = Math.min(buffer.savedX, size.cols - 1);
      buffer.savedY = Math.min(buffer.savedY, buffer.ybase + size.rows - 1);
    }
    this.missing.resized(isBrittle);
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}

function dropCutCharacter(line: Line): void {
  const last = line.length - 1;
  const cell = line.loadCell(last, { ...emptyCell });
  if (cell.content >>> 22 === 2) line.setCellFromCodepoint(last, 0, 1, cell);
}

/** A count beyond the screen does no more than the screen's own size: loops of billions would hold the thread. */
function boundRepetition(core: Core): void {
  const bound = (finals: string, max: () => number): void => {
    for (const final of finals) {
      core._inputHandler.registerCsiHandler({ final }, ({ params }) => {
        params[0] = Math.min(params[0] ?? 0, max());
        return false;
      });
    }
  };
  bound('LMST', () => core.rows);
  bound('IZ', () => core.cols);
  bound('b', () => repeatMax);
}
