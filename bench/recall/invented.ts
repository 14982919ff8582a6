/** Facts that nobody wrote, as many as a figure needs: the words of the written ones, some much more often than others. */
import type { WrittenFact } from './material.ts';
import { readFacts } from './material.ts';

const wordsOfOne = 20;

/** The same ones at each call. */
export function writeFacts(count: number): WrittenFact[] {
  const words = listWords();
  const next = createSequence(20_261_128);
  return Array.from({ length: count }, (_, index) => {
    const chosen = Array.from({ length: wordsOfOne }, () => {
      // Squared: few words are most of a text.
      const place = Math.floor(next() ** 2 * words.length);
      return words[place] ?? '';
    });
    return { id: `i${index}`, type: 'belief', text: `${chosen.join(' ')} z${index}q.` };
  });
}

/** The frequent ones first, each with a few that only some facts have. */
function listWords(): string[] {
  const counts = new Map<string, number>();
  for (const { text } of readFacts())
    for (const word of text.match(/[\p{L}\p{N}_]+/gu) ?? [])
      counts.set(word, (counts.get(word) ?? 0) + 1);
  const written = [...counts].toSorted(([, left], [, right]) => right - left).map(([word]) => word);
  const rare = Array.from(
    { length: 6000 },
    (_, index) => `${written[index % written.length] ?? ''}${index}`,
  );
  return [...written, ...rare];
}

/** mulberry32: 0 to 1. */
function createSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
