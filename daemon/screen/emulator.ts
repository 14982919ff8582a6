import type { MissingParts } from '../../link/snapshot/snapshot.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import { Tracker } from './tracker.ts';
import type { Tracked } from './tracker.ts';
import { useModernWidths } from './unicode.ts';
import type { Core, OpenTerminal, ScreenBuffer } from './xterm.ts';
import { openTerminal } from './xterm.ts';

/** Lines above the screen that a checkpoint carries when they fit. */
export const scrollbackLines = 1000;
/** Stands in a screen of which nothing is known; no program writes a noncharacter. */
const sentinel = 0x10fffe;
/** Enough to fill any screen; without a bound one sequence could take gigabytes. */
const repeatMax = 65_536;

/**
 * A headless terminal with its tracker, fed synchronously. Throws what the parser throws on hostile output: it is of no
 * use afterwards.
 */
export class Emulator {
  readonly core: Core;
  readonly tracked: Tracked;
  readonly #terminal: OpenTerminal;
  /** Output was missing, and no switch of screens came since: the program may have made one there. */
  #mayHaveSwitched = false;

  constructor(size: TerminalSize, scrollback = scrollbackLines) {
    this.#terminal = openTerminal(size, scrollback);
    this.core = this.#terminal.core;
    useModernWidths(this.core);
    boundRepetition(this.core);
    this.tracked = new Tracker(this.core);
    this.#listenToSwitches();
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
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  /**
   * Output is missing: modes are taken as they were, and of the screen shown nothing is known. A program that shows the
   * alternate screen does not write on the other one.
   */
  forgetScreen(): void {
    const { active } = this.core.buffers;
    active.lines.trimStart(active.ybase);
    active.ybase = 0;
    active.ydisp = 0;
    eachLine(active, (line) => fillLine(line, sentinel));
    this.#mayHaveSwitched = true;
  }

  /**
   * A program that enters the alternate screen was on the other one, and one that leaves it was on it. Where that is not
   * what we took for its screen, what it drew since output was missing stands on the wrong one.
   */
  #listenToSwitches(): void {
    const switches = new Set([47, 1047, 1049]);
    for (const final of ['h', 'l'] as const) {
      this.core._inputHandler.registerCsiHandler({ prefix: '?', final }, ({ params, length }) => {
        const isSwitch = params.slice(0, length).some((mode) => switches.has(mode));
        if (isSwitch && this.#mayHaveSwitched) this.#settleSwitch(final === 'h');
        return false;
      });
    }
  }

  #settleSwitch(enters: boolean): void {
    const { active, normal } = this.core.buffers;
    this.#mayHaveSwitched = false;
    if (enters === (active === normal)) return;
    eachLine(normal, (line, index) => {
      if (index >= normal.ybase) fillLine(line, sentinel);
    });
  }

  /** Nothing is known of what is blank on these screens. */
  forgetBlanks({ shown, hidden, switched = false }: MissingParts): void {
    const { active, normal } = this.core.buffers;
    this.#mayHaveSwitched = switched;
    if (shown) eachLine(active, fillBlanks);
    if (hidden && normal !== active) eachLine(normal, fillBlanks);
  }

  /** Blanks what was forgotten and not written over since. Tells where there was any. */
  clearForgotten(): MissingParts {
    const { active, normal } = this.core.buffers;
    const shown = clearLines(active);
    const hidden = normal !== active && clearLines(normal);
    return { shown, hidden, switched: this.#mayHaveSwitched };
  }
}

function clearLines(buffer: ScreenBuffer): boolean {
  let isLeft = false;
  eachLine(buffer, (line, index) => {
    const wasForgotten = clearSentinels(line);
    // What scrolled away without being written over is no part of the screen.
    isLeft ||= wasForgotten && index >= buffer.ybase;
  });
  return isLeft;
}

function eachLine(
  buffer: ScreenBuffer,
  visit: (line: NonNullable<Line>, index: number) => void,
): void {
  for (let index = 0; index < buffer.lines.length; index += 1) {
    const line = buffer.lines.get(index);
    if (line !== undefined) visit(line, index);
  }
}

type Line = ReturnType<ScreenBuffer['lines']['get']>;
const plain = { fg: 0, bg: 0, extended: { _ext: 0, urlId: 0 } };
const emptyCell = { ...plain, content: 0, combinedData: '' };

function fillLine(line: NonNullable<Line>, codePoint: number): void {
  line.isWrapped = false;
  for (let column = 0; column < line.length; column += 1) {
    line.setCellFromCodepoint(column, codePoint, 1, plain);
  }
}

function dropCutCharacter(line: NonNullable<Line>): void {
  const last = line.length - 1;
  const cell = line.loadCell(last, { ...emptyCell });
  if (cell.content >>> 22 === 2) line.setCellFromCodepoint(last, 0, 1, cell);
}

function fillBlanks(line: NonNullable<Line>): void {
  const cell = { ...emptyCell };
  for (let column = 0; column < line.length; column += 1) {
    const { content, fg, bg } = line.loadCell(column, cell);
    const isBlank = (content & 0x3fffff) === 0 && content >>> 22 === 1 && fg === 0 && bg === 0;
    if (isBlank) line.setCellFromCodepoint(column, sentinel, 1, plain);
  }
}

function clearSentinels(line: NonNullable<Line>): boolean {
  const cell = { ...emptyCell };
  let isLeft = false;
  for (let column = 0; column < line.length; column += 1) {
    if ((line.loadCell(column, cell).content & 0x1fffff) !== sentinel) continue;
    line.setCellFromCodepoint(column, 0, 1, plain);
    isLeft = true;
  }
  return isLeft;
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
