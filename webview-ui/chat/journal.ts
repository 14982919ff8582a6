/**
 * The journal as far as the page knows it: holes are read when they come into view. What came twice or late changes
 * nothing. Knows no document.
 */
import type { Entry } from '../../protocol/chat/entry.ts';

export interface Appended {
  readonly position: number;
  readonly at: number;
  readonly text: string;
}

export class Journal {
  readonly #entries = new Map<number, Entry>();
  #end = 0;
  #revision = 0;

  /** Position of the last entry that is known to exist. */
  get end(): number {
    return this.#end;
  }

  /** The highest that was seen: what to ask for after a break. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(position: number): Entry | undefined {
    return this.#entries.get(position);
  }

  extend(end: number): void {
    this.#end = Math.max(this.#end, end);
  }

  noteRevision(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  clear(): void {
    this.#entries.clear();
    this.#end = 0;
  }

  /** True when it says something new. */
  put(entry: Entry): boolean {
    const known = this.#entries.get(entry.position);
    this.extend(entry.position);
    this.noteRevision(entry.revision);
    if (known !== undefined && isOlder(entry, known)) return false;
    this.#entries.set(entry.position, entry);
    return true;
  }

  /** `gap`: something before it never came, so its entry has to be read. */
  append({ position, at, text }: Appended): 'appended' | 'gap' | 'late' {
    const known = this.#entries.get(position);
    if (known === undefined) return 'gap';
    const { content } = known;
    if (!known.isOpen || (content.kind !== 'text' && content.kind !== 'thinking')) return 'late';
    if (at > content.text.length) return 'gap';
    const written = content.text.slice(0, at) + text;
    if (written.length < content.text.length) return 'late';
    this.#entries.set(position, { ...known, content: { ...content, text: written } });
    return 'appended';
  }

  /** The nearest before or after `position` that is loaded and fits. */
  find(from: number, step: 1 | -1, fits: (entry: Entry) => boolean): Entry | undefined {
    for (let position = from; position >= 1 && position <= this.#end; position += step) {
      const entry = this.#entries.get(position);
      if (entry !== undefined && fits(entry)) return entry;
    }
    return undefined;
  }

  /** Positions from `first` to `last` that are not loaded, as one range. */
  findHole(
    first: number,
    last: number,
  ): { readonly from: number; readonly to: number } | undefined {
    let from: number | undefined;
    let to = 0;
    for (let position = Math.max(1, first); position <= Math.min(last, this.#end); position += 1) {
      if (this.#entries.has(position)) continue;
      from ??= position;
      to = position;
    }
    return from === undefined ? undefined : { from, to };
  }
}

/** What was told before it was on disk has no revision; what is closed on disk stays. */
function isOlder(entry: Entry, known: Entry): boolean {
  if (entry.revision === 0) return known.revision > 0 && !known.isOpen;
  return entry.revision < known.revision;
}
