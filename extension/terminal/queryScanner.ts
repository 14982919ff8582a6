/**
 * Follows the output of a program just far enough to know which queries the terminal will answer, whether a sequence is
 * open, and whether the alternate screen shows. Reads text, changes nothing of it.
 */

/** What a terminal answers; each kind has its own form of reply (`replyFilter.ts`). */
export const queryKinds = [
  'primaryAttributes',
  'secondaryAttributes',
  'tertiaryAttributes',
  'status',
  'cursor',
  'extendedCursor',
  'colourScheme',
  'privateMode',
  'ansiMode',
  'version',
  'keyboard',
  'windowSize',
  'colour',
  'setting',
  'capability',
] as const;
export type QueryKind = (typeof queryKinds)[number];

type Phase =
  | 'ground'
  | 'escape'
  | 'intermediate'
  | 'csi'
  | 'osc'
  | 'dcs'
  | 'string'
  | 'stringEscape';

const longestKept = 256;

/** CSI sequences by their text without introducer. */
const csiQueries: readonly (readonly [RegExp, QueryKind])[] = [
  [/^0?c$/, 'primaryAttributes'],
  [/^>0?c$/, 'secondaryAttributes'],
  [/^=0?c$/, 'tertiaryAttributes'],
  [/^5n$/, 'status'],
  [/^6n$/, 'cursor'],
  [/^\?6n$/, 'extendedCursor'],
  [/^\?996n$/, 'colourScheme'],
  [/^\?\d+\$p$/, 'privateMode'],
  [/^\d+\$p$/, 'ansiMode'],
  [/^>0?q$/, 'version'],
  [/^\?u$/, 'keyboard'],
  [/^1[14689]t$/, 'windowSize'],
];
const alternateScreen = /^\?(?:\d+;)*(?:47|1047|1049)(?:;\d+)*([hl])$/;
/** What a program may write without moving the cursor but forward and down. */
const plainSequence = /^(?:[\d;:]*[mK]|\?(?:25|2004|2026)[hl])$/;
const colour = /^([\d;:]*)m$/;
const setsPenAnew = /^(?:0*$|0*;)/;
const plainModes = /^\?(25|2004|2026)([hl])$/;
const promptMode = /^\?(?:\d+;)*2004(?:;\d+)*([hl])$/;
const plainLinesMax = 10_000;
const colourQuery = /^(?:4|1[0-2]);/;

export class QueryScanner {
  #phase: Phase = 'ground';
  #kept = '';
  #returnTo: 'osc' | 'dcs' | 'string' = 'string';
  #alternate = false;
  #prompt = false;
  /** Undefined: nobody asks. */
  #lines: number | undefined;
  /** What is known of the colours that these lines have. */
  #pen: 'known' | 'asBefore' | 'unknown' = 'unknown';
  #modes = new Map<string, string>();
  readonly #found: (kind: QueryKind) => void;

  /** `found` is called for every query, in the order in which the terminal meets them. */
  constructor(found: (kind: QueryKind) => void) {
    this.#found = found;
  }

  /** No sequence is open: something of our own may be written here without damage. */
  get isGround(): boolean {
    return this.#phase === 'ground';
  }

  get isAlternateScreen(): boolean {
    return this.#alternate;
  }

  /** Lines begun since `cancel`, if nothing but lines came on the main screen: 0 when anything else did. */
  get plainLines(): number {
    return this.#lines ?? 0;
  }

  /** `asBefore`: no colour was chosen since `cancel`, so it is what it was then. */
  get penOfLines(): 'known' | 'asBefore' | 'unknown' {
    return this.#pen;
  }

