import type { Notification } from './notification.ts';
import { KittyNotifications, parseOsc777, parseOsc9 } from './notification.ts';

/**
 * What a program tells its terminal about itself. All are text of others: cleaned before it is shown. `seq`: where in the
 * output it ended.
 */
export type TerminalReport = Said & { readonly seq: number };

type Said =
  | { readonly type: 'title'; readonly text: string }
  | { readonly type: 'status'; readonly text: string }
  | { readonly type: 'mark'; readonly text: string }
  | { readonly type: 'notification'; readonly notification: Notification }
  /** A string over the limit, of which only the beginning is known. */
  | { readonly type: 'oversized'; readonly about: Heading; readonly text: string }
  /** The text of a dialog of which the program said nothing. */
  | { readonly type: 'doubt'; readonly text: string }
  /** Output was skipped, and whatever it said. */
  | { readonly type: 'gap' };

type Heading = 'title' | 'status' | 'notification';

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;
/** Behind ESC: begin strings in which a BEL is text (DCS, SOS, PM, APC). */
const otherStrings = new Set([0x50, 0x58, 0x5e, 0x5f]);

/** Dense colours are full of escapes that begin no string: the pair is looked for in one go. */
const stringBegin = Buffer.of(ESC, RIGHT_BRACKET);

/** `otherString` lasts until the next ESC, whatever that begins. */
type ScanState = 'ground' | 'escape' | 'string' | 'stringEscape' | 'otherString';

const headings = new Map<string, Heading>([
  ['0', 'title'],
  ['2', 'title'],
  ['7501', 'status'],
  ['9', 'notification'],
  ['777', 'notification'],
  ['99', 'notification'],
]);
const oversizedShown = 64;

/**
 * Finds OSC 0, 2, 9, 99, 777, 7501 and 7502 and the bell in a byte stream cut anywhere. Keeps at most `maxBytes` of a string
 * and drops one that is longer whole. BEL and `ESC \` end a string; the one-byte ST does not, because it is also the middle
 * of UTF-8 characters. Of the bells in one push only the first is told.
 */
export class EscapeScanner {
  #state: ScanState = 'ground';
  #kept: Uint8Array;
  #length = 0;
  #tooLong = false;
  /** Of the first byte of the current push. */
  #seq = 0;
  /** Where the next bell may be told; behind the end once one was. */
  #bellFrom = 0;
  readonly #kitty = new KittyNotifications();
  readonly #maxBytes: number;

  constructor(maxBytes = 8192) {
    this.#maxBytes = maxBytes;
    this.#kept = new Uint8Array(256);
  }

  /** The next byte is this one: what was open before a gap stays unfinished. */
  moveTo(seq: number): void {
    this.#seq = seq;
    this.#state = 'ground';
  }

