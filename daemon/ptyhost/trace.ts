/**
 * What the output changed beyond what it drew: modes, margins, names, looks. Remembered longer than the ring holds the bytes,
 * so that a screen can be made behind bytes that were lost. Deliberately no parser of screens: it knows which sequences
 * only draw, keeps the last of those that set one thing to one value, and counts everything else as unknown.
 */
import { isUtf8 } from 'node:buffer';
import { Spots } from './spots.ts';

/** What bytes changed that are lost. */
export interface Traces {
  /** Nothing but what was drawn and what follows here. */
  readonly isKnown: boolean;
  /** Colours and the like of what is written next. */
  readonly looks: boolean;
  /** A cursor was saved. */
  readonly saves: boolean;
  /** The other screen was shown, be it for a moment. */
  readonly switches: boolean;
  /** Sets everything else again, in the order in which it was set. */
  readonly replay: string;
}

type State = 'ground' | 'escape' | 'intermediate' | 'control' | 'string' | 'other';

interface Change {
  readonly seq: number;
  /** Several are set by one sequence. */
  readonly order: number;
  /** Of a private mode whether it is set, of anything else the sequence. */
  readonly value: boolean | string;
}

type Found = Change & { readonly key: number | string };

const escape = 0x1b;
const [bracket, questionMark, zero] = [0x5b, 0x3f, 0x30];
const [setFinal, resetFinal, lookFinal] = [0x68, 0x6c, 0x6d];
const [shiftOut, shiftIn] = [0x0e, 0x0f];
/** The first byte of the controls that UTF-8 needs two for. */
const lead = 0xc2;
/** A hostile program may name thousands. */
const keysMax = 64;
/** Who asks has seen what came after the last of these. */
const changesMax = 16;
const sequenceMax = 1024;
/**
 * Looking at escapes may take so much of the time, and so much at once: of a flood of them nothing is known. Counted by
 * what a byte costs, not by the clock, which runs on while others have the processor.
 */
const timeShare = 0.03;
const timeMaxMs = 100;
const scannedMs = 4e-6;
const steppedMs = 60e-6;
const changedMs = 200e-6;
const looksGrain = 4096;

/** 1: something may begin here that is more than text. */
const special = new Uint8Array(256);
for (const byte of [escape, lead, shiftOut, shiftIn]) special[byte] = 1;

/** 1: a control sequence with this last byte and nothing but numbers before it draws, or asks. */
const draws = new Uint8Array(256);
for (const final of 'ABCDEFGHIJKLMPSTXZ@`abcdefn') draws[final.charCodeAt(0)] = 1;
/** They change more than themselves: columns, the cursor, which screen is shown. */
const entangled = new Set([2, 3, 6, 47, 1047, 1048, 1049]);
const saving = new Set([1048, 1049]);
const switching = new Set([47, 1047, 1049]);
const [toNormal, toAlternate] = ['\u001b[?47l', '\u001b[?47h'];
const noMargins = '\u001b[r';
/** Of what was set one behind the other, characters. */
const marginsMax = 96;
const modeMax = 0xffff;
const keypadMode = 66;

