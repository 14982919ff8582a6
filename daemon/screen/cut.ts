type State = 'ground' | 'escape' | 'intermediate' | 'csi' | 'osc' | 'string';

const escape = 0x1b;

/**
 * Follows output from a point at which nothing was open, and knows the last place where it may be cut: between sequences
 * and characters, where what comes next joins nothing before it. Follows xterm's parser; who relies on a cut asks that
 * parser as well.
 */
export class CutFinder {
  #state: State = 'ground';
  #seen = 0;
  #cut = 0;
  /** The lead byte of the one-byte controls of UTF-8. */
  #isControlLead = false;
  /** The byte before was a printable of one byte. */
  #wasAscii = false;

  /** Bytes before the last cut. */
  get cut(): number {
    return this.#cut;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#step(byte);
      this.#seen += 1;
    }
  }

  #step(byte: number): void {
    const isControlLead = this.#isControlLead;
    this.#isControlLead = byte === 0xc2;
    if (isControlLead && byte >= 0x80 && byte < 0xa0) return this.#control(byte);
    if (byte >= 0x80) return this.#other();
    if (byte === escape) return this.#enter('escape');
    if (byte === 0x18 || byte === 0x1a) return this.#settle();
    if (this.#state === 'ground') this.#ground(byte);
    else this.#inSequence(byte);
  }

  #ground(byte: number): void {
    if (byte < 0x20) return this.#settle();
    if (byte === 0x7f) return;
    // In front of a printable of one byte nothing joins, whatever stands there.
    if (this.#wasAscii) this.#cut = this.#seen;
    this.#wasAscii = true;
  }

  #inSequence(byte: number): void {
    switch (this.#state) {
      case 'escape':
        return this.#afterEscape(byte);
      case 'intermediate':
        if (byte >= 0x30 && byte <= 0x7e) this.#settle();
        return;
      case 'csi':
        if (byte >= 0x40 && byte <= 0x7e) this.#settle();
        return;
      case 'osc':
        if (byte === 0x07) this.#settle();
        return;
      case 'string':
      case 'ground':
        return;
    }
  }

  #afterEscape(byte: number): void {
    if (byte < 0x20 || byte === 0x7f) return;
    if (byte === 0x5b) return this.#enter('csi');
    if (byte === 0x5d) return this.#enter('osc');
    if (byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f)
      return this.#enter('string');
    if (byte < 0x30) return this.#enter('intermediate');
    this.#settle();
  }

  #control(byte: number): void {
    if (byte === 0x9b) return this.#enter('csi');
    if (byte === 0x9d) return this.#enter('osc');
    if (byte === 0x90 || byte === 0x98 || byte === 0x9e || byte === 0x9f)
      return this.#enter('string');
    this.#settle();
  }

  /** Part of a longer character. */
  #other(): void {
    this.#wasAscii = false;
    if (this.#state !== 'osc' && this.#state !== 'string') this.#state = 'ground';
  }

  #enter(state: State): void {
    this.#state = state;
    this.#wasAscii = false;
  }

  /** A control or the end of a sequence: a cut is right behind it. */
  #settle(): void {
    this.#state = 'ground';
    this.#wasAscii = false;
    this.#cut = this.#seen + 1;
  }
}