  /** What these lines, or what stands between them, switched on and off last. */
  get modesOfLines(): string {
    return [...this.#modes].map(([mode, action]) => `\u001b[?${mode}${action}`).join('');
  }

  /** A line editor waits for input: it turns bracketed paste on for as long as it does. */
  get isAtPrompt(): boolean {
    return this.#prompt && !this.#alternate;
  }

  /** Whatever was open is over, because bytes are missing; the lines are counted from here. */
  cancel(): void {
    this.#enter('ground');
    this.#prompt = false;
    this.#lines = this.#alternate ? undefined : 0;
    this.#pen = 'asBefore';
    this.#modes.clear();
  }

  scan(text: string): void {
    let position = 0;
    while (position < text.length) {
      if (this.#phase === 'ground') {
        const from = position;
        position = findControl(text, position);
        if (this.#lines !== undefined) this.#countLines(text, from, position);
        if (position === text.length) return;
      }
      this.#step(text.charCodeAt(position), text.charAt(position));
      position += 1;
    }
  }

  #step(code: number, char: string): void {
    if (code === 0x18 || code === 0x1a) return this.#enter('ground');
    switch (this.#phase) {
      case 'ground':
        return this.#introduce(code);
      case 'escape':
        return this.#afterEscape(code);
      case 'intermediate':
        if (code >= 0x30) this.#enter('ground');
        return;
      case 'csi':
        return this.#inCsi(code, char);
      case 'osc':
      case 'dcs':
      case 'string':
        return this.#inString(this.#phase, code, char);
      case 'stringEscape':
        return this.#afterStringEscape(code);
    }
  }

  #countLines(text: string, from: number, to: number): void {
    let lines = this.#lines ?? 0;
    for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
      lines += 1;
    }
    this.#lines = Math.min(plainLinesMax, lines);
  }

  #introduce(code: number): void {
    if (code === 0x1b) this.#enter('escape');
    else if (code === 0x9b) this.#enter('csi');
    else if (code === 0x9d) this.#enter('osc');
    else if (code === 0x90) this.#enter('dcs');
    else if (code === 0x98 || code === 0x9e || code === 0x9f) this.#enter('string');
  }

  #afterEscape(code: number): void {
    if (code === 0x5b) this.#enter('csi');
    else if (code === 0x5d) this.#enter('osc');
    else if (code === 0x50) this.#enter('dcs');
    else if (code === 0x58 || code === 0x5e || code === 0x5f) this.#enter('string');
    else if (code >= 0x20 && code <= 0x2f) this.#enter('intermediate');
    else if (code === 0x63) this.#reset();
    else if (code !== 0x1b) this.#enter('ground');
    if (this.#phase === 'ground' || this.#phase === 'intermediate') this.#lines = undefined;
  }

  #inCsi(code: number, char: string): void {
    if (code === 0x1b) return this.#enter('escape');
    if (code < 0x20) return;
    this.#keep(char);
    if (code < 0x40) return;
    const text = this.#kept;
    this.#enter('ground');
    const alternate = alternateScreen.exec(text);
    if (alternate !== null) this.#alternate = alternate[1] === 'h';
    const prompt = promptMode.exec(text);
    if (prompt !== null) this.#prompt = prompt[1] === 'h';
    if (this.#lines !== undefined) this.#followLines(text);
    const query = csiQueries.find(([pattern]) => pattern.test(text));
    if (query !== undefined) this.#found(query[1]);
  }

  /** Lines before the pen was set anew may have any colour: those after it count. */
  #followLines(sequence: string): void {
    if (!plainSequence.test(sequence)) this.#lines = undefined;
    const [, mode, action = 'l'] = plainModes.exec(sequence) ?? [];
    if (mode !== undefined) this.#modes.set(mode, action);
    const pen = colour.exec(sequence)?.[1];
    if (pen === undefined || this.#pen === 'known') return;
    this.#pen = setsPenAnew.test(pen) ? 'known' : 'unknown';
    if (this.#pen === 'known') this.#lines = 0;
  }

  #inString(phase: 'osc' | 'dcs' | 'string', code: number, char: string): void {
    if (code === 0x1b) {
      this.#returnTo = phase;
      this.#phase = 'stringEscape';
    } else if (code === 0x9c || (code === 0x07 && phase === 'osc')) this.#endString(phase);
    else this.#keep(char);
  }

  /** ST is `ESC \`; any other byte after the ESC ends the string and begins a new sequence. */
  #afterStringEscape(code: number): void {
    this.#endString(this.#returnTo);
    if (code === 0x5c) return;
    this.#enter('escape');
    this.#afterEscape(code);
  }

  #endString(phase: 'osc' | 'dcs' | 'string'): void {
    const text = this.#kept;
    this.#enter('ground');
    if (phase === 'osc' && colourQuery.test(text)) {
      const asked = text.split(';').filter((part) => part === '?').length;
      for (let count = 0; count < asked; count += 1) this.#found('colour');
    }
    if (phase === 'dcs' && text.startsWith('$q')) this.#found('setting');
    if (phase === 'dcs' && text.startsWith('+q')) this.#found('capability');
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#kept = '';
  }

  #reset(): void {
    this.#enter('ground');
    this.#alternate = false;
    this.#prompt = false;
  }

  #keep(char: string): void {
    if (this.#kept.length < longestKept) this.#kept += char;
  }
}

/** Not a whole sequence that colours or erases in the line: those are most of what programs write, and ask nothing. */
const control = /\u001b(?!\[[\d;:]*[mK])|[\u0090\u0098\u009b\u009d-\u009f]/g;

/** Position of the next introducer that matters, or the end: all else is skipped by the regular expression engine. */
function findControl(text: string, from: number): number {
  control.lastIndex = from;
  return control.exec(text)?.index ?? text.length;
}
