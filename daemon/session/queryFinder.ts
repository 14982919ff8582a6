/** A question of a program to its terminal. `end`: how many of the bytes it came with lie before its end. */
export interface FoundQuery {
  readonly text: string;
  readonly end: number;
}

const escape = 0x1b;
/** An escape begins a sequence wherever it stands, so nothing before it has to be understood. */
const query =
  /\u001b(?:\[(?:0?c|>0?[cq]|5n|\??6n|\??\d{1,5}\$p|18t)|\]1[0-2](?:;\?){1,8}(?:\u0007|\u001b\\)|P\$q[^\u0007\u001b]{0,8}\u001b\\)/g;
const openQuery =
  /\u001b(?:\[[>?]?\d{0,5}\$?|\][\d;?]{0,24}\u001b?|P(?:\$(?:q[^\u0007\u001b]{0,8}\u001b?)?)?)?$/;
const longestOpen = 48;

/**
 * Finds the queries that are answered for a terminal that is not there, in a byte stream cut anywhere. Not a parser: it looks at
 * what follows an escape and at nothing else.
 */
export class QueryFinder {
  /** The beginning of a query whose end has not come. */
  #open = '';

  /** The queries that these bytes end. */
  push(bytes: Uint8Array): FoundQuery[] {
    const found: FoundQuery[] = [];
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const before = this.#open.length;
    if (before > 0 || view.includes(escape)) {
      const text = this.#open + view.toString('latin1');
      for (const match of text.matchAll(query))
        found.push({ text: match[0], end: match.index + match[0].length - before });
    }
    this.skip(bytes);
    return found;
  }

  /** Nobody asks what these bytes hold; a query that they begin is found when its end comes. */
  skip(bytes: Uint8Array): void {
    const last = bytes.subarray(-longestOpen);
    const view = Buffer.from(last.buffer, last.byteOffset, last.length);
    if (this.#open === '' && !view.includes(escape)) return;
    const tail = (this.#open + view.toString('latin1')).slice(-longestOpen);
    this.#open = openQuery.exec(tail)?.[0] ?? '';
  }

  /** What was open is over, because bytes are missing. */
  forget(): void {
    this.#open = '';
  }
}
