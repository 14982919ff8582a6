import { widthOf } from '../output/output.ts';

export interface PaneState {
  readonly cols: number;
  readonly rows: number;
  readonly cursor: { readonly x: number; readonly y: number; readonly isShown: boolean };
  /** Modes of the program in the pane that decide what keys send, as private modes of a terminal. */
  readonly modes: readonly number[];
  readonly isKeypadApplication: boolean;
  readonly isDead: boolean;
}

/** In the order of `parseState`; what a version of tmux does not know is empty. */
export const stateFormat = [
  '#{pane_width}',
  '#{pane_height}',
  '#{cursor_x}',
  '#{cursor_y}',
  '#{cursor_flag}',
  '#{keypad_flag}',
  '#{pane_dead}',
  '#{keypad_cursor_flag}',
  '#{mouse_standard_flag}',
  '#{mouse_button_flag}',
  '#{mouse_all_flag}',
  '#{mouse_sgr_flag}',
  '#{bracket_paste_flag}',
].join(',');
const modesOfState = [1, 1000, 1002, 1003, 1006, 2004];

export function parseState(line: string): PaneState {
  const [cols = 0, rows = 0, x = 0, y = 0, shown = 0, keypad = 0, dead = 0, ...flags] = line
    .split(',')
    .map(Number);
  return {
    ...{ cols, rows },
    cursor: { x, y, isShown: shown === 1 },
    modes: modesOfState.filter((_, index) => flags[index] === 1),
    isKeypadApplication: keypad === 1,
    isDead: dead === 1,
  };
}

/** What brings a terminal from the modes of before to those of now. */
export function switchModes(before: PaneState | undefined, now: PaneState): string {
  const old = before?.modes ?? [];
  const off = old.filter((mode) => !now.modes.includes(mode)).map((mode) => `\u001b[?${mode}l`);
  const on = now.modes.filter((mode) => !old.includes(mode)).map((mode) => `\u001b[?${mode}h`);
  const isSame = before?.isKeypadApplication === now.isKeypadApplication;
  const keypad = isSame ? '' : now.isKeypadApplication ? '\u001b=' : '\u001b>';
  return [...off, ...on].join('') + keypad;
}

export interface View {
  readonly cols: number;
  readonly rows: number;
}

/** The part of a pane that a view shows: all of it, else what is around the cursor. */
export function windowOn({ cols, rows, cursor }: PaneState, view: View): { x: number; y: number } {
  const shift = (size: number, shown: number, at: number): number =>
    Math.max(0, Math.min(size - shown, at - shown + 1));
  return { x: shift(cols, view.cols, cursor.x), y: shift(rows, view.rows, cursor.y) };
}

/** The columns of a captured line from `from` on, `width` of them, with their colours and nothing else. */
export function cutLine(line: string, from: number, width: number): string {
  let [at, isGraphic, cut] = [0, false, ''];
  for (const [part] of line.matchAll(pieces)) {
    if (part.startsWith('\u001b')) {
      if (isColor.test(part)) cut += part;
      continue;
    }
    if (part === '\u000e' || part === '\u000f') {
      isGraphic = part === '\u000e';
      continue;
    }
    if (part < ' ' || (part >= '\u007f' && part <= '\u009f')) continue;
    const columns = widthOf(part);
    if (at >= from && at + columns <= from + width)
      cut += isGraphic ? (graphics.get(part) ?? part) : part;
    else if (at < from && at + columns > from) cut += ' ';
    at += columns;
  }
  return cut;
}

/** Sequences whole, characters with what combines with them. */
const pieces =
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]?|[^\u001b](?:\p{M}|\u200d|\ufe0f)*/gsu;
const isColor = /^\u001b\[[\d;:]*m$/;
/** Line drawing of the VT100, which tmux gives back as letters. */
const graphics = new Map(
  Array.from('`◆a▒f°g±h▒i␋j┘k┐l┌m└n┼o⎺p⎻q─r⎼s⎽t├u┤v┴w┬x│y≤z≥{π|≠}£~·').flatMap(
    (letter, index, all): [string, string][] =>
      index % 2 === 0 ? [[letter, all[index + 1] ?? letter]] : [],
  ),
);
