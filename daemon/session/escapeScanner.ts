/** What a program tells its terminal about itself. All are text of others: cleaned before it is shown. */
export type TerminalReport =
  | { readonly type: 'title'; readonly text: string }
  | { readonly type: 'status'; readonly text: string }
  | { readonly type: 'mark'; readonly text: string }
  /** Output was skipped, and whatever it said. */
  | { readonly type: 'gap' };

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;

/** Dense colours are full of escapes that begin no string: the pair is looked for in one go. */
const stringBegin = Buffer.of(ESC, RIGHT_BRACKET);

type ScanState = 'ground' | 'escape' | 'string' | 'stringEscape';

/**
 * Finds OSC 0, 2, 7501 and 7502 in a byte stream cut anywhere. Keeps at most `maxBytes` of a string and drops one that is longer
 * whole. BEL and `ESC \` end a string; the one-byte ST does not, because it is also the middle of UTF-8 characters.
 */
export class EscapeScanner {
  #state: ScanState = 'ground';
  #kept: Uint8Array;
  #length = 0;
  #tooLong = false;
  readonly #maxBytes: number;

  constructor(maxBytes = 8192) {
    this.#maxBytes = maxBytes;
    this.#kept = new Uint8Array(256);
  }

  /** The reports that these bytes completed, in order. */
  push(bytes: Uint8Array): TerminalReport[] {
    const reports: TerminalReport[] = [];
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#state === 'ground') {
        offset = this.#seek(buffer, offset);
        continue;
      }
      const report = this.#step(bytes[offset] ?? 0);
      if (report !== undefined) reports.push(report);
      offset += 1;
    }
    return reports;
  }

  /** The offset behind the next beginning of a string, or the end. */
  #seek(buffer: Buffer, offset: number): number {
    const next = buffer.indexOf(stringBegin, offset);
    if (next !== -1) {
      this.#begin();
      return next + stringBegin.length;
    }
    if (buffer.at(-1) === ESC) this.#state = 'escape';
    return buffer.length;
  }

  #step(byte: number): TerminalReport | undefined {
    if (this.#state === 'string') return this.#stepString(byte);
    const endsString = this.#state === 'stringEscape' && byte === BACKSLASH;
    if (endsString) return this.#finish();
    if (byte === RIGHT_BRACKET) this.#begin();
    else this.#state = byte === ESC ? 'escape' : 'ground';
    return undefined;
  }

  #stepString(byte: number): TerminalReport | undefined {
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

  #finish(): TerminalReport | undefined {
    this.#state = 'ground';
    if (this.#tooLong) return undefined;
    const text = new TextDecoder().decode(this.#kept.subarray(0, this.#length));
    const separator = text.indexOf(';');
    if (separator === -1) return undefined;
    const rest = text.slice(separator + 1);
    const command = text.slice(0, separator);
    if (command === '0' || command === '2') return { type: 'title', text: rest };
    if (command === '7502') return { type: 'mark', text: rest };
    return command === '7501' && !rest.startsWith('?') ? { type: 'status', text: rest } : undefined;
  }
}
