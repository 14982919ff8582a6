/** Output that no program would write: sequences of every kind in any order, for terminals that must survive it. */

export interface Random {
  /** A whole number from 0 to before `limit`. */
  below(limit: number): number;
}

/** The same numbers for the same seed. */
export function createRandom(seed: number): Random {
  // Neighbouring and large seeds must not begin alike, and zero would stay zero.
  const mixed =
    Math.imul(seed % 0xffffffff, 0x9e3779b1) ^ Math.imul(seed / 0x1_0000_0000, 0x85ebca6b);
  let state = mixed >>> 0 || 1;
  return {
    below(limit) {
      // xorshift, so that the low bits are as good as the high ones.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state % limit;
    },
  };
}

type Piece = (random: Random) => string;

const texts = [
  'a',
  'hello world ',
  '漢字',
  'e\u0301',
  '\u0301',
  '🙂',
  '─│┐',
  '    ',
  '한글',
  'x'.repeat(30),
];
const modes = [1, 3, 5, 6, 7, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006, 1016, 1047, 1048];
const moreModes = [1049, 1049, 2004, 2026, 2031, 9001];
const finals = 'ABCDEFGHIJKLMPSTXZ@`abdefg';
const escapes = [
  '7',
  '8',
  'D',
  'E',
  'H',
  'M',
  '=',
  '>',
  'n',
  'o',
  '|',
  '}',
  '~',
  '(0',
  '(B',
  ')0',
  '*A',
  '#8',
];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

const number: Piece = (random) => String(random.below(random.below(4) === 0 ? 300 : 24));

const colours: Piece = (random) => {
  const kinds = [
    String(random.below(10)),
    String(20 + random.below(10)),
    String(30 + random.below(20)),
    String(90 + random.below(18)),
    `38;5;${random.below(256)}`,
    `48;2;${random.below(256)};${random.below(256)};9`,
    `4:${random.below(6)}`,
    `58;5;${random.below(256)}`,
    '59',
    '53',
    '0',
  ];
  return `\u001b[${pick(random, kinds)}m`;
};

const pieces: readonly Piece[] = [
  (random) => pick(random, texts),
  (random) => pick(random, texts),
  (random) => pick(random, texts),
  (random) => pick(random, ['\r', '\n', '\r\n', '\b', '\t', '\u000e', '\u000f', '\u0007']),
  (random) => `\u001b[${number(random)};${number(random)}H`,
  (random) => `\u001b[${number(random)};${number(random)}H`,
  (random) => `\u001b[${number(random)}${finals.charAt(random.below(finals.length))}`,
  (random) => `\u001b[${random.below(4)}${pick(random, ['J', 'K'])}`,
  (random) => `\u001b[?${random.below(3)}${pick(random, ['J', 'K'])}`,
  (random) => `\u001b[${1 + random.below(8)};${4 + random.below(16)}r`,
  colours,
  colours,
  (random) =>
    `\u001b[?${pick(random, random.below(3) === 0 ? moreModes : modes)}${pick(random, ['h', 'l'])}`,
  (random) => `\u001b[${pick(random, ['4', '20'])}${pick(random, ['h', 'l', 'l'])}`,
  (random) => `\u001b${pick(random, escapes)}`,
  (random) => `\u001b[${random.below(3)}"q`,
  (random) => `\u001b[${random.below(7)} q`,
  (random) => `\u001b[${1 + random.below(3)}${pick(random, [' @', ' A', "'}", "'~"])}`,
  (random) =>
    `\u001b]8;${pick(random, ['', 'id=1'])};${pick(random, ['', 'http://a', 'b:c'])}\u0007`,
  (random) => `\u001b]${random.below(3)};title ${random.below(9)}\u001b\\`,
  (random) => `\u001b[${pick(random, ['22', '23'])};${random.below(3)}t`,
  (random) =>
    `\u001b]${pick(random, ['4;3', '10', '11', '104;3', '111'])};#12345${random.below(9)}\u0007`,
  (random) => `\u001b[${pick(random, ['>1', '<1', '=3;1', '=5;2'])}u`,
  (random) => `\u001b[>4;${random.below(3)}m`,
  (random) =>
    pick(random, [
      '\u001b[!p',
      '\u001bc',
      '\u001b[s',
      '\u001b[u',
      '\u001b[3g',
      '\u001bP$qm\u001b\\',
    ]),
  (random) =>
    pick(random, ['\u009b5m', '\u0085', '\u0018', '\u001b[5', '\u001b]0;open', '\u001b_x\u001b\\']),
];

/** `count` pieces as bytes; now and then one that is no UTF-8. */
export function hostileOutput(random: Random, count: number): Uint8Array {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const isBroken = random.below(60) === 0;
    if (isBroken) chunks.push(Uint8Array.of(0x80 + random.below(128), 0x20 + random.below(200)));
    else chunks.push(encoder.encode(pick(random, pieces)(random)));
  }
  return Buffer.concat(chunks);
}
