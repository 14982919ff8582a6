/**
 * What is not known of a screen because output was lost, until it is known again: cells that were not drawn over, where the
 * cursor stands, how it writes, modes. Knows what of it later output settles; deliberately guesses nothing.
 */
import type { MissingParts } from '../../link/snapshot/snapshot.ts';
import { eachLine, emptyCell, plain, trimAbove } from './lines.ts';
import type { LostOutput } from './request.ts';
import type { Cell, Core, Line, ScreenBuffer } from './xterm.ts';

/** Stands where nothing is known; no program writes a noncharacter. */
const sentinel = 0x10fffe;
/** So many lines above the screen are what a later resize needs to be exact. */
const linesAboveMin = 60;
const switches = new Set([47, 1047, 1049]);
const savings = new Set([1048, 1049]);
const positions = { both: 'Hf', row: 'd', column: 'G`' } as const;

export class Missing {
  readonly #core: Core;
  /** What was lost may have set anything that only a reset brings back. */
  #isAnything = false;
  /** And no switch of screens came since: the program may have made one there. */
  #mayHaveSwitched = false;
  #hasRow = true;
  #hasColumn = true;
  #hasLooks = true;
  /** Lines above the normal screen are lost. */
  #isShort = false;
  /** The cursor of the normal screen was saved in a line, and how far that scrolled is lost. */
  #hasScrolled = false;
  /** The cursors of these were saved while it was not known where and how they write. */
  readonly #lostSaves = new Set<ScreenBuffer>();

