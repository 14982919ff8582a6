/**
 * From what a person or an agent asks to expressions of the full-text index. Invariant: no character of the question
 * reaches the index outside quotes, so nothing in it is syntax.
 */
import { fold, identifiersOf, partsOf, runsOf, termsOf } from './terms.ts';

const questionMaxChars = 4000;
const termsMax = 48;
const gramsMax = 24;
const prefixMinChars = 5;
const substringMinChars = 3;
const longWordChars = 8;

/** What is looked for in the two indexes. */
export interface Question {
  readonly words: readonly string[];
  /** Names and what is written without spaces. */
  readonly names: readonly string[];
}

/** How many facts have a word, counted up to `most` of them. */
export interface WordCount {
  readonly word: string;
  readonly count: number;
}

export function toQuestion(text: string): Question {
  const cut = text.slice(0, questionMaxChars).normalize('NFKC');
  const terms = termsOf(cut);
  const parts = identifiersOf(cut).flatMap(partsOf);
  return {
    words: [...new Set([...terms, ...parts])].slice(0, termsMax),
    names: [...identifiersOf(cut), ...runsOf(cut)].map(fold),
  };
}

/** Below that many facts a word may be written as the beginning of longer ones, as German does. */
const rareCount = 3;
const leastWords = 2;

/**
 * Any of these words. What a good part of all facts has tells nothing apart and costs the most: it is left out when there
 * are others. Undefined for none.
 */
export function anyWord(counts: readonly WordCount[], most: number): string | undefined {
  const telling = counts.filter(({ count }) => count < most);
  const rarest = counts.toSorted((left, right) => left.count - right.count);
  const chosen = telling.length >= leastWords ? telling : rarest.slice(0, leastWords);
  return anyOf(chosen.flatMap(withPrefix));
}

/** Any of these names, or of the long words that hardly any fact has: they may stand within longer ones. */
export function anyGram(
  names: readonly string[],
  counts: readonly WordCount[],
): string | undefined {
  const long = counts.filter(
    ({ word, count }) => count < rareCount && word.length >= longWordChars,
  );
  const grams = new Set([...names, ...long.map(({ word }) => word)].filter(isSubstring));
  return anyOf([...grams].slice(0, gramsMax).map(quote));
}

function withPrefix({ word, count }: WordCount): string[] {
  const isPrefix = count < rareCount && word.length >= prefixMinChars && /^\p{L}+$/u.test(word);
  return isPrefix ? [quote(word), `${quote(word)}*`] : [quote(word)];
}

function isSubstring(gram: string): boolean {
  return Array.from(gram).length >= substringMinChars;
}

/** One word as the index reads it, whatever is in it. */
export function quote(word: string): string {
  return `"${word.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

function anyOf(expressions: readonly string[]): string | undefined {
  return expressions.length === 0 ? undefined : expressions.join(' OR ');
}
