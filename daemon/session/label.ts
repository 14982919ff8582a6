import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

/** A name as it is kept: one line that cannot move a cursor. @throws WaggleError `badRequest` when nothing is left. */
export function toName(text: string): string {
  const name = toPlainLine(text, 128);
  if (name === '') throw new WaggleError('badRequest', 'A name needs a visible character.');
  return name;
}

/** Tags as they are kept: cleaned, each once, in the order given; what has nothing visible is left out. */
export function toTags(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => toPlainLine(text, 64)).filter((tag) => tag !== ''))];
}
