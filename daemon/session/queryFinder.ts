/** A question of a program to its terminal. `end`: how many of the bytes it came with lie before its end. */
export interface FoundQuery {
  readonly text: string;
  readonly end: number;
}

const escape = 0x1b;
/** An escape begins a sequence wherever it stands, so nothing before it has to be understood. */
const query =
  /^\u001b(?:\[(?:0?c|>0?[cq]|5n|\??6n|\??\d{1,5}\$p|18t)|\]1[0-2](?:;\?){1,8}(?:\u0007|\u001b\\)|P\$q[^\u0007\u001b]{0,8}\u001b\\)/;
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
    const before = this.#open;
    this.skip(bytes);
    const head = before === '' ? [] : search(headOf(before, bytes), before.length);
    return [...head, ...search(bytes, 0)];
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

const finals: ReadonlySet<number> = new Set(Buffer.from('cnpqt'));

/** The query that an open one becomes lies in its beginning and so many bytes more. */
function headOf(open: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(open, 'latin1'), bytes.subarray(0, longestOpen)]);
}

/** With `before`: only a query that begins before the place, and ends behind it; its end is counted from there. */
function search(bytes: Uint8Array, before: number): FoundQuery[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: FoundQuery[] = [];
  const stop = before === 0 ? view.length : before;
  for (let at = view.indexOf(escape); at !== -1 && at < stop; at = nextEscape(view, at + 1)) {
    if (!mayBeQuery(view, at)) continue;
    const text = query.exec(view.toString('latin1', at, at + 2 * longestOpen))?.[0];
    const end = at + (text?.length ?? 0) - before;
    if (text !== undefined && end > 0) found.push({ text, end });
  }
  return found;
}

/** Dense colours are full of escapes: a loop finds the next one sooner than a call does. */
function nextEscape(view: Buffer, from: number): number {
  const near = Math.min(view.length, from + 64);
  for (let at = from; at < near; at += 1) if (view[at] === escape) return at;
  return near === view.length ? -1 : view.indexOf(escape, near);
}

/** By the bytes that tell most of what stands there. */
function mayBeQuery(view: Buffer, at: number): boolean {
  const introducer = view[at + 1];
  if (introducer !== 0x5b) return introducer === 0x5d || introducer === 0x50;
  let final = at + 2;
  while (((view[final] ?? 0) & 0xe0) === 0x20) final += 1;
  return finals.has(view[final] ?? 0);
}
