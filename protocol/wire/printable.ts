/**
 * Text from agents, terminals, repositories and peers is data. These make it safe to show: nothing in it can move a
 * cursor, change direction, start a link or hide.
 */

// C0, DEL, C1; bidi controls; zero-width and other invisible format characters; lone surrogates.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line with every unsafe character removed, cut to `maxChars` with an ellipsis. */
export function toPlainLine(text: string, maxChars = 256): string {
  const line = text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(unsafe, '')
    .trim();
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}

/** Text whose unsafe characters are shown as `\u{…}`; newlines and tabs stay. */
export function toVisibleText(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
