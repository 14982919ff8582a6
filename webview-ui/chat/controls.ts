/** Text of others with what could hide or turn it around shown as such. Joiners stay: emoji and scripts are made with them. */
import { toVisibleText } from '../../protocol/wire/printable.ts';

const joiner = /[\u200c\u200d]/;

/** For running text. What a permission is about goes through `toVisibleText`, which shows joiners too. */
export function showControls(text: string): string {
  if (!joiner.test(text)) return toVisibleText(text);
  return text
    .split(/([\u200c\u200d])/)
    .map((piece) => (joiner.test(piece) ? piece : toVisibleText(piece)))
    .join('');
}
