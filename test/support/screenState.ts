/** What a person sees of a terminal and what a program can rely on, as a value to compare. */
import type { Emulator } from '../../daemon/screen/emulator.ts';
import { linkOf, styleOf } from '../../daemon/screen/style.ts';
import type { Style } from '../../daemon/screen/style.ts';
import type { Cell, Core, Line, ScreenBuffer } from '../../daemon/screen/xterm.ts';

export interface ScreenState {
  /** Cells of the screen shown, and what stands above it. */
  readonly lines: readonly string[];
  /** Cells of the screen that is not shown. */
  readonly hidden: readonly string[];
  readonly cursor: string;
  readonly modes: string;
  readonly names: string;
}

const cell: Cell = {
  ...{ content: 0, combinedData: '', fg: 0, bg: 0 },
  extended: { _ext: 0, urlId: 0 },
};

/** `scrollback`: how many lines above the screens are part of it. */
export function readScreen({ core, tracked }: Emulator, scrollback = 60): ScreenState {
  const { active, normal, alt } = core.buffers;
  const { coreService, coreMouseService, optionsService, _inputHandler: input } = core;
  const { _charsetService: charsets } = core;
  const usedSets = [0, 1, 2, 3].map((level) => charsets._charsets[level]);
  const of = (buffer: ScreenBuffer): unknown => ({
    region: [buffer.scrollTop, buffer.scrollBottom],
    stops: Array.from({ length: core.cols }, (_, at) => at).filter((at) => buffer.tabs[at]),
    saved: describeSaved(core, buffer),
  });
  return {
    lines: readLines(core, active, scrollback),
    hidden: active === normal ? [] : readLines(core, normal, scrollback),
    cursor: JSON.stringify([active.x, active.y, active === alt, styleOf(input._curAttrData)]),
    modes: JSON.stringify([
      coreService.modes,
      { ...coreService.decPrivateModes },
      coreService.isCursorHidden,
      [coreMouseService.activeProtocol, coreMouseService.activeEncoding],
      [optionsService.rawOptions.convertEol, optionsService.rawOptions.cursorBlink],
      [...tracked.modes],
      [...tracked.keyResources],
      tracked.keyboards,
      [...tracked.colors],
      [of(normal), active === alt ? of(alt) : describeSaved(core, alt)],
      [usedSets.map(nameOf), charsets.glevel, nameOf(charsets.charset)],
    ]),
    names: JSON.stringify([
      [input._windowTitle, input._iconName],
      [input._windowTitleStack, input._iconNameStack],
    ]),
  };
}

/** What a person sees without touching anything: no links, no cells of no content, nothing of the hidden screen. */
export function readVisible({ core }: Emulator): readonly string[] {
  const { active } = core.buffers;
  const { lines, ybase, x, y } = active;
  const rows = Array.from({ length: core.rows }, (_, row) => lines.get(ybase + row));
  const shown = rows.map((line) => {
    const cells = Array.from({ length: core.cols }, (_, column) => {
      if (line === undefined) return '';
      const { text, style } = readPlain(line, column);
      return `${text}${JSON.stringify({ ...style, isProtected: false })}`;
    });
    return cells.join('');
  });
  return [...shown, `${x} ${y}`];
}

function readPlain(line: Line, column: number): { text: string; style: Style } {
  const { content, combinedData } = line.loadCell(column, cell);
  const codePoint = content & 0x1fffff;
  const text = codePoint === 0 ? ' ' : String.fromCodePoint(codePoint);
  return { text: (content & 0x200000) === 0 ? text : combinedData, style: styleOf(cell) };
}

const nameOf = (charset: object | undefined): string => JSON.stringify(charset ?? null);

function describeSaved({ cols, rows }: Core, buffer: ScreenBuffer): unknown {
  const row = Math.min(rows - 1, Math.max(0, buffer.savedY - buffer.ybase));
  const { fg, bg } = buffer.savedCurAttrData;
  return [Math.min(buffer.savedX, cols - 1), row, fg, bg, nameOf(buffer.savedCharset)];
}

function readLines(core: Core, buffer: ScreenBuffer, wanted: number): string[] {
  const { lines, ybase } = buffer;
  const read: string[] = [];
  // After a narrowing xterm lets lines pile up above the alternate screen; nobody can scroll to them.
  const scrollback = buffer === core.buffers.alt ? 0 : wanted;
  for (let index = Math.max(0, ybase - scrollback); index < lines.length; index += 1) {
    const line = lines.get(index);
    const isFirst = index === Math.max(0, ybase - scrollback);
    if (line !== undefined) read.push(readLine(core, line, isFirst));
  }
  return read;
}

function readLine(core: Core, line: Line, isFirst: boolean): string {
  const cells = Array.from({ length: line.length }, (_, column) => readCell(core, line, column));
  const runs: string[] = [line.isWrapped && !isFirst ? '↩' : ''];
  let style = '';
  for (const { text, look } of cells) {
    if (look !== style) runs.push(`«${look}»`);
    style = look;
    runs.push(text);
  }
  return runs.join('');
}

const plainLook = JSON.stringify(styleOf(cell));

function readCell(core: Core, line: Line, column: number): { text: string; look: string } {
  const { content, combinedData } = line.loadCell(column, cell);
  const isCombined = (content & 0x200000) !== 0;
  const codePoint = content & 0x1fffff;
  const empty = content >>> 22 === 0 ? '‹›' : '·';
  const text = isCombined
    ? combinedData
    : codePoint === 0
      ? empty
      : String.fromCodePoint(codePoint);
  const link = core._oscLinkService.getLinkData(linkOf(core, cell));
  const style = JSON.stringify(styleOf(cell));
  const look = style === plainLook ? '' : style;
  return { text, look: link === undefined ? look : `${look}${link.id ?? ''}|${link.uri}` };
}
