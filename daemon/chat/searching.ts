/** From what a person typed to a query of words, and from an entry to the line that shows why it was found. Pure. */
import type { EntryContent } from '../../protocol/chat/entry.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';

const wordsMax = 16;
const aroundChars = 80;

/** Words that all have to be there, the last one as a beginning; empty: nothing can be looked for. */
export function toWords(query: string): string[] {
  const words = query.normalize('NFC').match(/[\p{L}\p{N}\p{M}_]+/gu) ?? [];
  return words.slice(0, wordsMax);
}

export function toMatch(words: readonly string[]): string {
  const last = words.length - 1;
  return words.map((word, at) => `"${word}"${at === last ? '*' : ''}`).join(' ');
}

/** What can be found of an entry. */
export function wordsOf(content: EntryContent): string {
  switch (content.kind) {
    case 'prompt':
    case 'text':
    case 'thinking':
      return content.text;
    case 'tool':
      return `${content.title}\n${content.input}\n${content.output}`;
    default:
      return '';
  }
}

/** One plain line around the first of the words. */
export function snippetOf(content: EntryContent, words: readonly string[]): string {
  return snippetIn(wordsOf(content), words);
}

/** The same of any text. */
export function snippetIn(text: string, words: readonly string[]): string {
  const plain = fold(text);
  const found = words
    .map((word) => plain.indexOf(fold(word)))
    .filter((at) => at !== -1)
    .toSorted((left, right) => left - right)[0];
  const from = Math.max(0, (found ?? 0) - aroundChars);
  const cut = text.slice(from, (found ?? 0) + aroundChars * 2);
  return `${from > 0 ? '…' : ''}${toPlainLine(cut, aroundChars * 3)}`;
}

/** As the index compares: without case and marks, and as long as it was. */
export function fold(text: string): string {
  return Array.from(text, (character) => {
    const bare = character.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
    return bare.length === character.length ? bare : character;
  }).join('');
}
