/**
 * Tells a terminal's automatic replies from a person's keys, by what was asked: a reply counts as one only while a query
 * of its kind is open. Each program's query is answered by one terminal, so the others' replies are swallowed here.
 */
import type { QueryKind } from './queryScanner.ts';

/** What becomes of a reply: sent to the program, dropped, or it is the answer to a marker of ours. */
type Fate = 'forward' | 'swallow' | { readonly marker: () => void };

interface Expected {
  readonly kind: QueryKind;
  readonly fate: Fate;
}

/** The query that markers are made of: answered at once by every terminal, and without effect. */
export const markerQuery = '\u001b[5n';

const expectedMax = 4096;

const replies: readonly (readonly [QueryKind, RegExp])[] = [
  ['primaryAttributes', /\u001b\[\?[\d;]*c/y],
  ['secondaryAttributes', /\u001b\[>[\d;]*c/y],
  ['tertiaryAttributes', /\u001bP![^\u001b]*\u001b\\/y],
  ['status', /\u001b\[[03]n/y],
  ['cursor', /\u001b\[\d+;\d+R/y],
  ['extendedCursor', /\u001b\[\?\d+;\d+(?:;\d+)?R/y],
  ['colourScheme', /\u001b\[\?997;\d+n/y],
  ['privateMode', /\u001b\[\?\d+;\d+\$y/y],
  ['ansiMode', /\u001b\[\d+;\d+\$y/y],
  ['version', /\u001bP>\|[^\u001b]*\u001b\\/y],
  ['keyboard', /\u001b\[\?\d+u/y],
  ['windowSize', /\u001b\[\d+(?:;\d+)*t/y],
  ['colour', /\u001b\](?:4;\d+|1[0-2]);[^\u0007\u001b]*(?:\u0007|\u001b\\)/y],
  ['setting', /\u001bP[01]\$r[^\u001b]*\u001b\\/y],
  ['capability', /\u001bP[01]\+r[^\u001b]*\u001b\\/y],
];

export class ReplyFilter {
  #expected: Expected[] = [];

  /** A query of the program went to the terminal. `isOurs`: this terminal is the one that answers it. */
  expect(kind: QueryKind, isOurs: boolean): void {
    this.#add({ kind, fate: isOurs ? 'forward' : 'swallow' });
  }

  /** `markerQuery` went to the terminal; `reached` runs when the terminal has parsed everything before it. */
  expectMarker(reached: () => void): void {
    this.#add({ kind: 'status', fate: { marker: reached } });
  }

  /** What of the terminal's input goes to the program: keys, and the replies that are ours to give. */
  filter(input: string): string {
    if (this.#expected.length === 0 || !input.includes('\u001b')) return input;
    let kept = '';
    let position = 0;
    while (position < input.length) {
      const reply = input.charCodeAt(position) === 0x1b ? this.#take(input, position) : undefined;
      const end = reply?.end ?? position + 1;
      if (reply === undefined || reply.fate === 'forward') kept += input.slice(position, end);
      else if (reply.fate !== 'swallow') reply.fate.marker();
      position = end;
    }
    return kept;
  }

  #add(expected: Expected): void {
    if (this.#expected.length >= expectedMax) this.#expected.shift();
    this.#expected.push(expected);
  }

  #take(input: string, position: number): { fate: Fate; end: number } | undefined {
    for (const [kind, pattern] of replies) {
      pattern.lastIndex = position;
      if (!pattern.test(input)) continue;
      const index = this.#expected.findIndex((expected) => expected.kind === kind);
      const expected = this.#expected[index];
      if (expected === undefined) continue;
      // Replies come in the order of the queries: what stood before an answered marker was never answered.
      this.#expected.splice(
        typeof expected.fate === 'string' ? index : 0,
        typeof expected.fate === 'string' ? 1 : index + 1,
      );
      return { fate: expected.fate, end: pattern.lastIndex };
    }
    return undefined;
  }
}
