/**
 * What text is searched by: words, the parts of identifiers, and pairs of characters where a language writes no spaces.
 * The same reading for what is kept and for what is asked, so that the two meet.
 */

/** Letters, marks, digits and `_`: what the index takes for one token. */
const wordPattern = /[\p{L}\p{M}\p{N}_]+/gu;
/** Written without spaces between words; the prolonged sound mark belongs to it. */
const unspacedPattern =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{Script=Thai}]+/gu;
/** Nothing of those scripts stands outside: to ask this costs a fraction of looking for them. */
const mayBeUnspaced = /[\u0e00-\u1fff\u2070-\u209f\u2c00-\uffff]/;
const beyondAscii = /[\u0080-\uffff]/;
const hiraganaOnly = /^\p{scx=Hiragana}+$/u;
/** `parseConfig2File`, `HTTPServer`: where one part ends and the next begins. */
const partBorder =
  /_+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u;
/** An identifier, a path, a flag, a version: what a substring finds and no stemmer should touch. */
const identifierPattern = /[\p{L}\p{N}_$@.:/\\#-]*[\p{L}\p{N}_]/gu;
const looksLikeIdentifier =
  /_|\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}|\p{L}\p{N}|\p{N}\p{L}|[\p{L}\p{N}][.:/\\#@-][\p{L}\p{N}]|^[-/.$@]/u;

const textMaxChars = 100_000;

/** Words that nearly every sentence has, in the languages that people ask in; they tell nothing apart. */
const common = new Set(
  [
    'a an and are as at be been but by can could did do does for from had has have how i if in into is it its',
    'let me my no not of on one or our shall should so some than that the their them then there these they this',
    'those to us use used using was we were what when where which while who why will with would you your any about',
    'aber alle als am an auch auf aus bei beim bis da damit das dass dem den der des die dies diese dieser doch',
    'durch ein eine einem einen einer eines er es fuer für hat ich ihr im in ist ja kann kein keine man mit muss',
    'nach nicht noch nur ob oder ohne sich sie sind so soll sollte und uns unser unsere unter vom von vor war was',
    'weil welche welcher welches wenn wer werden wie wir wird wo womit wozu zu zum zur',
  ].flatMap((line) => line.split(' ')),
);

/** One spelling for what means the same to a reader: compatibility forms, case, ß. */
export function fold(text: string): string {
  const cut = text.slice(0, textMaxChars);
  if (!beyondAscii.test(cut)) return cut.toLowerCase();
  return cut.normalize('NFKC').toLowerCase().replaceAll('ß', 'ss');
}

/** Without accents, as the index does it. */
function bare(word: string): string {
  if (!beyondAscii.test(word)) return word;
  return word
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC');
}

/** What stands in the index for a text. */
export interface IndexedTerms {
  /** The text, with pairs of characters in place of what is written without spaces. */
  readonly words: string;
  /** The parts of its identifiers. */
  readonly parts: string;
  /** Its identifiers, what is written without spaces and its long words, for substrings. */
  readonly grams: string;
}

const longWordChars = 8;

export function indexedTerms(text: string): IndexedTerms {
  const cut = text.slice(0, textMaxChars).normalize('NFKC');
  const words = fold(cut).replaceAll(unspacedPattern, (run) => ` ${pairsOf(run).join(' ')} `);
  const whole = [...identifiersOf(cut), ...runsOf(cut), ...longWordsOf(cut)];
  return {
    words,
    parts: identifiersOf(cut).flatMap(partsOf).join(' '),
    grams: [...new Set(whole.map(fold))].join('\n'),
  };
}

/** The words that tell a text apart, folded, in their order, each once. */
export function termsOf(text: string): string[] {
  const folded = fold(text);
  const words = (spaced(folded).match(wordPattern) ?? []).map(bare);
  const told = words.filter(
    (word) => !common.has(word) && (word.length > 1 || /\p{N}/u.test(word)),
  );
  return [...new Set([...told, ...runsOf(folded).flatMap(pairsOf)])];
}

/** Without what is written without spaces. */
function spaced(text: string): string {
  return mayBeUnspaced.test(text) ? text.replaceAll(unspacedPattern, ' ') : text;
}

/** Identifiers, paths, flags and versions as they are written. */
export function identifiersOf(text: string): string[] {
  const found = spaced(text).match(identifierPattern) ?? [];
  return [...new Set(found.filter((word) => looksLikeIdentifier.test(word)))];
}

/** `parseConfigFile` → parse, config, file; nothing for what has no parts. */
export function partsOf(identifier: string): string[] {
  const parts = (identifier.match(wordPattern) ?? [])
    .flatMap((word) => word.split(partBorder))
    .filter((part) => part.length > 1)
    .map(fold);
  return parts.length > 1 ? parts : [];
}

/** Stretches that are written without spaces. */
export function runsOf(text: string): string[] {
  return mayBeUnspaced.test(text) ? (text.match(unspacedPattern) ?? []) : [];
}

/** Neighbouring characters; endings and particles alone tell nothing. A single character stands for itself. */
function pairsOf(run: string): string[] {
  const characters = Array.from(run).filter((character) => /[\p{L}\p{M}\p{N}]/u.test(character));
  if (characters.length < 2) return characters;
  const pairs = characters.slice(1).map((character, index) => `${characters[index]}${character}`);
  return hiraganaOnly.test(run) ? pairs : pairs.filter((pair) => !hiraganaOnly.test(pair));
}

function longWordsOf(text: string): string[] {
  const words = spaced(text).match(wordPattern) ?? [];
  return words.filter((word) => word.length >= longWordChars);
}
