import type { TerminalSize } from '../../protocol/wire/mark.ts';

/** `screen`: what is answered depends on what the program did to its terminal before. */
export type QueryReply = { readonly text: string } | 'screen';

/** The emulator behind stored screens is xterm's; what it says of itself is said without it. */
const fixed: ReadonlyMap<string, string> = new Map([
  ['c', '\u001b[?1;2c'],
  ['>c', '\u001b[>0;276;0c'],
  // No program knows the name, so none expects what only some terminals do.
  ['>q', '\u001bP>|waggle\u001b\\'],
  ['5n', '\u001b[0n'],
]);
const white = 'rgb:ffff/ffff/ffff';
const colours: ReadonlyMap<number, string> = new Map([
  [10, white],
  [11, 'rgb:0000/0000/0000'],
  [12, white],
]);
const colourQuery = /^\u001b\](1[0-2])((?:;\?)+)(\u0007|\u001b\\)$/;

/**
 * What a plain terminal of this size says to a query of `QueryFinder`. What only some terminals have (the kitty keyboard,
 * colour schemes) is not claimed: whoever attaches later may not have it.
 */
export function replyTo(query: string, { cols, rows }: TerminalSize): QueryReply {
  const colour = colourQuery.exec(query);
  if (colour !== null) return { text: replyToColours(colour) };
  const asked = query.slice(2).replace(/^(>?)0(?=[cq]$)/, '$1');
  if (asked === '18t') return { text: `\u001b[8;${rows};${cols}t` };
  const text = fixed.get(asked);
  return text === undefined ? 'screen' : { text };
}

/** Each further question is about the next number; the answer ends as the question did. */
function replyToColours([, first, questions = '', end]: RegExpExecArray): string {
  const numbers = Array.from({ length: questions.length / 2 }, (_, at) => Number(first) + at);
  return numbers
    .flatMap((number) => {
      const colour = colours.get(number);
      return colour === undefined ? [] : [`\u001b]${number};${colour}${end}`];
    })
    .join('');
}
