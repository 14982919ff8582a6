/**
 * A person's input on its way to a program, in order. Keys go out at once; a long paste goes in parts, each when the
 * program took the one before it, so that nothing of it is refused, and Ctrl+C ends it.
 */
import type { InputOutcome } from '../../protocol/wire/mark.ts';

export interface InputPumpOptions {
  readonly send: (bytes: Uint8Array) => Promise<InputOutcome>;
  /** Another window holds the session; `input` was not sent. */
  readonly denied: (input: string) => void;
  /** A paste takes its time. Undefined: it is over. */
  readonly progress: (state: { readonly sent: number; readonly total: number } | undefined) => void;
  readonly failed: (error: unknown) => void;
}

/** Up to here input is not worth waiting for. */
const promptBytes = 16 * 1024;
const partCharacters = 64 * 1024;
const retryFirstMs = 50;
const retryMostMs = 1000;
const progressEveryMs = 1000;
const interrupt = '\u0003';
const pasteBegin = '\u001b[200~';
const pasteEnd = '\u001b[201~';

export class InputPump {
  readonly #options: InputPumpOptions;
  readonly #encoder = new TextEncoder();
  /** What is left of a paste and what was typed after it. */
  #waiting = '';
  /** So much at its beginning was sent once and refused: what is refused next was typed behind it. */
  #refused = 0;
  #total = 0;
  #isBusy = false;
  #isPasting = false;
  #retry: { timer: NodeJS.Timeout; wake: () => void } | undefined;
  #disposed = false;

  constructor(options: InputPumpOptions) {
    this.#options = options;
  }

  write(input: string): void {
    if (this.#isBusy && input === interrupt) return this.#cancel();
    if (this.#isBusy || input.length > promptBytes) {
      this.#waiting += input;
      this.#total += input.length;
      if (!this.#isBusy) void this.#drain();
      return;
    }
    this.#options.send(this.#encoder.encode(input)).then(
      (outcome) => {
        if (outcome === 'denied') this.#options.denied(input);
        // Small as it is, it waits for its turn now.
        if (outcome === 'inputFull') this.#again(input);
      },
      (error: unknown) => this.#options.failed(error),
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.#waiting = '';
    this.#wake();
  }

  #again(input: string): void {
    if (this.#disposed) return;
    const [before, after] = [
      this.#waiting.slice(0, this.#refused),
      this.#waiting.slice(this.#refused),
    ];
    this.#waiting = before + input + after;
    this.#refused += input.length;
    this.#total += input.length;
    if (!this.#isBusy) void this.#drain();
  }

  /** The rest is forgotten; a program that was told of a paste is told that it ended. */
  #cancel(): void {
    this.#waiting = (this.#isPasting ? pasteEnd : '') + interrupt;
    this.#refused = 0;
    this.#wake();
  }

  async #drain(): Promise<void> {
    this.#isBusy = true;
    let saidAt = Date.now();
    let hasSaid = false;
    try {
      while (this.#waiting !== '' && !this.#disposed) {
        const part = takePart(this.#waiting);
        this.#waiting = this.#waiting.slice(part.length);
        this.#refused = Math.max(0, this.#refused - part.length);
        const outcome = await this.#sendPart(part);
        if (outcome === 'denied') this.#options.denied(part + this.#takeRest());
        if (outcome !== 'delivered') break;
        if (Date.now() - saidAt < progressEveryMs) continue;
        [saidAt, hasSaid] = [Date.now(), true];
        this.#sayProgress();
      }
    } catch (error) {
      this.#options.failed(error);
    } finally {
      [this.#isBusy, this.#isPasting, this.#waiting, this.#total] = [false, false, '', 0];
      this.#refused = 0;
      if (hasSaid) this.#options.progress(undefined);
    }
  }

  #takeRest(): string {
    const rest = this.#waiting;
    this.#waiting = '';
    return rest;
  }

  /** Refused while the program does not read: tried again until it does, or until the person gives up. */
  async #sendPart(part: string): Promise<InputOutcome> {
    for (let waitMs = retryFirstMs; ; waitMs = Math.min(retryMostMs, waitMs * 2)) {
      const outcome = await this.#options.send(this.#encoder.encode(part));
      if (outcome === 'delivered') this.#notePaste(part);
      if (outcome !== 'inputFull' || this.#disposed) return outcome;
      this.#sayProgress();
      await this.#pause(waitMs);
      if (this.#waiting.endsWith(interrupt)) return 'delivered';
    }
  }

  #notePaste(part: string): void {
    const began = part.lastIndexOf(pasteBegin);
    const ended = part.lastIndexOf(pasteEnd);
    if (began !== ended) this.#isPasting = began > ended;
  }

  #sayProgress(): void {
    const total = this.#total;
    this.#options.progress({ sent: total - this.#waiting.length, total });
  }

  #pause(waitMs: number): Promise<void> {
    return new Promise((wake) => {
      this.#retry = { timer: setTimeout(wake, waitMs), wake };
    });
  }

  #wake(): void {
    clearTimeout(this.#retry?.timer);
    this.#retry?.wake();
    this.#retry = undefined;
  }
}

/** Never half of a character that takes two units. */
function takePart(text: string): string {
  const last = text.charCodeAt(partCharacters - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, isHalf ? partCharacters - 1 : partCharacters);
}