  /** The reports that these bytes completed, in order. */
  push(bytes: Uint8Array): TerminalReport[] {
    const reports: TerminalReport[] = [];
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#bellFrom = 0;
    let offset = 0;
    while (offset < buffer.length) {
      if (this.#state === 'ground') {
        offset = this.#seek(buffer, offset, reports);
        continue;
      }
      if (this.#state === 'otherString') {
        offset = this.#skipOther(buffer, offset);
        continue;
      }
      const said = this.#step(buffer[offset] ?? 0);
      offset += 1;
      if (said !== undefined) reports.push({ ...said, seq: this.#seq + offset });
    }
    this.#seq += buffer.length;
    return reports;
  }

  /** The offset behind the next beginning of a string, or the end. */
  #seek(buffer: Buffer, offset: number, reports: TerminalReport[]): number {
    const next = buffer.indexOf(stringBegin, offset);
    const end = next === -1 ? buffer.length : next;
    this.#findBell(buffer, offset, { end, reports });
    if (next !== -1) {
      this.#begin();
      return next + stringBegin.length;
    }
    const escape = buffer.lastIndexOf(ESC);
    if (escape < offset) return buffer.length;
    if (escape === buffer.length - 1) this.#state = 'escape';
    else if (otherStrings.has(buffer[escape + 1] ?? 0)) this.#state = 'otherString';
    return buffer.length;
  }

  /** The first bell of this push that stands between strings. */
  #findBell(
    buffer: Buffer,
    offset: number,
    { end, reports }: { readonly end: number; readonly reports: TerminalReport[] },
  ): void {
    if (this.#bellFrom >= end || offset >= end) return;
    let bell = buffer.indexOf(BEL, Math.max(offset, this.#bellFrom));
    while (bell !== -1 && bell < end) {
      const escape = buffer.lastIndexOf(ESC, bell);
      const isText = escape >= offset && otherStrings.has(buffer[escape + 1] ?? 0);
      if (!isText) {
        const notification: Notification = { channel: 'bell', text: '' };
        reports.push({ type: 'notification', notification, seq: this.#seq + bell + 1 });
        this.#bellFrom = buffer.length;
        return;
      }
      const after = buffer.indexOf(ESC, bell);
      bell = after === -1 ? -1 : buffer.indexOf(BEL, after);
    }
    // Where the next one stands is known: it is not looked for again before that.
    this.#bellFrom = bell === -1 ? buffer.length : bell;
  }

  #skipOther(buffer: Buffer, offset: number): number {
    const escape = buffer.indexOf(ESC, offset);
    if (escape === -1) return buffer.length;
    this.#state = 'escape';
    return escape + 1;
  }

  #step(byte: number): Said | undefined {
    if (this.#state === 'string') return this.#stepString(byte);
    const endsString = this.#state === 'stringEscape' && byte === BACKSLASH;
    if (endsString) return this.#finish();
    if (byte === RIGHT_BRACKET) this.#begin();
    else if (otherStrings.has(byte)) this.#state = 'otherString';
    else this.#state = byte === ESC ? 'escape' : 'ground';
    return undefined;
  }

  #stepString(byte: number): Said | undefined {
    if (byte === BEL) return this.#finish();
    if (byte === CAN || byte === SUB) this.#state = 'ground';
    else if (byte === ESC) this.#state = 'stringEscape';
    else this.#keep(byte);
    return undefined;
  }

  #begin(): void {
    this.#state = 'string';
    this.#length = 0;
    this.#tooLong = false;
  }

  #keep(byte: number): void {
    if (this.#length >= this.#maxBytes) {
      this.#tooLong = true;
      return;
    }
    if (this.#length === this.#kept.length) {
      const larger = new Uint8Array(Math.min(this.#maxBytes, this.#kept.length * 2));
      larger.set(this.#kept);
      this.#kept = larger;
    }
    this.#kept[this.#length] = byte;
    this.#length += 1;
  }

  #finish(): Said | undefined {
    this.#state = 'ground';
    const text = new TextDecoder().decode(this.#kept.subarray(0, this.#length));
    const separator = text.indexOf(';');
    if (separator === -1) return undefined;
    const rest = text.slice(separator + 1);
    const command = text.slice(0, separator);
    if (this.#tooLong) {
      const about = headings.get(command);
      return about && { type: 'oversized', about, text: text.slice(0, oversizedShown) };
    }
    return this.#toSaid(command, rest);
  }

  #toSaid(command: string, rest: string): Said | undefined {
    switch (command) {
      case '0':
      case '2':
        return { type: 'title', text: rest };
      case '7501':
        return rest.startsWith('?') ? undefined : { type: 'status', text: rest };
      case '7502':
        return { type: 'mark', text: rest };
      case '9':
        return toNotification(parseOsc9(rest));
      case '777':
        return toNotification(parseOsc777(rest));
      case '99':
        return toNotification(this.#kitty.push(rest));
      default:
        return undefined;
    }
  }
}

function toNotification(notification: Notification | undefined): Said | undefined {
  return notification && { type: 'notification', notification };
}
