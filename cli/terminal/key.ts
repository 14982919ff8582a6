/** Keys as terminals send them: as bytes, as `CSI … u` (kitty keyboard), or as `CSI 27 ; … ~` (modifyOtherKeys). */

/** One key press, repeat or release. `character` is the key without modifiers, lower case. */
export interface Key {
  readonly character: string;
  readonly ctrl: boolean;
  readonly released: boolean;
}

/** What stands at a position: a key, something that is no key of interest, or the beginning of a sequence. */
export type ReadKey =
  | { readonly found: 'key'; readonly key: Key; readonly length: number }
  | { readonly found: 'other'; readonly length: number }
  | { readonly found: 'partial' };

const kitty = /^\u001b\[(\d+)(?::\d*)*(?:;(\d*)(?::(\d+))?)?(?:;[\d:]*)?u/;
const otherKeys = /^\u001b\[27;(\d+);(\d+)~/;
const unfinished = /^\u001b\[\d[\d;:]*$/;
const longestSequence = 64;

const modifierBits = { alt: 2, ctrl: 4, super: 8 };
/** Keys that stand for a modifier itself, which the kitty protocol may report on their own. */
const modifierKeys = { first: 57_441, last: 57_454 };

/** Reads what stands at `at`; `text` holds one byte per character (latin1). */
export function readKey(text: string, at: number): ReadKey {
  const code = text.charCodeAt(at);
  if (code !== 0x1b) return { found: 'key', key: keyOfByte(code), length: 1 };
  const rest = text.slice(at, at + longestSequence);
  const sequence = kitty.exec(rest);
  if (sequence !== null) {
    const [{ length }, character = '', modifiers = '', event = ''] = sequence;
    return { ...keyOfNumbers(Number(character), Number(modifiers), event === '3'), length };
  }
  const modified = otherKeys.exec(rest);
  if (modified !== null) {
    const [{ length }, modifiers = '', character = ''] = modified;
    return { ...keyOfNumbers(Number(character), Number(modifiers), false), length };
  }
  return unfinished.test(rest) ? { found: 'partial' } : { found: 'other', length: 1 };
}

function keyOfByte(code: number): Key {
  if (code >= 0x20) {
    return { character: String.fromCharCode(code), ctrl: false, released: false };
  }
  const character = String.fromCharCode(code | 0x40).toLowerCase();
  return { character, ctrl: true, released: false };
}

function keyOfNumbers(
  code: number,
  modifiers: number,
  released: boolean,
): { found: 'key'; key: Key } {
  const bits = Math.max(0, modifiers - 1);
  const isModifier = code >= modifierKeys.first && code <= modifierKeys.last;
  const isPlain = (bits & (modifierBits.alt | modifierBits.super)) === 0;
  const character = isPlain && code <= 0x10_ffff ? String.fromCodePoint(code).toLowerCase() : '';
  const ctrl = (bits & modifierBits.ctrl) !== 0;
  return { found: 'key', key: { character, ctrl, released: released || isModifier } };
}