  constructor(core: Core) {
    this.#core = core;
    const { _inputHandler: input } = core;
    const on = (final: string, run: () => void): void => {
      input.registerCsiHandler({ final }, () => (run(), false));
    };
    for (const final of positions.both) on(final, () => this.#learn({ row: true, column: true }));
    for (const final of positions.row) on(final, () => this.#learn({ row: true }));
    for (const final of positions.column) on(final, () => this.#learn({ column: true }));
    input.registerCsiHandler({ final: 'm' }, ({ params }) => {
      if (params[0] === 0) this.#learn({ looks: true });
      return false;
    });
    input._parser.setExecuteHandler('\r', () => {
      this.#learn({ column: true, row: this.#isAtBottom });
      return input.carriageReturn();
    });
    input.registerEscHandler({ final: 'c' }, () => {
      this.#becomeWhole();
      return false;
    });
    this.#listenToSwitches();
    this.#listenToSaving();
  }

  /** Output is missing here: of the screen shown nothing is known, and of the rest what `lost` says. */
  lose(lost: LostOutput | undefined): void {
    const { buffers } = this.#core;
    const { normal, alt } = buffers;
    this.#feed(lost?.replay ?? '');
    const { active } = buffers;
    this.#isAnything ||= lost?.isKnown !== true;
    this.#mayHaveSwitched ||= lost?.isKnown !== true;
    this.#hasLooks = lost?.looks === false;
    // A link that was open may have been closed.
    if (!this.#hasLooks) this.#feed('\u001b]8;;\u0007');
    const touched = lost?.switches === true ? [normal, alt] : [active];
    this.#hasScrolled ||= touched.includes(normal) && normal.savedY > normal.ybase;
    for (const buffer of touched) {
      this.#forgetCells(buffer);
      if (lost?.saves !== false) this.#lostSaves.add(buffer);
      // What was restored may have brought another character set.
      const isPlain = buffer.savedCharset === undefined && this.#hasPlainCharsets;
      this.#isAnything ||= !isPlain && !this.#hasLooks;
    }
    this.#losePlace();
  }

  /** As it was when this screen was stored. What is blank counts as unknown. */
  restore(missing: MissingParts): void {
    const { shown, hidden, switched, anything, looks, place, above, saved } = missing;
    const { active, normal, alt } = this.#core.buffers;
    this.#isAnything = anything === true;
    this.#mayHaveSwitched = switched === true;
    this.#hasLooks = looks !== true;
    this.#isShort = above === true;
    for (const buffer of saved === true ? [normal, alt] : []) this.#lostSaves.add(buffer);
    // What is stored as its place is as far up and left as the cursor can be.
    this.#hasRow = place !== true;
    this.#hasColumn = place !== true;
    if (shown) eachLine(active, fillBlanks);
    if (hidden && normal !== active) eachLine(normal, fillBlanks);
  }

  /**
   * A normal screen that changes its size takes lines from above and breaks them anew: where one of them is not known, no
   * place is known afterwards.
   */
  get isBrittle(): boolean {
    const { normal } = this.#core.buffers;
    return this.#isShort || findSentinel(normal, 0) !== -1;
  }

  resized(wasBrittle: boolean): void {
    const { active, normal } = this.#core.buffers;
    const isShown = active === normal;
    if (!this.#isPlaced || (wasBrittle && isShown)) this.#losePlace();
    if (!wasBrittle || isShown) return;
    // On the way back to it its cursor is restored.
    this.#forgetCells(normal);
    this.#lostSaves.add(normal);
  }

  /** Blanks what was not drawn over since. Tells what is missing. */
  settle(): MissingParts {
    const { active, normal } = this.#core.buffers;
    const unknownAbove = findSentinel(normal, 0, normal.ybase) + 1;
    if (unknownAbove > 0) trimAbove(normal, unknownAbove);
    this.#isShort ||= unknownAbove > 0;
    this.#isShort &&= normal.ybase < linesAboveMin;
    this.#hasScrolled &&= normal.savedY > normal.ybase;
    const shown = clearScreen(active);
    const hidden = normal !== active && clearScreen(normal);
    return {
      ...{ shown, hidden, switched: this.#mayHaveSwitched, anything: this.#isAnything },
      ...{ place: !this.#isPlaced, looks: !this.#hasLooks },
      ...{ above: this.#isShort, saved: this.#hasScrolled || this.#lostSaves.size > 0 },
    };
  }

  get #isPlaced(): boolean {
    return this.#hasRow && this.#hasColumn;
  }

  get #hasPlainCharsets(): boolean {
    const { charset, _charsets: sets } = this.#core._charsetService;
    return [charset, ...sets].every((set) => set === undefined);
  }

  /** Where and how it writes. */
  get #isCertain(): boolean {
    return this.#isPlaced && this.#hasLooks;
  }

  /**
   * The cursor starts where no program can have left it further up or left: what moves it keeps that order, so that at the
   * bottom it is where the program has it.
   */
  get #isAtBottom(): boolean {
    const { active } = this.#core.buffers;
    const last = this.#core.rows - 1;
    return active.y === last && active.scrollBottom === last;
  }

  #feed(text: string): void {
    this.#core._inputHandler.parse(new TextEncoder().encode(text));
  }

  #losePlace(): void {
    const { active } = this.#core.buffers;
    this.#hasRow = false;
    this.#hasColumn = false;
    active.x = 0;
    active.y = 0;
    this.#forgetCells(active);
  }

  #forgetCells(buffer: ScreenBuffer): void {
    trimAbove(buffer, buffer.ybase);
    eachLine(buffer, fillLine);
    this.#isShort ||= buffer === this.#core.buffers.normal;
  }

  /** What was drawn at a place or with looks that were not known is known no more than what was lost. */
  #learn(known: {
    readonly row?: boolean;
    readonly column?: boolean;
    readonly looks?: boolean;
  }): void {
    if (this.#isCertain) return;
    const { active } = this.#core.buffers;
    const hadLooks = this.#hasLooks;
    this.#hasColumn ||= known.column === true;
    // Without its column, a row lasts until the next line that wraps.
    this.#hasRow ||= known.row === true && this.#hasColumn;
    this.#hasLooks ||= known.looks === true;
    if (hadLooks !== this.#hasLooks) this.#forgetCells(active);
    // A screen that was cleared is the same wherever the cursor was.
    else if (this.#isCertain && !isBlank(active)) this.#forgetCells(active);
  }

  #becomeWhole(): void {
    this.#isAnything = false;
    this.#mayHaveSwitched = false;
    this.#hasRow = true;
    this.#hasColumn = true;
    this.#hasLooks = true;
    this.#isShort = false;
    this.#hasScrolled = false;
    this.#lostSaves.clear();
  }

  /**
   * A program that enters the alternate screen was on the other one, and one that leaves it was on it. Where that is not
   * what we took for its screen, what it drew since output was missing stands on the wrong one.
   */
  #listenToSwitches(): void {
    for (const final of ['h', 'l'] as const) {
      this.#core._inputHandler.registerCsiHandler({ prefix: '?', final }, ({ params, length }) => {
        const isSwitch = params.slice(0, length).some((mode) => switches.has(mode));
        if (isSwitch && !this.#isCertain) this.#forgetCells(this.#core.buffers.active);
        if (isSwitch && this.#mayHaveSwitched) this.#settleSwitch(final === 'h');
        return false;
      });
    }
  }

  #listenToSaving(): void {
    const { _inputHandler: input, buffers } = this.#core;
    const save = (): false => {
      this.#save(buffers.active);
      return false;
    };
    const restore = (): false => {
      this.#restore(buffers.active);
      return false;
    };
    input.registerEscHandler({ final: '7' }, save);
    input.registerCsiHandler({ final: 's' }, save);
    input.registerEscHandler({ final: '8' }, restore);
    input.registerCsiHandler({ final: 'u' }, restore);
    // A tab stop is set where the cursor is.
    const stop = (): false => {
      this.#isAnything ||= !this.#isPlaced;
      return false;
    };
    input.registerEscHandler({ final: 'H' }, stop);
    input.registerCsiHandler({ final: 'g' }, stop);
    for (const final of ['h', 'l'] as const) {
      input.registerCsiHandler({ prefix: '?', final }, ({ params, length }) => {
        const numbers = params.slice(0, length);
        if (!numbers.some((mode) => savings.has(mode))) return false;
        if (final === 'h') return save();
        // The last of these leads back to the normal screen.
        return numbers.includes(1049) ? (this.#restore(buffers.normal), false) : restore();
      });
    }
  }

  #save(buffer: ScreenBuffer): void {
    if (buffer === this.#core.buffers.normal) this.#hasScrolled = false;
    if (this.#isCertain) this.#lostSaves.delete(buffer);
    else this.#lostSaves.add(buffer);
  }

  /** What is restored instead is as far up and left as it can have been saved. */
  #restore(buffer: ScreenBuffer): void {
    const isNormal = buffer === this.#core.buffers.normal;
    const isScrolled = isNormal && this.#hasScrolled && buffer.savedY > buffer.ybase;
    if (!isScrolled && !this.#lostSaves.has(buffer)) return;
    this.#hasLooks &&= !this.#lostSaves.has(buffer);
    this.#lostSaves.add(buffer);
    this.#forgetCells(buffer);
    buffer.savedX = 0;
    buffer.savedY = buffer.ybase;
    this.#hasRow = false;
    this.#hasColumn = false;
  }

  #settleSwitch(enters: boolean): void {
    const { active, normal } = this.#core.buffers;
    this.#mayHaveSwitched = false;
    if (enters === (active === normal)) return;
    eachLine(normal, (line, index) => {
      if (index >= normal.ybase) fillLine(line);
    });
  }
}

