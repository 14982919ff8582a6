/** What the bytes of a session have done to the terminal, as far as leaving it must undo it. */

const toggle = /\u001b\[\?([\d;]+)([hl])/g;
const alternateModes = new Set(['47', '1047', '1049']);
const sequenceStart = Buffer.from('\u001b[?');
/** A sequence may be cut by a chunk; none of interest is longer. */
const carryBytes = 24;
const tailBytes = 256;

/** Follows output; knows whether the alternate screen is shown and whether a sequence is open. */
export class ScreenFollower {
  #alternate: string | undefined;
  #tail = '';

  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const before = this.#tail.slice(-carryBytes);
    const isNear = /\u001b(?:\[(?:\?[\d;]*)?)?$/.test(before);
    if (isNear || chunk.indexOf(sequenceStart) !== -1)
      this.#apply(before + chunk.toString('latin1'));
    const end = chunk.subarray(-tailBytes).toString('latin1');
    this.#tail = (this.#tail + end).slice(-tailBytes);
  }

  #apply(text: string): void {
    for (const [, modes = '', action] of text.matchAll(toggle)) {
      const mode = modes.split(';').find((candidate) => alternateModes.has(candidate));
      if (mode !== undefined) this.#alternate = action === 'h' ? mode : undefined;
    }
  }

  /** A full-screen program is on: nothing of ours may be printed. */
  get isAlternate(): boolean {
    return this.#alternate !== undefined;
  }

  /** No sequence and no character is cut off at the end of what was seen. */
  get isAtRest(): boolean {
    const openSequence = /\u001b(?:[[(][\u0020-\u003f]*|[\]P_^X][^\u0007\u001b]*\u001b?)?$/;
    const openCharacter =
      /(?:[\u00c0-\u00ff]|[\u00e0-\u00ff][\u0080-\u00bf]|[\u00f0-\u00ff][\u0080-\u00bf]{2})$/;
    return !openSequence.test(this.#tail) && !openCharacter.test(this.#tail);
  }

  /** Puts the terminal back to what a shell expects. The order matters: the alternate screen is left first. */
  reset(): string {
    const leave = this.#alternate === undefined ? '' : `\u001b[<9u\u001b[?${this.#alternate}l`;
    return `\u001b\\${leave}${resetModes}`;
  }
}

/**
 * Ends an open string; pops the keyboard stack; DECSTBM (which moves the cursor, so it is saved around it); keypad,
 * cursor keys, mouse, focus, paste, synchronised output, colour scheme reports; insert off, wrap on, colours, character
 * sets, links, cursor shape and visibility.
 */
const resetModes = [
  '\u001b[<9u\u001b[>4m',
  '\u001b7\u001b[r\u001b8',
  '\u001b>\u001b[?1l',
  '\u001b[?9l\u001b[?1000l\u001b[?1001l\u001b[?1002l\u001b[?1003l',
  '\u001b[?1005l\u001b[?1006l\u001b[?1015l\u001b[?1016l',
  '\u001b[?1004l\u001b[?2004l\u001b[?2026l\u001b[?2031l',
  '\u001b[4l\u001b[?7h\u001b[m\u000f\u001b(B',
  '\u001b]8;;\u001b\\\u001b[0 q\u001b[?25h',
].join('');
