/** Finds the keys that leave a session in what a person types, and passes everything else on. */
import { CommandError } from '../output/output.ts';
import { readKey } from './key.ts';
import type { Key } from './key.ts';

/** One key of the combination. */
export type Stroke = Pick<Key, 'character' | 'ctrl'>;

/** The strokes of `ctrl-],d`; none for `none`. Throws CommandError `usage` for anything that is not one or two keys. */
export function parseDetachKey(text: string): readonly Stroke[] {
  if (text === 'none') return [];
  const match = /^ctrl-([a-z\]\\^_])(?:,(ctrl-)?([!-+\--~]))?$/.exec(text.toLowerCase());
  const [, first, secondCtrl, second] = match ?? [];
  if (first === undefined) {
    throw new CommandError(
      'usage',
      `"${text}" is not a detach key.`,
      'Give ctrl-<key>, ctrl-<key>,<key> or none.',
    );
  }
  const strokes: Stroke[] = [{ character: first, ctrl: true }];
  if (second !== undefined) strokes.push({ character: second, ctrl: secondCtrl !== undefined });
  return strokes;
}

/** What a person reads: `Ctrl-] d`. */
export function describeDetachKey(strokes: readonly Stroke[]): string {
  return strokes
    .map(({ character, ctrl }) => (ctrl ? `Ctrl-${character.toUpperCase()}` : character))
    .join(' ');
}

export interface Scanned {
  /** What goes to the program. */
  readonly pass: Uint8Array;
  /** The detach key was completed; what followed it is dropped. */
  readonly detach: boolean;
}

/**
 * The first stroke is held until the next key: the second one detaches, the first one again passes one of them on, any
 * other passes both on. A release of a key, as the kitty protocol reports it, decides nothing.
 */
export class DetachScanner {
  readonly #strokes: readonly Stroke[];
  /** Bytes of the first stroke, while the second is awaited. */
  #held = '';
  /** The beginning of a sequence whose end has not come yet. */
  #partial = '';

  constructor(strokes: readonly Stroke[]) {
    this.#strokes = strokes;
  }

  push(bytes: Uint8Array): Scanned {
    if (this.#strokes.length === 0) return { pass: bytes, detach: false };
    const text = this.#partial + Buffer.from(bytes).toString('latin1');
    this.#partial = '';
    let pass = '';
    let at = 0;
    while (at < text.length) {
      const read = readKey(text, at);
      if (read.found === 'partial') {
        this.#partial = text.slice(at);
        break;
      }
      const raw = text.slice(at, at + read.length);
      at += read.length;
      const step = read.found === 'key' ? this.#step(read.key, raw) : this.#passOn(raw);
      if (step === 'detach') return { pass: Buffer.from(pass, 'latin1'), detach: true };
      pass += step;
    }
    return { pass: Buffer.from(pass, 'latin1'), detach: false };
  }

  #step(key: Key, raw: string): string {
    const [first, second] = this.#strokes;
    if (this.#held === '') {
      if (!isStroke(key, first)) return raw;
      if (second === undefined) return 'detach';
      this.#held = raw;
      return '';
    }
    if (key.released) {
      this.#held += raw;
      return '';
    }
    if (isStroke(key, second)) return 'detach';
    if (isStroke(key, first)) {
      this.#held = '';
      return raw;
    }
    return this.#passOn(raw);
  }

  #passOn(raw: string): string {
    const passed = this.#held + raw;
    this.#held = '';
    return passed;
  }
}

function isStroke(key: Key, stroke: Stroke | undefined): boolean {
  if (stroke === undefined || key.released) return false;
  return key.character === stroke.character && key.ctrl === stroke.ctrl;
}