function isSentinel({ content }: Cell): boolean {
  return (content & 0x1fffff) === sentinel;
}

/** The last line from `from` on, before `to`, of which a cell is not known; -1 when there is none. */
function findSentinel({ lines }: ScreenBuffer, from: number, to = lines.length): number {
  const cell = { ...emptyCell };
  for (let index = to - 1; index >= from; index -= 1) {
    const line = lines.get(index);
    for (let column = 0; column < (line?.length ?? 0); column += 1) {
      if (line !== undefined && isSentinel(line.loadCell(column, cell))) return index;
    }
  }
  return -1;
}

/** Nothing but empty cells that look alike. */
function isBlank(buffer: ScreenBuffer): boolean {
  const cell = { ...emptyCell };
  const first = buffer.lines.get(buffer.ybase)?.loadCell(0, { ...emptyCell });
  let isAlike = true;
  eachLine(buffer, (line, index) => {
    for (let column = 0; isAlike && index >= buffer.ybase && column < line.length; column += 1) {
      const { content, fg, bg } = line.loadCell(column, cell);
      isAlike = (content & 0x3fffff) === 0 && fg === first?.fg && bg === first.bg;
    }
  });
  return isAlike;
}

function clearScreen(buffer: ScreenBuffer): boolean {
  const cell = { ...emptyCell };
  let isLeft = false;
  eachLine(buffer, (line) => {
    for (let column = 0; column < line.length; column += 1) {
      if (!isSentinel(line.loadCell(column, cell))) continue;
      line.setCellFromCodepoint(column, 0, 1, plain);
      isLeft = true;
    }
  });
  return isLeft;
}

function fillLine(line: Line): void {
  line.isWrapped = false;
  for (let column = 0; column < line.length; column += 1) {
    line.setCellFromCodepoint(column, sentinel, 1, plain);
  }
}

function fillBlanks(line: Line): void {
  const cell = { ...emptyCell };
  for (let column = 0; column < line.length; column += 1) {
    const { content, fg, bg } = line.loadCell(column, cell);
    const isBlank = (content & 0x3fffff) === 0 && content >>> 22 === 1 && fg === 0 && bg === 0;
    if (isBlank) line.setCellFromCodepoint(column, sentinel, 1, plain);
  }
}
