import type { Emulator } from './emulator.ts';
import { RowWriter } from './rowWriter.ts';
import { plainStyle, styleOf } from './style.ts';
import type { Keyboard } from './tracker.ts';
import { charsetFinal } from './charset.ts';
import type { Charset, Core, Line, ScreenBuffer } from './xterm.ts';

/** A title longer than this is nobody's. */
const titleMax = 4096;

/**
 * The escape sequences that bring a terminal of the same size from its reset state to the state of this one, with at most
 * `scrollback` lines above the screen. The order matters: contents before regions, regions before cursors, a cursor
 * before the modes that change what moving it means.
 */
export function serialise(emulator: Emulator, scrollback: number): string {
  const { core, tracked } = emulator;
  const { normal, alt, active } = core.buffers;
  const writer = new RowWriter(core);
  writeLines(writer, core, { buffer: normal, from: Math.max(0, normal.ybase - scrollback) });
  writeScreenState(writer, core, normal);
  writeKeyboard(writer, tracked.keyboards.main);
  const isAlternate = active === alt;
  if (isAlternate) {
    // What a resize does to the hidden screen depends on its cursor.
    writer.push(`\u001b[${normal.y + 1};${Math.min(normal.x, core.cols - 1) + 1}H`);
  }
  if (isAlternate || hasMemory(alt) || hasKeyboard(tracked.keyboards.alternate)) {
    writer.setPen(plainStyle);
    writer.push('\u001b[?47h');
    if (isAlternate) writer.push('\u001b[H');
    if (isAlternate) writeLines(writer, core, { buffer: alt, from: alt.ybase });
    else writeSavedCursor(writer, core, alt);
    writeScreenState(writer, core, alt);
    writeKeyboard(writer, tracked.keyboards.alternate);
    if (!isAlternate) writer.push('\u001b[?47l');
  }
  writeNames(writer, core);
  writeOptions(writer, emulator);
  writeCursor(writer, core);
  writeLateModes(writer, core);
  return writer.text;
}

/** Lines from `from` on. The cursor is saved where it was, while its row is still empty: a pending wrap included. */
function writeLines(
  writer: RowWriter,
  core: Core,
  { buffer, from }: { readonly buffer: ScreenBuffer; readonly from: number },
): void {
  const found: Line[] = [];
  for (let index = from; index < buffer.lines.length; index += 1) {
    const line = buffer.lines.get(index);
    if (line !== undefined) found.push(line);
  }
  const savedAt = Math.min(found.length - 1, Math.max(0, buffer.savedY - from));
  writer.writeLines(found, (index) => {
    if (index === savedAt && hasMemory(buffer)) writeSave(writer, core, buffer);
  });
}

