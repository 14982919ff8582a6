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

/** Expressions for the two indexes; undefined where the question has nothing for one. */
export interface Question {
  readonly words: string | undefined;
  readonly grams: string | undefined;
}

export function toQuestion(text: string): Question {
  const cut = text.slice(0, questionMaxChars).normalize('NFKC');
  const terms = termsOf(cut);
  const parts = identifiersOf(cut).flatMap(partsOf);
  const words = [...new Set([...terms, ...parts])].slice(0, termsMax);
  const long = terms.filter((term) => term.length >= longWordChars);
  const grams = [...identifiersOf(cut), ...runsOf(cut), ...long].map(fold);
  return {
    words: anyOf(words.flatMap(withPrefix)),
    grams: anyOf([...new Set(grams.filter(isSubstring))].slice(0, gramsMax).map(quote)),
  };
}

function withPrefix(word: string): string[] {
  const isPrefix = word.length >= prefixMinChars && /^\p{L}+$/u.test(word);
  return isPrefix ? [quote(word), `${quote(word)}*`] : [quote(word)];
}

function isSubstring(gram: string): boolean {
  return Array.from(gram).length >= substringMinChars;
}

function quote(word: string): string {
  return `"${word.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

function anyOf(expressions: readonly string[]): string | undefined {
  return expressions.length === 0 ? undefined : expressions.join(' OR ');
}
