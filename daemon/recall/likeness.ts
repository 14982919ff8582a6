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

/** Words that come and go without changing what is spoken of. */
const light = new Set(
  [
    'all also always because before become becomes both each ensure every first get gets given got just keep keeps',
    'kept like lot make makes may might must need needs now often only onto over per really since still such take',
    'takes time times under until upon via want wants whenever whether within without yet bereits dabei dann immer',
    'jede jeder jedes jetzt lassen mehr muss müssen schon sehr sonst stets',
  ].flatMap((line) => line.split(' ').map(stem)),
);

/** A pair of characters where a word meets the particle beside it. */
const joint = /\p{scx=Hiragana}/u;

const denial =
  /^(?:not|no|never|nor|none|without|cannot|dont|doesnt|isnt|arent|wont|mustnt|nicht|kein\w*|nie|niemals|ohne)$/u;
const prescription = /^(?:use|call|prefer|always|never|must|instead|immer|nie|muss|verwende\w*)$/u;
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
const oppositeWords = new Set(opposites.flat().map(stem));

/** What of a text is compared. */
interface Reading {
  readonly key: string;
  readonly words: ReadonlySet<string>;
  /** Those that do not carry the value. */
  readonly plain: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** It says what to take: another name is another rule, and not only another thing. */
  readonly prescribes: boolean;
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
  const about = overlap(one.plain, other.plain);
  const likeness = overlap(one.words, other.words);
  const isAboutTheSame =
    about >= aboutTheSameFrom || (about >= nearByMeaningFrom && meaning >= likeMeaning);
  const isOfOthers = speakOfOthers(one.plain, other.plain);
  if (isAboutTheSame && !isOfOthers && differInValue(one, other))
    return { relation: 'contradicts', likeness: about };
  const isNear = likeness >= nearFrom || (likeness >= nearByMeaningFrom && meaning >= likeMeaning);
  const isOther = !isNear || speakOfOthers(one.words, other.words);
  return { relation: isOther ? 'other' : 'near', likeness };
}

/** What was compared lately: the same few facts are near to much of what is saved. */
const readings = new Map<string, Reading>();
const readingsMost = 500;

function read(text: string): Reading {
  const known = readings.get(text);
  if (known !== undefined) return known;
  const reading = readAnew(text);
  const [oldest] = readings.keys();
  if (readings.size >= readingsMost && oldest !== undefined) readings.delete(oldest);
  readings.set(text, reading);
  return reading;
}

function readAnew(text: string): Reading {
  const key = sameKey(text);
  const folded = fold(text).replaceAll(/['’]/gu, '');
  const all = folded.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  const denied = all.flatMap((word, index) =>
    denial.test(word) ? [stem(all[index + 1] ?? '')] : [],
  );
  const words = termsOf(text)
    .filter((word) => !denial.test(word))
    .map(stem);
  const names = new Set(identifiersOf(text).map(fold));
  return {
    key,
    words: new Set(words),
    plain: plainWords(words, names),
    numbers: new Set(folded.match(numberPattern)),
    names,
    prescribes: all.some((word) => prescription.test(word)),
    denied: deniedRun.test(key) ? [...denied, '…'] : denied,
  };
}

function plainWords(words: readonly string[], names: ReadonlySet<string>): ReadonlySet<string> {
  const named = new Set([...names].flatMap((name) => termsOf(name)).map(stem));
  const kept = words.filter(
    (word) => !/\p{N}/u.test(word) && !named.has(word) && !oppositeWords.has(word),
  );
  return new Set(kept);
}

/** Each has a word that carries something and that the other lacks: two things of one kind, not one thing said twice. */
function speakOfOthers(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const own = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
    [...left].some((word) => !right.has(word) && !light.has(word) && !joint.test(word));
  return own(one, other) && own(other, one);
}

function differInValue(one: Reading, other: Reading): boolean {
  return (
    one.denied.length % 2 !== other.denied.length % 2 ||
    denyOther(one, other) ||
    eachHasOwn(one.numbers, other.numbers) ||
    (one.prescribes && other.prescribes && eachHasOwn(one.names, other.names)) ||
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
  if (!/^\p{Script=Latin}+$/u.test(word)) return word;
  if (word.length < 5) return word.replace(/(?<=\p{L}\p{L})(?<![aiosu])s$/u, '');
  return word.replace(/(?:ing|ed|es|en|em|er|e|s)$/u, '');
}