/** Tab stops and scroll region; leaves the cursor anywhere. */
function writeScreenState(writer: RowWriter, core: Core, buffer: ScreenBuffer): void {
  const { cols, rows } = core;
  const stops = Array.from({ length: cols }, (_, column) => column).filter(
    (column) => buffer.tabs[column] === true,
  );
  const isUsual = stops.length === Math.ceil(cols / 8) && stops.every((stop) => stop % 8 === 0);
  if (!isUsual) {
    writer.push(`\u001b[3g${stops.map((stop) => `\u001b[${stop + 1}G\u001bH`).join('')}`);
  }
  const { scrollTop, scrollBottom } = buffer;
  if (scrollTop !== 0 || scrollBottom !== rows - 1) {
    writer.push(`\u001b[${scrollTop + 1};${scrollBottom + 1}r`);
  }
}

/** Something was saved that the reset state would not restore. */
function hasMemory({ savedX, savedY, savedCurAttrData: pen, savedCharset }: ScreenBuffer): boolean {
  const isMoved = savedX !== 0 || savedY !== 0;
  return isMoved || pen.fg !== 0 || pen.bg !== 0 || savedCharset !== undefined;
}

/** On an empty screen. */
function writeSavedCursor(writer: RowWriter, core: Core, buffer: ScreenBuffer): void {
  const row = Math.min(core.rows - 1, Math.max(0, buffer.savedY - buffer.ybase));
  writer.push(`\u001b[${row + 1};1H`);
  if (hasMemory(buffer)) writeSave(writer, core, buffer);
}

/** Saves in the row of the cursor, which is empty, what was saved; the cursor ends in the first column. */
function writeSave(writer: RowWriter, { cols }: Core, buffer: ScreenBuffer): void {
  const { savedX, savedCurAttrData: pen, savedCharset } = buffer;
  const isPending = savedX >= cols;
  writer.setPen(plainStyle);
  writer.push(isPending ? `\u001b[${cols}G.` : `\u001b[${savedX + 1}G`);
  // Saving keeps the flag of extended attributes but not the attributes: any link sets the flag.
  const hasFlag = (pen.bg & 0x10000000) !== 0 && (pen.fg & 0x10000000) === 0;
  const extended = { _ext: 1 << 26, urlId: 0 };
  writer.setPen(styleOf({ fg: pen.fg, bg: pen.bg, extended }));
  const [open, close] = hasFlag ? ['\u001b]8;;about:\u001b\\', '\u001b]8;;\u001b\\'] : ['', ''];
  writer.push(`${open}${selectCharset(savedCharset)}\u001b7${selectCharset(undefined)}${close}`);
  writer.setPen(plainStyle);
  if (isPending) writer.push(`\u001b[${cols}G\u001b[X`);
  writer.push('\r');
}

function selectCharset(charset: Charset): string {
  return charset === undefined ? '\u001b(B' : `\u001b(${charsetFinal(charset)}`;
}

function hasKeyboard({ stack, flags }: Keyboard): boolean {
  return stack.length > 0 || flags !== 0;
}

function writeKeyboard(writer: RowWriter, { stack, flags }: Keyboard): void {
  const [base = flags, ...pushed] = [...stack, flags];
  if (base !== 0) writer.push(`\u001b[=${base};1u`);
  for (const one of pushed) writer.push(`\u001b[>${one}u`);
}

function writeCharsets(
  writer: RowWriter,
  { _charsetService: { _charsets: sets, glevel } }: Core,
): void {
  for (const [level, intermediate] of ['(', ')', '*', '+'].entries()) {
    const charset = sets[level];
    if (charset !== undefined) writer.push(`\u001b${intermediate}${charsetFinal(charset)}`);
  }
  const shift = ['', '\u000e', '\u001bn', '\u001bo'][glevel] ?? '';
  writer.push(shift);
}

/** Titles and icon names, those that were pushed first. */
function writeNames(writer: RowWriter, { _inputHandler: names }: Core): void {
  const write = (command: 1 | 2, stack: readonly string[], current: string): void => {
    for (const name of stack) {
      writer.push(`\u001b]${command};${name.slice(0, titleMax)}\u0007\u001b[22;${command}t`);
    }
    if (stack.length > 0 || current !== '') {
      writer.push(`\u001b]${command};${current.slice(0, titleMax)}\u0007`);
    }
  };
  write(1, names._iconNameStack, names._iconName);
  write(2, names._windowTitleStack, names._windowTitle);
}

const cursorStyles = { block: 1, underline: 3, bar: 5 } as const;
const mouseModes: Readonly<Record<string, number>> = { X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 };
const mouseEncodings: Readonly<Record<string, number>> = { SGR: 1006, SGR_PIXELS: 1016 };

/** Everything that does not depend on the cursor and that the cursor does not depend on. */
function writeOptions(writer: RowWriter, { core, tracked }: Emulator): void {
  const { coreService, coreMouseService, optionsService } = core;
  const modes = coreService.decPrivateModes;
  const set = (mode: number | undefined, isSet: boolean): void => {
    if (isSet && mode !== undefined) writer.push(`\u001b[?${mode}h`);
  };
  for (const [key, value] of tracked.colors) writer.push(`\u001b]${key};${value}\u0007`);
  for (const [resource, value] of tracked.keyResources)
    writer.push(`\u001b[>${resource};${value}m`);
  for (const [mode, isSet] of tracked.modes) writer.push(`\u001b[?${mode}${isSet ? 'h' : 'l'}`);
  set(1, modes.applicationCursorKeys);
  set(66, modes.applicationKeypad);
  set(12, optionsService.rawOptions.cursorBlink);
  set(45, modes.reverseWraparound);
  set(2004, modes.bracketedPasteMode);
  set(1004, modes.sendFocus);
  set(mouseModes[coreMouseService.activeProtocol], true);
  set(mouseEncodings[coreMouseService.activeEncoding], true);
  const { cursorStyle, cursorBlink } = modes;
  if (cursorStyle !== undefined) {
    writer.push(`\u001b[${cursorStyles[cursorStyle] + (cursorBlink === true ? 0 : 1)} q`);
  }
}

/** Position, pen and character sets; what a pending wrap needs is printed before they change what is printed. */
function writeCursor(writer: RowWriter, core: Core): void {
  const { active } = core.buffers;
  const { x, y, ybase, scrollTop, lines } = active;
  const { origin } = core.coreService.decPrivateModes;
  const line = lines.get(ybase + y);
  if (origin) writer.push('\u001b[?6h');
  const row = origin ? Math.max(0, y - scrollTop) : y;
  const isPending =
    x >= core.cols &&
    line !== undefined &&
    (writer.writePendingWrap(line, row + 1) || writer.writeErasedPendingWrap(line, row + 1));
  writeCharsets(writer, core);
  if (!isPending && isStrayCharset(core, active)) {
    writer.push('\u001b8');
    writer.forgetPen();
  }
  if (!isPending) writer.push(`\u001b[${row + 1};${Math.min(x, core.cols - 1) + 1}H`);
  writer.setPenTo(core._inputHandler._curAttrData);
}

/** Restoring a cursor brings its character set back without changing G0 to G3. */
function isStrayCharset({ _charsetService }: Core, { savedCharset }: ScreenBuffer): boolean {
  const { charset, glevel, _charsets: sets } = _charsetService;
  return charset !== sets[glevel] && charset === savedCharset;
}

/** What would have changed the writing above. */
function writeLateModes(writer: RowWriter, { coreService, optionsService }: Core): void {
  const { modes, decPrivateModes } = coreService;
  if (modes.insertMode) writer.push('\u001b[4h');
  if (optionsService.rawOptions.convertEol) writer.push('\u001b[20h');
  if (!decPrivateModes.wraparound) writer.push('\u001b[?7l');
  if (coreService.isCursorHidden) writer.push('\u001b[?25l');
  if (decPrivateModes.synchronizedOutput) writer.push('\u001b[?2026h');
}