/** Questions, and what concerns the window but not the stack of its names. */
const harmlessControls = /^\?[\d;]*[JKncum]$|^[>=]\d*[cq]$|\$p$|^(?!2[23])[\d;]*t$/;
/** The cursor's shape, inserting, line feeds, how keys are told apart: the last one counts. */
const absoluteControls = /^(\d*)( q)$|^(4|20)[hl]$|^>(\d+)(?:;\d+)?[mn]$/;
/** Links, notices, marks, questions for colours. */
const harmlessStrings = /^(?:[789]|52|133|633|777|1337|750[12])(?:;|$)|^(?:4;\d+|1[0-2]);\?$/;
const naming = /^([012]);(.*)$/s;
const coloring = /^1[01]?([0-2])(?:;[#\w:/]+)?$/;
/** Of which screen. */
const margins = new Set<number | string>(['normal', 'alternate']);
const charsets = new Set(['(', ')', '*', '+', 'shift']);
const plainCharsets = /^(?:\u001b[()*+]B|\u000f)$/;

export class Trace {
  readonly #unknown = new Spots(0);
  readonly #looks = new Spots(looksGrain);
  readonly #saves = new Spots(0);
  readonly #restores = new Spots(0);
  readonly #switches = new Spots(0);
  readonly #changes = new Map<number | string, Change[]>();
  #isAlternate = false;
  #state: State = 'ground';
  #wasLead = false;
  /** The sequence so far, behind what began it. */
  #text = '';
  /** Seq of its first byte. */
  #from = 0;
  #order = 0;
  #leftMs = timeMaxMs;
  #lookedAt = performance.now();

  /** `seq` is that of the first of these bytes. */
  push(bytes: Uint8Array, seq: number): void {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#isOnGround && !hasSpecial(view)) return;
    const now = performance.now();
    this.#leftMs = Math.min(timeMaxMs, this.#leftMs + (now - this.#lookedAt) * timeShare);
    this.#lookedAt = now;
    if (this.#leftMs > 0) this.#look(view, seq);
    else this.#skip(seq, seq + view.length);
  }

  /** A terminal of another size has no margins. */
  resized(seq: number): void {
    this.#from = this.#state === 'ground' ? seq : this.#from;
    // Each screen has its own.
    this.#change('normal', noMargins);
    this.#change('alternate', noMargins);
  }

  /** Of the bytes from `from` to before `to`, with the resizes at both. */
  describe(from: number, to: number): Traces {
    const found: Found[] = [];
    for (const [key, changes] of this.#changes) {
      // A resize at `to` comes before what follows.
      const last = changes.findLast(({ seq }) => seq < to + (margins.has(key) ? 1 : 0));
      if (last !== undefined && last.seq >= from) found.push({ ...last, key });
    }
    found.sort((left, right) => left.order - right.order);
    const restores = this.#restores.hasAny(from, to);
    const switches = this.#switches.hasAny(from, to);
    // What is restored brings its character set with it.
    const isCharsetKnown = !found.some(
      ({ key, value }) => charsets.has(String(key)) && !plainCharsets.test(String(value)),
    );
    return {
      isKnown: !this.#unknown.hasAny(from, to) && (isCharsetKnown || !restores),
      looks: restores || this.#looks.hasAny(from, to),
      saves: this.#saves.hasAny(from, to),
      switches,
      replay: toReplay(found, switches),
    };
  }

  get #isOnGround(): boolean {
    return this.#state === 'ground' && !this.#wasLead;
  }

  #look(view: Buffer, seq: number): void {
    let stepped = 0;
    for (let at = 0; at < view.length; at += 1) {
      if (this.#isOnGround) at = this.#scan(view, at, seq);
      if (at === view.length) break;
      this.#step(view[at] ?? 0, seq + at);
      stepped += 1;
    }
    this.#leftMs -= view.length * scannedMs + stepped * steppedMs;
  }

  #skip(from: number, to: number): void {
    this.#unknown.add(from, to);
    this.#enter('ground');
    this.#wasLead = false;
  }

  /** The offset of what does more than draw, or is not whole: most sequences begin and end here. */
  #scan(view: Buffer, from: number, seq: number): number {
    let at = from;
    for (;;) {
      while (at < view.length && special[view[at] as number] === 0) at += 1;
      if (at === view.length || view[at] !== escape || view[at + 1] !== bracket) return at;
      const isPrivate = view[at + 2] === questionMark;
      let end = at + (isPrivate ? 3 : 2);
      while (end < view.length && isNumeric(view[end] as number)) end += 1;
      if (end === view.length) return at;
      const final = view[end] as number;
      if (final === lookFinal && !isPrivate) this.#looks.add(seq + at, seq + end + 1);
      else if (isPrivate ? !this.#setMode(view, at, { end, seq }) : draws[final] === 0) return at;
      at = end + 1;
    }
  }

  /** `CSI ? number h` or `l` from `at` to `end`; false when it is another. */
  #setMode(
    view: Buffer,
    at: number,
    { end, seq }: { readonly end: number; readonly seq: number },
  ): boolean {
    const isSet = view[end] === setFinal;
    if (!isSet && view[end] !== resetFinal) return false;
    let mode = 0;
    for (let index = at + 3; index < end; index += 1) {
      const digit = (view[index] as number) - zero;
      if (digit > 9) return false;
      mode = mode * 10 + digit;
    }
    if (!isSwitch(mode)) return false;
    this.#from = seq + at;
    this.#change(mode, isSet);
    return true;
  }

  #step(byte: number, seq: number): void {
    if (this.#wasLead && byte >= 0x80 && byte < 0xa0) this.#unknown.add(seq, seq + 1);
    this.#wasLead = byte === lead;
    if (byte === escape) return this.#escape(seq);
    if (byte === 0x18 || byte === 0x1a) return this.#enter('ground');
    if (byte === shiftOut || byte === shiftIn) this.#shift(byte, seq);
    switch (this.#state) {
      case 'escape':
        return this.#afterEscape(byte, seq);
      case 'intermediate':
        return this.#inIntermediate(byte, seq);
      case 'control':
        return this.#inControl(byte, seq);
      case 'string':
        if (byte === 0x07) return this.#endString(seq);
        return this.#keep(byte);
      case 'ground':
      case 'other':
    }
  }

  #shift(byte: number, seq: number): void {
    if (this.#state === 'ground') this.#from = seq;
    this.#change('shift', String.fromCharCode(byte));
  }

  /** It ends a string and begins a sequence. */
  #escape(seq: number): void {
    if (this.#state === 'string') this.#endString(seq);
    this.#enter('escape');
    this.#from = seq;
  }

  #afterEscape(byte: number, seq: number): void {
    const character = String.fromCharCode(byte);
    this.#enter('ground');
    if (character === '[') this.#enter('control');
    else if (character === ']') this.#enter('string');
    else if ('PX^_'.includes(character)) this.#enter('other');
    else if ('=>'.includes(character)) this.#change(keypadMode, character === '=');
    else if ('no'.includes(character)) this.#change('shift', `\u001b${character}`);
    else if (character === '7') this.#saves.add(this.#from, seq + 1);
    else if (character === '8') this.#restores.add(this.#from, seq + 1);
    else if (byte >= 0x20 && byte < 0x30) this.#enter('intermediate', character);
    else if (!'DEM\\'.includes(character)) this.#unknown.add(this.#from, seq + 1);
  }

  #inIntermediate(byte: number, seq: number): void {
    if (byte < 0x20) return;
    this.#keep(byte);
    if (byte < 0x30) return;
    const [which = '', set, ...rest] = this.#text;
    const isCharset = charsets.has(which) && set !== undefined && rest.length === 0;
    if (isCharset) this.#change(which, `\u001b${which}${set}`);
    else this.#unknown.add(this.#from, seq + 1);
    this.#enter('ground');
  }

  #inControl(byte: number, seq: number): void {
    if (byte >= 0x20) this.#keep(byte);
    if (byte < 0x40 || byte === 0x7f) return;
    this.#endControl(this.#text, seq);
    this.#enter('ground');
  }

  #endControl(text: string, seq: number): void {
    const final = text.charCodeAt(text.length - 1);
    const isNumbers = /^[\d;:]*.$/.test(text);
    if (isNumbers && final === lookFinal) return this.#looks.add(this.#from, seq + 1);
    if (isNumbers && draws[final] === 1) return;
    if (text === 's') return this.#saves.add(this.#from, seq + 1);
    if (text === 'u') return this.#restores.add(this.#from, seq + 1);
    if (text.startsWith('?') && this.#endPrivate(text, seq)) return;
    if (/^[\d;]*r$/.test(text)) return this.#setMargins(text, seq);
    const [, , shape, other, keys] = absoluteControls.exec(text) ?? [];
    const key = shape ?? other ?? keys;
    if (key !== undefined) this.#change(keys === undefined ? key : `>${keys}`, `\u001b[${text}`);
    else if (!harmlessControls.test(text)) this.#unknown.add(this.#from, seq + 1);
  }

  /**
   * Margins that do not fit a terminal leave the ones before in force, and how high it is nobody knows here: those that fit
   * every one stand alone, others behind what was set before them.
   */
  #setMargins(text: string, seq: number): void {
    const [first = 0, bottom = 0] = text.slice(0, -1).split(';').map(Number);
    const top = Math.max(1, first);
    if (bottom > 0 && bottom <= top) return;
    const set = `\u001b[${text}`;
    const last = this.#changes.get(this.#screen)?.at(-1)?.value ?? '';
    const before = top === 1 ? '' : String(last).replace(set, '');
    if (before.length + set.length > marginsMax) this.#unknown.add(this.#from, seq + 1);
    // One that is too long stays until margins fit every terminal: what comes behind it is not known either.
    if (before.length <= marginsMax) this.#change(this.#screen, `${before}${set}`);
  }

  /** True: modes that are on or off, cursors, screens, and nothing else. */
  #endPrivate(text: string, seq: number): boolean {
    const final = text.at(-1);
    if (final !== 'h' && final !== 'l') return false;
    const modes = text.slice(1, -1).split(';').map(Number);
    const isKnown = (mode: number): boolean =>
      isSwitch(mode) || saving.has(mode) || switching.has(mode);
    if (!modes.every(isKnown)) return false;
    for (const mode of modes) {
      if (isSwitch(mode)) this.#change(mode, final === 'h');
      if (saving.has(mode)) (final === 'h' ? this.#saves : this.#restores).add(this.#from, seq + 1);
      if (switching.has(mode)) this.#switch(final === 'h', seq);
    }
    return true;
  }

  #switch(isAlternate: boolean, seq: number): void {
    this.#isAlternate = isAlternate;
    this.#switches.add(this.#from, seq + 1);
    this.#change('screen', isAlternate ? toAlternate : toNormal);
    // It is made anew when it is left.
    if (!isAlternate) this.#change('alternate', noMargins);
  }

  get #screen(): 'normal' | 'alternate' {
    return this.#isAlternate ? 'alternate' : 'normal';
  }

  #endString(seq: number): void {
    const text = this.#text;
    const [, which, name] = naming.exec(text) ?? [];
    const [, color] = coloring.exec(text) ?? [];
    const isLost = text.length === sequenceMax || !isUtf8(Buffer.from(text, 'latin1'));
    if (isLost) this.#unknown.add(this.#from, seq + 1);
    else if (which !== undefined && name !== undefined) this.#name(which, name);
    else if (color !== undefined) this.#change(`]${color}`, `\u001b]${text}\u0007`);
    else if (text.startsWith('8;')) this.#looks.add(this.#from, seq + 1);
    else if (!harmlessStrings.test(text)) this.#unknown.add(this.#from, seq + 1);
    this.#enter('ground');
  }

  #name(which: string, bytes: string): void {
    const name = Buffer.from(bytes, 'latin1').toString('utf8');
    if (which !== '1') this.#change('title', `\u001b]2;${name}\u0007`);
    if (which !== '2') this.#change('icon', `\u001b]1;${name}\u0007`);
  }

  #change(key: number | string, value: boolean | string): void {
    this.#leftMs -= changedMs;
    this.#order += 1;
    const change = { seq: this.#from, order: this.#order, value };
    const changes = this.#changes.get(key);
    if (changes === undefined && this.#changes.size === keysMax)
      return this.#unknown.add(this.#from, this.#from + 1);
    if (changes === undefined) return void this.#changes.set(key, [change]);
    changes.push(change);
    if (changes.length > changesMax) changes.shift();
  }

  #keep(byte: number): void {
    if (this.#text.length < sequenceMax) this.#text += String.fromCharCode(byte);
  }

  #enter(state: State, text = ''): void {
    this.#state = state;
    this.#text = text;
  }
}

/** Margins belong to a screen: where there were two, each gets its own, and the one shown comes last. */
function toReplay(found: readonly Found[], switches: boolean): string {
  const texts = (isWanted: (key: Found['key']) => boolean): string =>
    found
      .filter(({ key }) => isWanted(key))
      .map(toSequence)
      .join('');
  if (!switches) return texts(() => true);
  const normal = texts((key) => key === 'normal');
  const isAlternate = found.some(({ value }) => value === toAlternate);
  const shown = isAlternate ? `${toAlternate}${texts((key) => key === 'alternate')}` : '';
  return `${toNormal}${normal}${shown}${texts((key) => key !== 'screen' && !margins.has(key))}`;
}

function toSequence({ key, value }: Found): string {
  return typeof value === 'string' ? value : `\u001b[?${key}${value ? 'h' : 'l'}`;
}

function isSwitch(mode: number): boolean {
  return Number.isInteger(mode) && mode <= modeMax && !entangled.has(mode);
}

function isNumeric(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x3b;
}

function hasSpecial(view: Buffer): boolean {
  return [escape, lead, shiftOut, shiftIn].some((byte) => view.includes(byte));
}
