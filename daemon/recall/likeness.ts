/**
 * Whether two facts say the same. Words alone decide, so that a provider of embeddings changes nothing of what is kept:
 * what denies the other or names another value is never taken for a repetition. The thresholds are those that separate
 * the pairs of `bench/recall/pairs.tsv`.
 */
import { fold, identifiersOf, termsOf } from './terms.ts';

export type Relation = 'same' | 'near' | 'contradicts' | 'other';

export interface Likeness {
  readonly relation: Relation;
  /** 0 to 1. */
  readonly likeness: number;
}

/** Shared words of all words of both. */
const nearFrom = 0.62;
/** Once what differs in value is left out: the same thing is spoken of. */
const aboutTheSameFrom = 0.6;
/** Of this many vectors' cosine on, a few words in common are enough. */
const nearByMeaningFrom = 0.5;
export const likeMeaning = 0.9;

const denial =
  /^(?:not|no|never|nor|none|without|cannot|dont|doesnt|isnt|arent|wont|mustnt|nicht|kein\w*|nie|niemals|ohne)$/u;
const deniedRun = /(?:ない|ません|なし|ず(?:に)?|禁止|不可)/u;
const numberPattern = /\p{N}+(?:[.,:]\p{N}+)*/gu;

const opposites = [
  'lower upper',
  'before after',
  'allowed forbidden',
  'enabled disabled',
  'enable disable',
  'always sometimes',
  'on off',
  'true false',
  'first last',
  'left right',
  'minimum maximum',
  'synchronous asynchronous',
  'mandatory optional',
  'erlaubt verboten',
  'vor nach',
].map((pair) => pair.split(' '));

/** What of a text is compared. */
interface Reading {
  readonly key: string;
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** The word after each denial. */
  readonly denied: readonly string[];
}

/** Equal for texts that differ in case, space and punctuation only. */
export function sameKey(text: string): string {
  return fold(text)
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** `meaning`: the cosine of their vectors, when both have one of the same model. */
export function compareFacts(left: string, right: string, meaning = 0): Likeness {
  const [one, other] = [read(left), read(right)];
  if (one.key === other.key) return { relation: 'same', likeness: 1 };
  const about = overlap(plainWords(one), plainWords(other));
  const likeness = overlap(one.words, other.words);
  const isAboutTheSame =
    about >= aboutTheSameFrom || (about >= nearByMeaningFrom && meaning >= likeMeaning);
  if (isAboutTheSame && differInValue(one, other))
    return { relation: 'contradicts', likeness: about };
  const isNear = likeness >= nearFrom || (likeness >= nearByMeaningFrom && meaning >= likeMeaning);
  return { relation: isNear ? 'near' : 'other', likeness };
}

function read(text: string): Reading {
  const key = sameKey(text);
  const plain = fold(text).replaceAll(/['’]/gu, '');
  const all = plain.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  const denied = all.flatMap((word, index) =>
    denial.test(word) ? [stem(all[index + 1] ?? '')] : [],
  );
  return {
    key,
    words: new Set(
      termsOf(text)
        .filter((word) => !denial.test(word))
        .map(stem),
    ),
    numbers: new Set(plain.match(numberPattern)),
    names: new Set(identifiersOf(text).map(fold)),
    denied: deniedRun.test(key) ? [...denied, '…'] : denied,
  };
}

/** Without what carries the value. */
function plainWords({ words, names }: Reading): ReadonlySet<string> {
  const named = new Set([...names].flatMap((name) => termsOf(name)).map(stem));
  const kept = [...words].filter(
    (word) => !/\p{N}/u.test(word) && !named.has(word) && !opposites.flat().includes(word),
  );
  return new Set(kept);
}

function differInValue(one: Reading, other: Reading): boolean {
  return (
    one.denied.length % 2 !== other.denied.length % 2 ||
    denyOther(one, other) ||
    eachHasOwn(one.numbers, other.numbers) ||
    eachHasOwn(one.names, other.names) ||
    opposites.some(([left = '', right = '']) => opposed(one, other, [left, right]))
  );
}

/** `use a, not b` and `use b, not a`. */
function denyOther(one: Reading, other: Reading): boolean {
  const isApart = !one.denied.some((word) => other.denied.includes(word));
  const isCrossed =
    one.denied.some((word) => other.words.has(word)) &&
    other.denied.some((word) => one.words.has(word));
  return one.denied.length > 0 && other.denied.length > 0 && isApart && isCrossed;
}

function eachHasOwn(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((value) => !other.has(value)) && [...other].some((value) => !one.has(value));
}

function opposed(one: Reading, other: Reading, [left, right]: [string, string]): boolean {
  const has = ({ words }: Reading, word: string): boolean => words.has(stem(word));
  const isOne = has(one, left) && !has(one, right) && has(other, right) && !has(other, left);
  const isOther = has(one, right) && !has(one, left) && has(other, left) && !has(other, right);
  return isOne || isOther;
}

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((word) => other.has(word)).length;
  const all = one.size + other.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** Endings that come and go when a sentence is put in other words. */
function stem(word: string): string {
  if (word.length < 5 || !/^\p{Script=Latin}+$/u.test(word)) return word;
  return word.replace(/(?:ing|ed|es|en|em|er|e|s)$/u, '');
}
